"""Targets in containers, by an image that is there for other tests already."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests import servers
from tests.harness.transports.peers import TOKEN, manifest

from dbal_conform.core.errors import CouldNotRunError, TargetCrashError
from dbal_conform.core.messages import Request, Value
from dbal_conform.environments.owner import own_name
from dbal_conform.processes import starting
from dbal_conform.transports import Opening, Transport, open_transport

ANSWER = r"""
$| = 1;
my ($token, $said) = ($ENV{'DBAL_BOOTSTRAP_TOKEN'}, $ENV{'SAID'});
while (<STDIN>) {
    /"id":(\d+)/;
    exit 3 if /leave/;
    print qq({"jsonrpc":"2.0","id":$1,"result":["$token","$said"]}\n);
}
"""
HELLO = Request(1, "dbal.hello")


@pytest.fixture
def owner() -> Iterator[str]:
    """A name of our own; whatever bears it at the end was left behind."""
    servers.need_docker()
    name = own_name()
    yield name
    assert listed(name) == []


def listed(owner: str) -> list[str]:
    words = ["docker", "ps", "--all", "--quiet", "--filter", f"label={starting.LABEL}={owner}"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()


def opened(owner: str, folder: Path, container: dict[str, str]) -> Transport:
    start = {
        "container": container,
        "command": ["perl", "-e", ANSWER],
        "env": {"SAID": "{database.url}"},
    }
    values = {"bootstrap_token": TOKEN, "database.url": "memory:", "python": sys.executable}
    return open_transport(Opening(manifest("stdio", start=start), folder, values, 60.0, owner))


@pytest.fixture
def image() -> str:
    servers.need_docker()
    return "postgres:17"


@pytest.mark.database
def test_a_container_speaks_on_its_pipes_and_is_gone_after(
    owner: str, tmp_path: Path, image: str
) -> None:
    with closing(opened(owner, tmp_path, {"image": image})) as line:
        said: Any = line.exchange(HELLO, timeout_s=20)
        assert said == Value(1, [TOKEN, "memory:"])
        (container,) = listed(owner)
        words = ["docker", "inspect", container]
        shown = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        assert '"NetworkMode": "host"' in shown
    assert listed(owner) == []


@pytest.mark.database
def test_a_container_that_ends_is_a_crash(owner: str, tmp_path: Path, image: str) -> None:
    with (
        closing(opened(owner, tmp_path, {"image": image})) as line,
        pytest.raises(TargetCrashError, match="exit status 3"),
    ):
        line.exchange(Request(1, "leave"), timeout_s=20)


@pytest.mark.database
def test_a_container_is_built_from_the_folder_of_the_manifest(
    owner: str, tmp_path: Path, image: str
) -> None:
    (tmp_path / "Dockerfile").write_text(f"FROM {image}\nENV BUILT=yes\n", encoding="utf-8")
    with closing(opened(owner, tmp_path, {"build": "."})) as line:
        assert line.exchange(HELLO, timeout_s=20).id == 1


@pytest.mark.database
def test_an_image_that_nobody_has_could_not_run(owner: str, tmp_path: Path) -> None:
    with pytest.raises(CouldNotRunError, match="image localhost:1/no-such/image"):
        opened(owner, tmp_path, {"image": "localhost:1/no-such/image"})


def test_without_docker_a_container_could_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(CouldNotRunError, match="install Docker"):
        opened("nobody", tmp_path, {"image": "x"})

"""Emulators: they come up, are called by their names, and end with whoever started them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import psutil
import pytest

from dbal_conform.core.database import database_of
from dbal_conform.core.errors import CouldNotRunError
from dbal_conform.environments import open_environment
from dbal_conform.environments.admin import connect
from dbal_conform.environments.base import Base
from dbal_conform.environments.power import power_of
from dbal_conform.environments.servers import Servers

SECANTUS = database_of("secantusdb")
OWNER = """
import sys
from dbal_conform.environments.emulators import Emulation
print(Emulation("secantusdb").guard, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def bases() -> Iterator[tuple[Base, Base]]:
    servers = Servers(lambda _: None)
    try:
        bases, mortal = servers.stand([SECANTUS], [SECANTUS])
        yield bases[SECANTUS], mortal[SECANTUS]
    finally:
        servers.close()


def test_it_is_called_by_its_own_name_and_gives_each_worker_a_database(
    bases: tuple[Base, Base], tmp_path: Path
) -> None:
    base, mortal = bases
    assert base.server.startswith("SecantusDB ")
    assert "MongoDB" not in base.server
    assert mortal.url != base.url
    worlds = [open_environment(base, tmp_path, worker) for worker in ("1", "2")]
    with connect("mongo", base.url) as admin:
        made = [name for name in admin.databases() if name.startswith(base.prefix)]
        assert len(made) == len({world.url for world in worlds}) == 2
        for world in worlds:
            world.close()
        assert not [name for name in admin.databases() if name.startswith(base.prefix)]


def test_one_that_is_killed_keeps_what_it_confirmed(bases: tuple[Base, Base]) -> None:
    _, base = bases
    power = power_of(base)
    with connect("mongo", base.url) as admin:
        admin.create("kept")
    power.kill()
    power.restart()
    with connect("mongo", base.url) as admin:
        assert "kept" in admin.databases()
    power.pause()
    power.resume()


def test_its_databases_are_gone_when_it_is(bases: tuple[Base, Base]) -> None:
    _, base = bases
    folder = Path(base.container).parent
    assert folder.exists()
    power_of(base).kill()
    power_of(base).mend()
    assert folder.exists()


@pytest.mark.parametrize("everybody", [False, True])
def test_it_ends_when_its_owner_was_killed(*, everybody: bool) -> None:
    with subprocess.Popen(
        (sys.executable, "-c", OWNER),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        text=True,
        start_new_session=True,
    ) as owner:
        assert owner.stdout is not None
        guard = Path(owner.stdout.readline().strip())
        born = {child.pid for child in psutil.Process(owner.pid).children(recursive=True)}
        while len(born) < 2:  # the guardian, and what it guards
            sleep(0.05)
            born = {child.pid for child in psutil.Process(owner.pid).children(recursive=True)}
        if everybody:  # as a shell's `timeout` does, to the owner and those that he has started
            for child in psutil.Process(owner.pid).children():
                child.terminate()
            sleep(0.2)  # a guardian that heeds it is gone by then
        owner.send_signal(signal.SIGKILL)
    end = monotonic() + 30
    while guard.parent.exists() or any(map(psutil.pid_exists, born)):
        assert monotonic() < end
        sleep(0.05)


def test_where_its_package_is_missing_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    emulators = "dbal_conform.environments.emulators"

    def missing(name: str) -> str:
        from importlib.metadata import PackageNotFoundError  # noqa: PLC0415

        raise PackageNotFoundError(name)

    monkeypatch.setattr(f"{emulators}.version", missing)
    servers = Servers(lambda _: None)
    bases, _ = servers.stand([SECANTUS])
    assert "pip install 'dbal-conform[emulators]'" in bases[SECANTUS].lacking
    with pytest.raises(CouldNotRunError, match="emulators"):
        open_environment(bases[SECANTUS], Path(), "1")

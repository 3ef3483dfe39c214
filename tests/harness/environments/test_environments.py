from pathlib import Path

import pytest

from dbal_conform.core.database import database_of
from dbal_conform.core.errors import CouldNotRunError
from dbal_conform.core.play.actions import Environment as Fault
from dbal_conform.environments import Environment, offers_of, open_environment, remove
from dbal_conform.environments.base import Base


def opened(spec: str, scratch: Path, worker: str) -> Environment:
    return open_environment(Base(database_of(spec)), scratch, worker)


@pytest.mark.parametrize(("spec", "url"), [("memory", "memory:"), ("sqlite", "sqlite:")])
def test_an_embedded_database_needs_nothing(tmp_path: Path, spec: str, url: str) -> None:
    ground = opened(spec, tmp_path, "1")
    assert ground.url == url
    ground.close()
    ground.close()
    assert list(tmp_path.iterdir()) == []


def test_each_worker_has_a_file_of_its_own_that_is_removed(tmp_path: Path) -> None:
    urls = set()
    for worker in ("1.1", "2.1"):
        ground = opened(f"sqlite:{tmp_path}/my.db", tmp_path, worker)
        file = Path(ground.url.removeprefix("sqlite:"))
        assert file.parent == tmp_path
        urls.add(ground.url)
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(f"{file}{suffix}").touch()
        ground.close()
        ground.close()
    assert len(urls) == 2
    assert list(tmp_path.iterdir()) == []


def test_a_file_without_a_name_lies_in_the_scratch_folder(tmp_path: Path) -> None:
    ground = opened("sqlite:file", tmp_path, "3")
    assert Path(ground.url.removeprefix("sqlite:")).parent == tmp_path


def test_a_file_that_exists_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / f"my-{tmp_path.name}-1.db"
    mine.write_text("precious", encoding="utf-8")
    with pytest.raises(CouldNotRunError, match="exists; name a file that does not"):
        opened(f"sqlite:{tmp_path}/my.db", tmp_path, "1")
    assert mine.read_text(encoding="utf-8") == "precious"


def test_what_a_worker_left_behind_is_removed_and_nothing_else(tmp_path: Path) -> None:
    scratch = tmp_path / "dbal-conform-abc"
    spec = f"sqlite:{tmp_path}/my.db"
    file = Path(opened(spec, scratch, "1.1").url.removeprefix("sqlite:"))
    for suffix in ("", "-wal"):
        Path(f"{file}{suffix}").touch()
    (tmp_path / "my-1.1.db").touch()
    (tmp_path / "my.db").touch()
    remove(spec, scratch)
    remove("memory", scratch)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["my-1.1.db", "my.db"]


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(CouldNotRunError, match="make it first"):
        opened(f"sqlite:{tmp_path}/no/my.db", tmp_path, "1")


@pytest.mark.parametrize("spec", ["cassandra:5", "oracle:23", ""])
def test_a_database_without_an_environment_could_not_run(tmp_path: Path, spec: str) -> None:
    with pytest.raises(CouldNotRunError, match="choose one of memory, sqlite"):
        opened(spec, tmp_path, "1")


@pytest.mark.parametrize(
    ("fault", "what"),
    [
        (Fault(database="kill"), "server"),
        (Fault(network="cut"), "network"),
        (Fault(connection="drop"), "connection of its own"),
    ],
)
def test_no_fault_can_be_put_into_an_embedded_database(
    tmp_path: Path, fault: Fault, what: str
) -> None:
    with pytest.raises(CouldNotRunError, match=f"has no {what}"):
        opened("memory", tmp_path, "1").apply(fault)


def test_no_environment_offers_more_than_a_database() -> None:
    assert offers_of(database_of("sqlite")) == ()


def test_what_is_lacking_is_why_it_could_not_run(tmp_path: Path) -> None:
    with pytest.raises(CouldNotRunError, match="no Docker"):
        open_environment(Base(database_of("postgres:17"), lacking="no Docker"), tmp_path, "1")

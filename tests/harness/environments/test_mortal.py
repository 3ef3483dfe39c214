"""Servers that are paused, killed and restarted, and what their environments put right."""

import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from tests.harness.environments.containers import Daemon

from dbal_conform.core.database import database_of
from dbal_conform.core.errors import CouldNotRunError
from dbal_conform.core.play.actions import Environment as Fault
from dbal_conform.environments import Environment, open_environment
from dbal_conform.environments.admin import Admin, AdminError, connect
from dbal_conform.environments.base import Base
from dbal_conform.environments.servers import Servers

pytestmark = pytest.mark.database

IMAGES = ("postgres:17", "mariadb:11.8")
BOTH = frozenset({"faults.database", "faults.network"})


@pytest.fixture(scope="module")
def bases() -> Iterator[dict[str, Base]]:
    from tests import servers as shared  # noqa: PLC0415 -- a skip belongs to the test

    shared.need_docker()
    servers = Servers(lambda _: None)
    try:
        _, mortal = servers.stand([], [database_of(image) for image in (*IMAGES, "sqlite")])
        yield {database.shown: base for database, base in mortal.items()}
    finally:
        servers.close()


@pytest.fixture(params=IMAGES)
def base(request: pytest.FixtureRequest, bases: dict[str, Base]) -> Base:
    assert set(bases) == set(IMAGES)  # of what is embedded there is no second
    return bases[request.param]


@pytest.fixture
def ground(base: Base, tmp_path: Path) -> Iterator[Environment]:
    opened = open_environment(base, tmp_path, "1.1", BOTH)
    yield opened
    opened.close()


def status_of(docker: Daemon, base: Base) -> str:
    return str(docker.containers.get(base.container).status)


def run(admin: Admin, text: str) -> list[Any]:
    raw: Any = admin
    return list(raw._run(text))  # noqa: SLF001 -- a plain driver, and the simplest


def rows(base: Base, url: str) -> list[int]:
    with connect(base.database.kind, url) as admin:
        return [n for (n,) in run(admin, "SELECT n FROM t ORDER BY n")]


@pytest.mark.parametrize("what", ["kill", "restart"])
def test_what_was_committed_outlives_the_server_on_the_same_port(
    base: Base, ground: Environment, what: str
) -> None:
    with connect(base.database.kind, ground.url) as admin:
        run(admin, "CREATE TABLE t (n int)")
        for _ in range(20):
            run(admin, "INSERT INTO t SELECT count(*) FROM t")
        ground.apply(Fault(database=what))
        with pytest.raises(AdminError):
            run(admin, "INSERT INTO t VALUES (99)")
    ground.mend()
    assert rows(base, ground.url) == list(range(20))


def test_dead_it_refuses_until_it_is_restarted(
    base: Base, ground: Environment, docker: Daemon
) -> None:
    ground.apply(Fault(database="kill"))
    assert status_of(docker, base) == "exited"
    with pytest.raises(AdminError):
        connect(base.database.kind, base.url)
    ground.apply(Fault(database="kill"))  # twice is harmless
    ground.apply(Fault(database="restart"))
    with connect(base.database.kind, base.url) as admin:
        assert admin.version()


def test_paused_it_stands_still_until_it_is_resumed(
    base: Base, ground: Environment, docker: Daemon
) -> None:
    answered = threading.Event()
    with connect(base.database.kind, base.url) as admin:
        ground.apply(Fault(database="pause"))
        assert status_of(docker, base) == "paused"

        def ask() -> None:
            run(admin, "SELECT 1")
            answered.set()

        asking = threading.Thread(target=ask)
        asking.start()
        assert not answered.wait(0.3)
        ground.apply(Fault(database="resume"))
        asking.join(10)
        assert answered.is_set()


@pytest.mark.parametrize("what", ["pause", "kill", "restart"])
def test_a_server_is_harmed_at_a_statement(base: Base, ground: Environment, what: str) -> None:
    with connect(base.database.kind, ground.url) as admin:
        run(admin, "CREATE TABLE t (n int)")
        run(admin, "INSERT INTO t VALUES (1)")
        ground.apply(Fault(database=what, at="commit reply"))
        asking = threading.Thread(target=_quietly, args=(admin, "INSERT INTO t VALUES (2)"))
        asking.start()
        if what == "pause":
            asking.join(0.3)
            assert asking.is_alive()
        else:
            asking.join(20)
        ground.mend()
        asking.join(20)
        assert not asking.is_alive()
    assert rows(base, ground.url) == [1, 2]


def _quietly(admin: Admin, text: str) -> None:
    try:
        run(admin, text)
    except AdminError:
        return


@pytest.mark.parametrize("what", ["pause", "kill"])
def test_whoever_comes_next_finds_it_well(
    base: Base, tmp_path: Path, docker: Daemon, what: str
) -> None:
    """A worker that is ended in the middle of a trial closes nothing."""
    lost = open_environment(base, tmp_path, "2.1", BOTH)
    lost.apply(Fault(database=what))
    found = open_environment(base, tmp_path, "3.1", BOTH)
    assert status_of(docker, base) == "running"
    found.apply(Fault(database=what))
    found.close()  # which puts right what its trial did
    assert status_of(docker, base) == "running"
    lost.close()


def test_a_fault_that_nothing_came_by_is_told_and_all_is_well(
    base: Base, ground: Environment, docker: Daemon
) -> None:
    ground.apply(Fault(database="kill", at="commit"))
    with pytest.raises(CouldNotRunError, match="was the commit at which"):
        ground.mend()
    assert status_of(docker, base) == "running"


def test_closing_ends_what_is_stalled_at_once(base: Base, tmp_path: Path) -> None:
    ground = open_environment(base, tmp_path, "4.1", frozenset({"faults.network"}))
    with connect(base.database.kind, ground.url) as admin:
        ground.apply(Fault(network="stall"))
        asking = threading.Thread(target=_quietly, args=(admin, "SELECT 1"))
        asking.start()
        began = monotonic()
        ground.close()
        asking.join(10)
        assert not asking.is_alive()
        assert monotonic() - began < 10

"""What a proxy does to connections; the database behind it is a thread."""

from collections.abc import Iterator
from time import monotonic

import pytest
from tests.harness.environments.proxy.fake import Client, Database, client

from dbal_conform.core.errors import CouldNotRunError
from dbal_conform.core.point import Point, point_of
from dbal_conform.environments.proxy import Deed, Proxy, Trap

WRITES = ("BEGIN", "INSERT INTO t VALUES (1)", "COMMIT")


@pytest.fixture
def database() -> Iterator[Database]:
    started = Database()
    yield started
    started.close()


@pytest.fixture
def proxy(database: Database) -> Iterator[Proxy]:
    started = Proxy("postgres", database.address)
    yield started
    started.close()
    started.close()


def asked(port: int, *texts: str) -> list[bool]:
    """What becomes of statements on a connection of their own."""
    with client(port) as opened:
        return [opened.ask(text) for text in texts]


def test_without_a_fault_everything_passes(proxy: Proxy, database: Database) -> None:
    assert asked(proxy.port, *WRITES) == [True] * 3
    assert database.heard == list(WRITES)
    assert database.ended.acquire(timeout=10)  # a goodbye passes too


@pytest.mark.parametrize(
    ("at", "came", "heard"),
    [
        ("statement", [False] * 3, []),
        ("statement 2", [True, False, False], ["BEGIN"]),
        ("write", [True, False, False], ["BEGIN"]),
        ("write reply", [True, False, False], list(WRITES[:2])),
        ("commit", [True, True, False], list(WRITES[:2])),
        ("commit reply", [True, True, False], list(WRITES)),
    ],
)
def test_a_connection_is_cut_at_the_point(
    proxy: Proxy, database: Database, at: str, came: list[bool], heard: list[str]
) -> None:
    proxy.lay(Trap(point_of(at), Deed("cut")))
    assert asked(proxy.port, *WRITES) == came
    assert database.ended.acquire(timeout=10)
    assert database.heard == heard
    assert asked(proxy.port, *WRITES) == [True] * 3  # it strikes once, and the others not at all
    proxy.restore()


def test_the_point_is_counted_over_all_connections(proxy: Proxy) -> None:
    proxy.lay(Trap(Point("commit", 3), Deed("cut")))
    assert [asked(proxy.port, *WRITES)[-1] for _ in range(4)] == [True, True, False, True]


def test_a_trap_that_nobody_came_by_is_told(proxy: Proxy) -> None:
    proxy.lay(Trap(point_of("commit"), Deed("cut")))
    assert asked(proxy.port, "BEGIN", "SELECT 1", "COMMIT") == [True] * 3
    with pytest.raises(CouldNotRunError, match="was the commit at which a fault"):
        proxy.restore()
    proxy.restore()  # told once


def test_what_is_to_be_done_is_done_before_the_statement_passes(
    proxy: Proxy, database: Database
) -> None:
    seen: list[list[str]] = []
    proxy.lay(Trap(point_of("commit"), Deed("pass", act=lambda: seen.append([*database.heard]))))
    assert asked(proxy.port, *WRITES) == [True] * 3
    assert seen == [list(WRITES[:2])]
    proxy.restore()


def test_a_deed_that_fails_is_told_to_whoever_laid_it(proxy: Proxy) -> None:
    def fail() -> None:
        raise CouldNotRunError("Docker is gone")

    proxy.lay(Trap(point_of("statement"), Deed("cut", act=fail)))
    assert asked(proxy.port, "SELECT 1") == [False]
    with pytest.raises(CouldNotRunError, match="Docker is gone"):
        proxy.restore()


def test_cut_off_nobody_gets_in_until_all_is_restored(proxy: Proxy, database: Database) -> None:
    with client(proxy.port) as opened:
        proxy.cut()
        assert not opened.ask("SELECT 1")
    with pytest.raises(OSError, match=r".*"):
        Client(proxy.port)
    assert database.ended.acquire(timeout=10)
    proxy.restore()
    assert asked(proxy.port, "SELECT 1") == [True]


def test_stalled_nothing_passes_until_all_is_restored(proxy: Proxy, database: Database) -> None:
    with client(proxy.port) as opened:
        proxy.stall()
        with pytest.raises(TimeoutError):
            opened.ask("SELECT 1", within_s=0.1)
        assert database.heard == []
        proxy.restore()
        assert opened.late()


@pytest.mark.parametrize("at", ["write", "commit"])
def test_what_stalled_is_dropped_when_nobody_waits_for_it(
    proxy: Proxy, database: Database, at: str
) -> None:
    proxy.lay(Trap(point_of(at), Deed("stall")))
    opened = Client(proxy.port)
    stalled = 1 if at == "write" else 2
    assert all(opened.ask(text) for text in WRITES[:stalled])
    with pytest.raises(TimeoutError):
        opened.ask(WRITES[stalled], within_s=0.1)
    before = [*database.heard]
    opened.close()
    assert not database.ended.acquire(timeout=0.1)  # the database does not notice
    proxy.restore()
    assert database.ended.acquire(timeout=10)
    assert database.heard == before


def test_what_stalled_passes_when_it_is_waited_for(proxy: Proxy, database: Database) -> None:
    proxy.lay(Trap(point_of("commit"), Deed("stall")))
    with client(proxy.port) as opened:
        assert [opened.ask(text) for text in WRITES[:2]] == [True, True]
        with pytest.raises(TimeoutError):
            opened.ask("COMMIT", within_s=0.1)
        assert asked(proxy.port, "SELECT 1") == [True]  # others are not concerned
        proxy.restore()
        assert opened.late()
    assert database.heard[-1] == "COMMIT"


def test_an_answer_that_stalls_was_given(proxy: Proxy, database: Database) -> None:
    proxy.lay(Trap(point_of("commit reply"), Deed("stall")))
    with client(proxy.port) as opened:
        assert [opened.ask(text) for text in WRITES[:2]] == [True, True]
        with pytest.raises(TimeoutError):
            opened.ask("COMMIT", within_s=0.1)
        assert database.heard == list(WRITES)
        proxy.restore()
        assert opened.late()


def test_slow_it_takes_at_least_so_long(proxy: Proxy) -> None:
    with client(proxy.port) as opened:
        proxy.slow(0.2)
        began = monotonic()
        assert opened.ask("SELECT 1")
        assert monotonic() - began >= 0.2
        proxy.restore()
    proxy.lay(Trap(point_of("commit reply"), Deed("slow", 0.2)))
    began = monotonic()
    assert asked(proxy.port, *WRITES) == [True] * 3
    assert monotonic() - began >= 0.2


def test_a_database_that_is_not_there_ends_the_connection(database: Database) -> None:
    database.close()
    proxy = Proxy("postgres", database.address)
    with pytest.raises(OSError, match=r".*"):
        Client(proxy.port)
    proxy.close()


def test_closing_ends_what_is_stalled(proxy: Proxy, database: Database) -> None:
    opened = Client(proxy.port)
    proxy.stall()
    with pytest.raises(TimeoutError):
        opened.ask("SELECT 1", within_s=0.1)
    proxy.close()
    assert database.ended.acquire(timeout=10)
    assert database.heard == []
    opened.close()

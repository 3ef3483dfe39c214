"""Servers as they should not be: away, too old, full; and strangers who lock what we need."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from secrets import token_hex
from time import monotonic
from typing import Any

import pytest
from tests import servers
from tests.reference.adapters.world import WORLD, keys_of, rows_of, soon, store, thing
from tests.relay import relay
from tests.server_admin import Admin, Server

from dbal_reference.adapters import Adapter, OverdueError, UnavailableError, WriteConflictError
from dbal_reference.adapters.open import open_adapter

# A row that a stranger holds, and how he would wait for another: never first to notice a deadlock.
_PATIENT = {
    "postgres": ("SET deadlock_timeout = '60s'",),
    "mariadb": (
        "SET innodb_lock_wait_timeout = 60",
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",  # no gaps, no rows passed over
    ),
}
_MANY = 400  # rows that a stranger has written: InnoDB ends whoever wrote less
ROWS_AT_ONCE = 200


@pytest.fixture
def url(image: str, database_url: Callable[[str, str], str]) -> str:
    return database_url(image, "bad_servers")


@pytest.fixture
def here(url: str) -> Iterator[Adapter]:
    opened = open_adapter(WORLD, url)
    opened.clear()
    yield opened
    opened.close()


@contextmanager
def stranger(image: str, url: str) -> Iterator[Admin]:
    """Someone with the plain driver, who has begun a transaction."""
    with Admin(servers.shared(image), url.rpartition("/")[2]) as admin:
        for text in (*_PATIENT[servers.shared(image)["kind"]], "BEGIN"):
            admin.run(text)
        yield admin


def quoted(image: str, name: str) -> str:
    return f'"{name}"' if image.startswith("postgres") else f"`{name}`"


def hold(admin: Admin, image: str, key: str) -> None:
    """Lock one row."""
    table, column = quoted(image, "Thing"), quoted(image, "id")
    admin.run(f"SELECT 1 FROM {table} WHERE {column} = %s FOR UPDATE", key)  # noqa: S608 -- ours


@pytest.mark.parametrize("image", ["postgres", "mariadb"])
def test_a_server_that_is_down_at_the_start_is_told_soon_and_without_the_password(
    image: str,
) -> None:
    scheme = {"postgres": "postgresql"}.get(image, image)
    began = monotonic()
    with pytest.raises(UnavailableError) as caught:
        open_adapter(WORLD, f"{scheme}://root:hunter22@127.0.0.1:1/nothing")
    assert monotonic() - began < 10
    told: list[BaseException] = []
    waiting: list[BaseException | None] = [caught.value]
    while waiting:
        error = waiting.pop()
        if error is not None and error not in told:  # a context may lead back to where it began
            told.append(error)
            waiting += [error.__cause__, error.__context__]
    assert "hunter22" not in " ".join(f"{error!r} {error}" for error in told)


def test_a_server_that_is_too_old_is_refused_by_name(image: str, url: str) -> None:
    name = {"postgres": "PostgreSQL 9", "mariadb": r"MariaDB 10\.0"}[image.partition(":")[0]]
    with (
        relay(url, image.partition(":")[0]) as old,
        pytest.raises(ValueError, match=f"{name}.* is too old: it must be"),
    ):
        open_adapter(WORLD, old)


def test_a_row_that_a_stranger_holds_is_waited_for_until_the_deadline(
    image: str, url: str, here: Adapter
) -> None:
    store(here, "Thing", thing("1"))
    with stranger(image, url) as admin:
        hold(admin, image, "1")
        with pytest.raises(OverdueError), here.unit(write=True, deadline=soon(0.3)) as unit:
            unit.update("Thing", ["1"], {"amount": 7})
        assert [row["amount"] for row in rows_of(here, "Thing")] == [0]  # readers do not wait
        admin.run("ROLLBACK")
    with here.unit(write=True, deadline=soon()) as unit:
        unit.update("Thing", ["1"], {"amount": 8})
    assert [row["amount"] for row in rows_of(here, "Thing")] == [8]


def test_a_deadlock_with_a_stranger_is_a_conflict_and_leaves_nothing(
    image: str, url: str, here: Adapter
) -> None:
    store(here, "Thing", *(thing(str(n)) for n in range(_MANY)))
    with stranger(image, url) as admin:
        amount, key = quoted(image, "amount"), quoted(image, "id")
        table = quoted(image, "Thing")
        admin.run(f"UPDATE {table} SET {amount} = 5 WHERE {key} <> '1'")  # noqa: S608 -- ours
        waiting = threading.Thread(target=hold, args=(admin, image, "1"))
        with pytest.raises(WriteConflictError), here.unit(write=True, deadline=soon(30)) as unit:  # noqa: PT012 -- it ends in the middle
            unit.update("Thing", ["1"], {"amount": 7})
            waiting.start()
            until_waiting(image, url)
            unit.update("Thing", ["2"], {"amount": 7})
        waiting.join(30)
        assert not waiting.is_alive()
        admin.run("COMMIT")
    amounts = {row["id"]: row["amount"] for row in rows_of(here, "Thing")}
    assert (amounts["1"], amounts["2"]) == (0, 5)
    store(here, "Thing", thing("new"))


def until_waiting(image: str, url: str) -> None:
    """Wait until the stranger waits for a lock."""
    asking = {
        "postgres": "SELECT count(*) FROM pg_locks WHERE NOT granted",
        "mariadb": "SELECT count(*) FROM information_schema.innodb_lock_waits",
    }[image.partition(":")[0]]
    end = monotonic() + 20
    with Admin(servers.shared(image), url.rpartition("/")[2]) as admin:
        while admin.run(asking) == [(0,)]:
            assert monotonic() < end


# Where rows lie, and for how many megabytes there is room. PostgreSQL's log is elsewhere: without
# room for that, the server gives up as a whole.
_SMALL = {"postgres": ("/rows", 60), "mariadb": ("/var/lib/mysql", 270)}


@pytest.fixture
def small(image: str) -> Iterator[Server]:
    """A server whose disk is small."""
    servers.need_docker()
    import docker  # noqa: PLC0415 -- slow, and most runs need no container

    place, megabytes = _SMALL[image.partition(":")[0]]
    disk = docker.types.Mount(place, None, type="tmpfs", tmpfs_size=megabytes << 20)
    started = servers.start(image, fast=False, mounts=[disk])
    client = docker.from_env()
    container = client.containers.get(started["id"])
    if image.startswith("postgres"):
        container.exec_run(["chown", "postgres", place])
        with Admin(started) as admin:
            admin.run(f"CREATE TABLESPACE small LOCATION '{place}'")
            admin.run("ALTER ROLE dbal SET default_tablespace = 'small'")
    yield started
    container.remove(force=True, v=True)
    client.close()


def test_a_full_disk_is_unavailable_keeps_what_was_confirmed_and_is_survived(
    image: str, small: Server
) -> None:
    adapter = open_adapter(WORLD, small["url"])
    confirmed: list[str] = []
    for batch in range(400):
        keys = [f"{batch}-{n}" for n in range(ROWS_AT_ONCE)]
        try:
            store(adapter, "Thing", *(thing(key, label=token_hex(2000)) for key in keys))
        except UnavailableError:
            break
        confirmed += keys
    else:
        pytest.fail(f"{image}: the disk never got full")
    assert confirmed
    assert keys_of(adapter, "Thing") == sorted(confirmed)
    with adapter.unit(write=True, deadline=soon(60)) as unit:
        unit.delete("Thing", confirmed[: len(confirmed) // 2])
    kept = sorted(confirmed[len(confirmed) // 2 :])
    assert keys_of(adapter, "Thing") == kept
    adapter.close()
    assert plainly(small, image) == kept


def plainly(server: Server, image: str) -> list[Any]:
    """Every key of Thing, by the plain driver."""
    table, column = quoted(image, "Thing"), quoted(image, "id")
    with Admin(server, "dbal") as admin:
        return sorted(key for (key,) in admin.run(f"SELECT {column} FROM {table}"))  # noqa: S608 -- ours

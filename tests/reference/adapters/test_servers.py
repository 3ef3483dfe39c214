"""What is a server's own: other processes, restarts, lost connections, deadlines, refusals."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import pytest
from tests import servers
from tests.reference.adapters.test_unit import at_once
from tests.reference.adapters.world import (
    OWNER,
    WORLD,
    keys_of,
    row,
    rows_of,
    schema_of,
    select,
    soon,
    store,
    thing,
)
from tests.server_admin import cut

from dbal_reference.adapters import Adapter, OverdueError, UnavailableError
from dbal_reference.adapters.open import open_adapter
from dbal_reference.adapters.sql.server import ServerAdapter
from dbal_reference.errors import SchemaError
from dbal_reference.query.predicate import TRUE

ENDLESS = {
    "postgres": "SELECT count(*) FROM generate_series(1, 1000000000000)",
    "mariadb": "SELECT count(*) FROM seq_1_to_1000000 a, seq_1_to_1000000 b",
}


@pytest.fixture
def url(image: str, database_url: Callable[[str, str], str]) -> str:
    return database_url(image, "servers")


@pytest.fixture
def server(url: str) -> Iterator[ServerAdapter]:
    adapter = opened(url)
    adapter.clear()
    yield adapter
    adapter.close()


def opened(url: str, schema: Any = WORLD) -> ServerAdapter:  # noqa: ANN401 -- a Schema
    adapter = open_adapter(schema, url)
    assert isinstance(adapter, ServerAdapter)
    return adapter


@contextmanager
def second(url: str) -> Iterator[Adapter]:
    """Another adapter on the same database, as another process would have one."""
    adapter = open_adapter(WORLD, url)
    yield adapter
    adapter.close()


def kill_connections(image: str, url: str) -> None:
    """Cut every connection to the database, and wait until they are gone."""
    cut(servers.shared(image), url.rpartition("/")[2].partition("?")[0])


def test_the_server_says_what_it_is(server: ServerAdapter, image: str) -> None:
    kind, _, version = image.partition(":")
    assert server.name == {"postgres": "postgresql"}.get(kind, kind)
    assert server.version.startswith(f"{version}.")
    assert server.ping()


def test_adapters_of_two_processes_race_for_one_value(server: ServerAdapter, url: str) -> None:
    with second(url) as other:
        both = [server, other]

        def insert(n: int) -> Callable[[], None]:
            return lambda: store(both[n % 2], "Thing", thing(str(n), name="wanted"))

        results = at_once(*(insert(n) for n in range(12)))
    assert sorted(map(repr, results)) == ["None", *["UniqueViolation()"] * 11]


def test_writers_of_two_processes_exclude_each_other(server: ServerAdapter, url: str) -> None:
    store(server, "Thing", thing("1"))

    def adds(adapter: Adapter) -> Callable[[], None]:
        def add() -> None:
            for _ in range(20):
                with adapter.unit(write=True, deadline=soon()) as unit:
                    amount = unit.select(select("Thing"))[0]["amount"]
                    unit.update("Thing", ["1"], {"amount": amount + 1})

        return add

    with second(url) as other:
        assert at_once(*[adds(server), adds(other)] * 2) == [None] * 4
        assert rows_of(other, "Thing")[0]["amount"] == 80


def test_a_writer_waits_for_another_process_until_its_deadline(
    server: ServerAdapter, url: str
) -> None:
    with second(url) as other, other.unit(write=True, deadline=soon()) as held:
        held.insert("Thing", [thing("1")])
        began = monotonic()
        with pytest.raises(OverdueError), server.unit(write=True, deadline=soon(0.2)) as unit:
            unit.insert("Thing", [thing("2")])  # it waits with the first thing it does
        assert 0.15 < monotonic() - began < 2
        assert keys_of(server, "Thing") == []  # who reads does not wait
    assert keys_of(server, "Thing") == ["1"]
    store(server, "Thing", thing("2"))


def test_many_can_start_at_once_on_an_empty_database(
    image: str, database_url: Callable[[str, str], str]
) -> None:
    url = database_url(image, "starts")
    results = at_once(*[lambda: open_adapter(WORLD, url)] * 4)
    for adapter in results:
        assert isinstance(adapter, ServerAdapter), adapter
        adapter.close()


def test_a_statement_is_broken_off_at_the_deadline(server: ServerAdapter, image: str) -> None:
    began = monotonic()
    with pytest.raises(OverdueError), server._transaction(write=False, deadline=soon(0.3)) as it:  # noqa: SLF001 -- no query of the contract is so slow
        it.query(ENDLESS[image.partition(":")[0]])
    assert monotonic() - began < 2
    assert rows_of(server, "Thing") == []


def test_who_finds_every_connection_taken_waits_until_his_deadline(url: str) -> None:
    adapter = opened(f"{url}?pool_size=1")
    with adapter.unit(write=False, deadline=soon()):
        began = monotonic()
        with pytest.raises(OverdueError), adapter.unit(write=False, deadline=soon(0.1)):
            pass
        assert monotonic() - began < 1
        store(adapter, "Owner", row("Owner", code="pool", handle="pool"))  # writing has its own
    adapter.close()


def test_idle_connections_that_were_cut_are_replaced_unseen(
    server: ServerAdapter, url: str, image: str
) -> None:
    store(server, "Thing", thing("1"))
    for _ in range(2):
        kill_connections(image, url)
        assert keys_of(server, "Thing") == ["1"]
        kill_connections(image, url)
        with server.unit(write=True, deadline=soon()) as unit:
            unit.update("Thing", ["1"], {"label": "x"})


def test_a_unit_cut_off_is_undone_and_says_so(server: ServerAdapter, url: str, image: str) -> None:
    def work() -> None:
        with server.unit(write=True, deadline=soon()) as unit:
            unit.insert("Thing", [thing("1")])
            kill_connections(image, url)
            with pytest.raises(UnavailableError):
                unit.insert("Thing", [thing("2")])
            unit.insert("Thing", [thing("3")])  # nothing is kept without what went before

    with pytest.raises(UnavailableError) as caught:
        work()
    assert not caught.value.outcome_unknown
    assert keys_of(server, "Thing") == []


def test_the_outcome_of_a_commit_that_is_cut_off_is_unknown(
    server: ServerAdapter, url: str, image: str
) -> None:
    def work() -> None:
        with server.unit(write=True, deadline=soon()) as unit:
            unit.insert("Thing", [thing("1")])
            kill_connections(image, url)

    with pytest.raises(UnavailableError) as caught:
        work()
    assert caught.value.outcome_unknown
    assert keys_of(server, "Thing") == []


def test_a_reader_sees_one_moment_though_others_write(server: ServerAdapter) -> None:
    store(server, "Thing", thing("1"))
    with server.unit(write=False, deadline=soon()) as unit:
        assert unit.count("Thing", TRUE) == 1
        store(server, "Thing", thing("2"))
        assert unit.count("Thing", TRUE) == 1


def test_tables_of_another_schema_are_refused_untouched(
    image: str, database_url: Callable[[str, str], str]
) -> None:
    url = database_url(image, "drift")
    opened(url).close()
    opened(url, schema_of(OWNER)).close()  # fewer entities are fine
    fields = {**OWNER.fields, "label": WORLD.entities["Thing"].fields["label"]}
    parts = {name: getattr(OWNER, name) for name in OWNER.__struct_fields__}
    changed = type(OWNER)(**{**parts, "fields": fields})
    with pytest.raises(SchemaError, match="table Owner: column label is missing"):
        open_adapter(schema_of(changed), url)
    opened(url).close()


def test_a_wrong_password_is_unavailable_and_never_told(url: str) -> None:
    secret = "Gehe1m-und-falsch"
    head, _, tail = url.rpartition("@")
    began = monotonic()
    with pytest.raises(UnavailableError) as caught:
        open_adapter(WORLD, f"{head.rpartition(':')[0]}:{secret}@{tail}")
    told: BaseException | None = caught.value
    while told is not None:
        assert secret not in f"{told!r} {told}"
        told = told.__cause__ or told.__context__
    assert monotonic() - began < 1  # and not tried again


def test_a_database_that_is_not_there_is_unavailable(url: str) -> None:
    began = monotonic()
    with pytest.raises(UnavailableError):
        open_adapter(WORLD, f"{url}_nowhere")
    assert monotonic() - began < 1  # and not tried again


def test_a_server_that_is_too_old_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dbal_reference.adapters.postgres_connection.OLDEST", 99)
    monkeypatch.setattr("dbal_reference.adapters.mysql_dialect.OLDEST", {"mariadb": (99, 1)})
    with pytest.raises(ValueError, match="is too old: it must be 99"):
        open_adapter(WORLD, url)


def test_units_on_a_server_leave_no_thread_behind(server: ServerAdapter) -> None:
    before = threading.active_count()
    store(server, "Thing", thing("1"))
    assert threading.active_count() == before

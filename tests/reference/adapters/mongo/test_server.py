"""What is a server's own: other processes, deadlines, lost connections, refusals."""

from collections.abc import Callable, Iterator
from time import monotonic
from urllib.parse import urlsplit

import pymongo
import pytest
from tests import mongo
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

from dbal_conform.core.point import point_of
from dbal_conform.environments.proxy import Deed, Harm, Proxy, Trap
from dbal_conform.environments.way import through
from dbal_reference.adapters import (
    Adapter,
    OverdueError,
    UnavailableError,
    UniqueViolation,
    WriteConflictError,
)
from dbal_reference.adapters.mongo.adapter import MongoAdapter
from dbal_reference.adapters.open import open_adapter
from dbal_reference.errors import SchemaError


def test_what_answers_is_called_by_its_own_name(mine: Adapter, spec: str) -> None:
    wanted = spec.partition(":")[0] if mongo.is_emulator(spec) else "mongodb"
    assert mine.name == wanted
    assert mine.version[0].isdigit()


def test_adapters_of_two_processes_race_for_one_value(mine: Adapter, other: Adapter) -> None:
    both = [mine, other]

    def insert(n: int) -> Callable[[], None]:
        return lambda: store(both[n % 2], "Thing", thing(str(n), name="wanted"))

    results = at_once(*(insert(n) for n in range(12)))
    assert sorted(map(repr, results)) == ["None", *["UniqueViolation()"] * 11]


def test_writers_of_two_processes_exclude_each_other(mine: Adapter, other: Adapter) -> None:
    store(mine, "Thing", thing("1"))

    def adds(it: Adapter) -> Callable[[], None]:
        def add() -> None:
            for _ in range(10):
                with it.unit(write=True, deadline=soon()) as unit:
                    amount = unit.select(select("Thing"))[0]["amount"]
                    unit.update("Thing", ["1"], {"amount": amount + 1})

        return add

    assert at_once(*[adds(mine), adds(other)] * 2) == [None] * 4
    assert rows_of(other, "Thing")[0]["amount"] == 40


def test_a_writer_waits_for_another_process_until_its_deadline(
    mine: Adapter, other: Adapter
) -> None:
    with other.unit(write=True, deadline=soon()) as held:
        held.insert("Thing", [thing("1")])
        began = monotonic()
        with pytest.raises(OverdueError), mine.unit(write=True, deadline=soon(0.2)):
            pass
        assert monotonic() - began < 2
        assert keys_of(mine, "Thing") == []  # who reads does not wait
    store(mine, "Thing", thing("2"))
    assert keys_of(mine, "Thing") == ["1", "2"]


def test_who_writes_past_the_adapter_is_noticed_by_the_unique_index(
    mine: Adapter, url: str
) -> None:
    def work() -> None:
        with mine.unit(write=True, deadline=soon()) as unit:
            unit.count("Thing", select("Thing").where)  # as of now
            with pymongo.MongoClient[dict[str, object]](url) as client:
                client.get_default_database()["Thing"].insert_one({"_id": "x", "name": "wanted"})
            unit.insert("Thing", [thing("1", name="wanted")])

    with pytest.raises(WriteConflictError):
        work()
    with pytest.raises(UniqueViolation):
        store(mine, "Thing", thing("1", name="wanted"))


def test_many_can_start_at_once_on_an_empty_database(address: Callable[[str], str]) -> None:
    url = address("starts")
    for adapter in at_once(*[lambda: open_adapter(WORLD, url)] * 4):
        assert isinstance(adapter, MongoAdapter), adapter
        adapter.close()


def test_collections_of_another_schema_are_refused_untouched(
    address: Callable[[str], str],
) -> None:
    url = address("drift")
    open_adapter(WORLD, url).close()
    open_adapter(schema_of(OWNER), url).close()  # fewer entities are fine
    fields = {**OWNER.fields, "label": WORLD.entities["Thing"].fields["label"]}
    parts = {name: getattr(OWNER, name) for name in OWNER.__struct_fields__}
    with pytest.raises(SchemaError, match="collection Owner has other fields"):
        open_adapter(schema_of(type(OWNER)(**{**parts, "fields": fields})), url)
    open_adapter(WORLD, url).close()


def test_a_server_that_is_too_old_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dbal_reference.adapters.mongo.server.OLDEST", 99)
    with pytest.raises(ValueError, match="is too old: it must be 99"):
        open_adapter(WORLD, url)


def test_a_wrong_password_is_unavailable_and_never_told(url: str) -> None:
    secret = "Gehe1m-und-falsch"
    parts = urlsplit(url)
    asked = parts._replace(netloc=f"nobody:{secret}@{parts.netloc.rpartition('@')[2]}").geturl()
    with pytest.raises(UnavailableError) as caught:
        open_adapter(WORLD, asked)
    told: BaseException | None = caught.value
    while told is not None:
        assert secret not in f"{told!r} {told}"
        told = told.__cause__ or told.__context__


def test_nobody_at_the_address_is_unavailable() -> None:
    with pytest.raises(UnavailableError):
        open_adapter(WORLD, "mongodb://127.0.0.1:1/app?directConnection=true")


@pytest.fixture
def proxied(url: str) -> Iterator[tuple[Adapter, Proxy]]:
    parts = urlsplit(url)
    proxy = Proxy("mongo", (parts.hostname or "", parts.port or 27017))
    adapter = open_adapter(WORLD, through(url, proxy.port))
    yield adapter, proxy
    adapter.close()
    proxy.close()


@pytest.mark.parametrize("at", ["write 2", "commit"])
def test_whoever_is_not_heard_any_more_holds_nobody_up(
    proxied: tuple[Adapter, Proxy], at: str
) -> None:
    adapter, proxy = proxied

    def work() -> None:
        with adapter.unit(write=True, deadline=soon(0.3)) as unit:
            unit.insert("Thing", [thing("lost")])

    proxy.lay(Trap(point_of(at), Deed("stall")))
    with pytest.raises((OverdueError, UnavailableError)):
        work()
    proxy.restore()
    with adapter.unit(write=True, deadline=soon(5)) as unit:  # the server would wait for a minute
        unit.insert("Thing", [thing("next")])
    assert keys_of(adapter, "Thing") == ["next"]


@pytest.mark.parametrize("harm", ["cut", "stall"])
def test_a_commit_that_is_not_answered_has_an_unknown_outcome(
    proxied: tuple[Adapter, Proxy], harm: Harm
) -> None:
    adapter, proxy = proxied

    def work() -> None:
        with adapter.unit(write=True, deadline=soon(1)) as unit:
            unit.insert("Owner", [row("Owner", code="a", handle="a")])
            (proxy.cut if harm == "cut" else proxy.stall)()

    with pytest.raises(UnavailableError) as caught:
        work()
    assert caught.value.outcome_unknown
    proxy.restore()

"""A server without transactions, for which the emulator can stand as well."""

from collections.abc import Iterator

import pytest
from tests import mongo
from tests.reference.adapters.world import WORLD, keys_of, rows_of, soon, store, thing

from dbal_reference.adapters import Adapter, OverdueError, ReferencedError, UniqueViolation
from dbal_reference.adapters.open import open_adapter

SPEC = f"{mongo.DEFAULT}:standalone"


@pytest.fixture
def alone(worker_id: str) -> Iterator[Adapter]:
    opened = open_adapter(WORLD, mongo.url_of(SPEC, f"dbal_test_alone_{worker_id}"))
    yield opened
    opened.close()


@pytest.fixture
def beside(alone: Adapter, worker_id: str) -> Iterator[Adapter]:
    """Another adapter on the same database."""
    assert alone.ping()
    url = mongo.url_of(SPEC, f"dbal_test_other_{worker_id}")
    opened = open_adapter(WORLD, url.replace("_other_", "_alone_"))
    yield opened
    opened.close()


def test_it_claims_no_transactions_and_all_else(alone: Adapter) -> None:
    assert not {name for name in alone.capabilities if name.startswith("transactions")}
    assert {"joins", "relations", "fullTextSearch", "ttl"} <= alone.capabilities


def test_a_unit_that_fails_is_written_back(alone: Adapter) -> None:
    store(alone, "Thing", thing("1", label="a"), thing("2"))

    def work(error: type[Exception]) -> None:
        with alone.unit(write=True, deadline=soon()) as unit:
            unit.update("Thing", ["1"], {"label": "b", "name": "n"})
            unit.delete("Thing", ["2"])
            unit.insert("Thing", [thing("3", parentId="1")])
            if error is UniqueViolation:
                unit.insert("Thing", [thing("4", name="n")])
            if error is ReferencedError:
                unit.insert("Thing", [thing("4", parentId="nobody")])
            raise error

    for error in (KeyError, UniqueViolation, ReferencedError):
        with pytest.raises(error):
            work(error)
        assert rows_of(alone, "Thing") == [thing("1", label="a"), thing("2")]


def test_a_unit_that_ends_too_late_is_written_back(alone: Adapter) -> None:
    def work() -> None:
        with alone.unit(write=True, deadline=soon()) as unit:
            unit.insert("Thing", [thing("1")])
            unit._session.deadline = soon(-1)  # type: ignore[attr-defined]  # noqa: SLF001 -- instead of a wait

    with pytest.raises(OverdueError):
        work()
    assert keys_of(alone, "Thing") == []


def test_writers_of_two_processes_take_turns(alone: Adapter, beside: Adapter) -> None:
    with alone.unit(write=True, deadline=soon()) as held:
        held.insert("Thing", [thing("1")])
        with pytest.raises(OverdueError), beside.unit(write=True, deadline=soon(0.2)):
            pass
    store(beside, "Thing", thing("2"))
    assert keys_of(alone, "Thing") == ["1", "2"]

"""Rows that take the place of all others in one unit (`Refills`)."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.reference.adapters.world import WORLD, rows_of, soon, store, thing

from dbal_reference.adapters import ReferencedError, UniqueViolation, Unit
from dbal_reference.adapters.sqlite import SqliteAdapter
from dbal_reference.model import Schema
from dbal_reference.schema.growth import grow

OWNER = {"code": "o", "handle": "h"}
TAG: dict[str, Any] = {
    "entity": "Tag",
    "version": "1.0",
    "fields": {"name": {"type": "string", "primary": True, "required": True, "max_length": 9}},
}


@pytest.fixture
def adapter() -> Iterator[SqliteAdapter]:
    adapter = SqliteAdapter(WORLD)
    store(adapter, "Owner", OWNER)
    yield adapter
    adapter.close()


def test_other_rows_take_the_place_of_all(adapter: SqliteAdapter) -> None:
    before = adapter.revision()
    assert adapter.refill(lambda unit: unit.insert("Thing", [thing("1")]), soon())
    assert [name for name, rows in adapter.dump() if rows] == ["Thing"]
    assert rows_of(adapter, "Thing") == [thing("1")]
    assert adapter.revision() != before


def test_a_refill_that_fails_leaves_what_was_there(adapter: SqliteAdapter) -> None:
    def fill(unit: Unit) -> None:
        unit.insert("Thing", [thing("1")])
        unit.insert("Owner", [OWNER, OWNER])

    with pytest.raises(UniqueViolation):
        adapter.refill(fill, soon())
    assert rows_of(adapter, "Owner") == [OWNER]
    assert rows_of(adapter, "Thing") == []


def test_references_are_judged_again_after_a_refill(adapter: SqliteAdapter) -> None:
    adapter.refill(lambda _: None, soon())
    with pytest.raises(ReferencedError):
        store(adapter, "Thing", thing("1", ownerCode="nobody"))


def test_nothing_is_done_while_a_migration_is_in_force(schema: Schema) -> None:
    adapter = SqliteAdapter(schema)
    adapter.migrate(lambda before: grow(before, [TAG]), now_ms=1, deadline=soon())
    store(adapter, "Tag", {"name": "a"})
    assert not adapter.refill(lambda unit: unit.insert("Tag", [{"name": "b"}]), soon())
    assert dict(adapter.dump())["Tag"] == [{"name": "a"}]
    adapter.clear()
    assert adapter.refill(lambda _: None, soon())
    adapter.close()

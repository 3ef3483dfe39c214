"""How often the server is asked: never once a row."""

from typing import Any

import pymongo.monitoring
import pytest
from tests.reference.adapters.world import row, select, soon, store, thing

from dbal_reference.adapters import Adapter
from dbal_reference.query.predicate import TRUE, Compare, Each, In, Link, Order, Through

BESIDE = {"hello", "ping", "endSessions", "buildInfo", "getMore"}


class Counter(pymongo.monitoring.CommandListener):
    """Notes the names of commands, of all clients that are made from now on."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def started(self, event: pymongo.monitoring.CommandStartedEvent) -> None:
        if event.command_name not in BESIDE:
            self.names.append(event.command_name)

    def succeeded(self, event: Any) -> None:  # noqa: ANN401 -- the driver's
        pass

    def failed(self, event: Any) -> None:  # noqa: ANN401 -- the driver's
        pass


COUNTER = Counter()
pymongo.monitoring.register(COUNTER)


@pytest.fixture
def counted(mine: Adapter) -> Adapter:
    store(mine, "Owner", row("Owner", code="a", handle="a"))
    store(mine, "Thing", *[thing(str(n), ownerCode="a", name=str(n)) for n in range(150)])
    COUNTER.names.clear()
    return mine


def test_a_list_with_relations_is_one_statement(counted: Adapter) -> None:
    owner = Link("ownerCode", "Owner", "code", TRUE)
    where = Through("ownerCode", "Owner", "code", Compare("handle", "eq", "a"), joined=True)
    with counted.unit(write=False, deadline=soon()) as unit:
        found = unit.select(select("Thing", where, Order("owner.handle", via=(owner,))))
        assert (
            len(unit.select(select("Thing", In("ownerCode", ("a",)), each=Each("ownerCode", 3))))
            == 3
        )
    assert len(found) == 150
    assert found[0]["owner.handle"] == "a"
    assert COUNTER.names == ["aggregate", "aggregate"]


def test_a_page_and_its_total_are_two(counted: Adapter) -> None:
    with counted.glance(soon()) as unit:
        rows, total = unit.page(select("Thing", limit=20))
    assert (len(rows), total) == (20, 150)
    assert COUNTER.names == ["find", "aggregate"]


def test_a_hundred_rows_are_stored_as_one_is(counted: Adapter) -> None:
    for count in (1, 100):
        COUNTER.names.clear()
        rows = [thing(f"{count}-{n}", name=f"{count}-{n}", ownerCode="a") for n in range(count)]
        store(counted, "Thing", *rows)
        # The turn; what could stand in the way; whom they point at; the rows; the end.
        assert COUNTER.names == ["update", "find", "find", "insert", "commitTransaction"]


def test_a_hundred_rows_are_changed_as_one_is(counted: Adapter) -> None:
    with counted.unit(write=True, deadline=soon()) as unit:
        unit.update("Thing", [str(n) for n in range(100)], {"label": "x"})
    assert COUNTER.names == ["update", "update", "commitTransaction"]


def test_what_hangs_on_a_row_is_dealt_with_a_generation_at_a_time(counted: Adapter) -> None:
    store(counted, "Note", *[row("Note", id=str(n), ownerCode="a") for n in range(100)])
    COUNTER.names.clear()
    with counted.unit(write=True, deadline=soon()) as unit:
        unit.delete("Owner", ["a"])  # takes 100 notes along, and leaves 150 things without
    assert len(COUNTER.names) <= 14

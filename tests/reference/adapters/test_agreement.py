"""Every database answers as memory does, whatever the rows, predicates, orders and writes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.reference.adapters.strategies import POOLS, PREDICATES, forests, orders, things, value
from tests.reference.adapters.world import WORLD, row, soon

from dbal_reference.adapters import Adapter, ReferencedError, Row, UniqueViolation
from dbal_reference.adapters.open import open_adapter
from dbal_reference.query.evaluate import holds
from dbal_reference.query.predicate import IsNull, Not, Order, Predicate, Select

OWNERS = [row("Owner", code="o1", handle="h1"), row("Owner", code="o2", handle="h2")]
CHECKS = settings(
    max_examples=60,
    deadline=None,  # the first of each shape compiles
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="session")
def both(
    request: pytest.FixtureRequest, opened: Callable[[str], Adapter]
) -> Iterator[tuple[Adapter, Adapter]]:
    """Memory, and another."""
    memory, kind = open_adapter(WORLD, "memory:"), str(request.param)
    if kind != "sqlite:":
        yield memory, opened(kind)
        return
    sqlite = open_adapter(WORLD, kind)
    yield memory, sqlite
    sqlite.close()


def fill(both: tuple[Adapter, Adapter], rows: list[Row]) -> None:
    for adapter in both:
        adapter.clear()
        with adapter.unit(write=True, deadline=soon()) as unit:
            unit.insert("Owner", OWNERS)
            unit.insert("Thing", rows)


@contextmanager
def reading(both: tuple[Adapter, Adapter]) -> Iterator[tuple[Any, Any]]:
    memory, other = both
    with (
        memory.unit(write=False, deadline=soon()) as one,
        other.unit(write=False, deadline=soon()) as two,
    ):
        yield one, two


@CHECKS
@given(rows=forests(), where=PREDICATES, order=orders())
def test_selections_are_equal_in_rows_and_order(
    both: tuple[Adapter, Adapter], rows: list[Row], where: Predicate, order: tuple[Order, ...]
) -> None:
    fill(both, rows)
    query = Select("Thing", where, order)
    with reading(both) as (memory, other):
        found = memory.select(query)
        assert other.select(query) == found
        assert other.count("Thing", where) == memory.count("Thing", where) == len(found)
        opposite = other.select(Select("Thing", Not(where), order))
        assert len(found) + len(opposite) == len(rows)  # QRY-FLT-008


@CHECKS
@given(
    rows=forests(),
    where=PREDICATES | st.just(Not(IsNull("id"))),
    order=orders(),
    size=st.integers(1, 5),
)
def test_walking_by_keyset_visits_each_row_once_in_order(
    both: tuple[Adapter, Adapter],
    rows: list[Row],
    where: Predicate,
    order: tuple[Order, ...],
    size: int,
) -> None:
    fill(both, rows)
    with reading(both) as units:
        for unit in units:
            whole = unit.select(Select("Thing", where, order))
            walked: list[Row] = []
            after: tuple[Any, ...] | None = None
            while page := unit.select(Select("Thing", where, order, limit=size, after=after)):
                walked += page
                after = tuple(page[-1][entry.field] for entry in order)
                assert len(walked) <= len(whole)
            assert walked == whole


@CHECKS
@given(
    rows=forests(),
    order=orders(),
    last=things(),
    part=st.tuples(st.none() | st.integers(0, 4), st.integers(0, 3)),
)
def test_a_place_where_no_row_stands_any_more_still_divides(
    both: tuple[Adapter, Adapter],
    rows: list[Row],
    order: tuple[Order, ...],
    last: Row,
    part: tuple[int | None, int],
) -> None:
    fill(both, rows)
    after = tuple(last[entry.field] for entry in order)
    query = Select("Thing", Not(IsNull("id")), order, *part, after)
    with reading(both) as (memory, other):
        assert other.select(query) == memory.select(query)


@CHECKS
@given(rows=forests(), where=PREDICATES)
def test_one_row_is_judged_as_the_selection_judges_it(
    both: tuple[Adapter, Adapter], rows: list[Row], where: Predicate
) -> None:
    fill(both, rows)
    stored: dict[str, list[Row]] = {"Thing": rows, "Owner": OWNERS}

    def lookup(entity: str, key: str, wanted: object) -> Row | None:
        return next((row for row in stored[entity] if row[key] == wanted), None)

    with reading(both) as (_, other):
        found = [row["id"] for row in other.select(Select("Thing", where, (Order("id"),)))]
    assert found == sorted(row["id"] for row in rows if holds(where, row, lookup))


FIELDS = {
    "Thing": [f for f in POOLS if f in WORLD.entities["Thing"].fields and f != "amount"],
    "Owner": ["code", "handle"],
    "Note": ["ownerCode", "handle", "fixed"],
    "Badge": ["handle"],
    "Lock": ["thingId"],
}
ALIKE = {"fixed": "handle", "thingId": "id", "parentId": "id"}
NEVER_NULL = {("Thing", "id"), ("Owner", "code"), ("Owner", "handle"), ("Badge", "handle")}


def any_value(entity: str, field: str) -> st.SearchStrategy[Any]:
    given_values = value(ALIKE.get(field, field))
    return given_values if (entity, field) in NEVER_NULL else st.none() | given_values


@st.composite
def writes(draw: st.DrawFn) -> tuple[str, str, Any, Any]:
    entity = draw(st.sampled_from(["Thing", "Thing", "Owner", "Note", "Badge", "Lock"]))
    keys = {"Owner": "code", "Badge": "handle"}.get(entity, "id")

    def whole() -> Row:
        made = {f: draw(any_value(entity, f)) for f in FIELDS[entity]}
        made[keys] = draw(value(keys))
        return row(entity, **made) | ({"amount": 0} if entity == "Thing" else {})

    match draw(st.sampled_from(["insert", "insert", "insert", "update", "replace", "delete"])):
        case "update":
            field = draw(st.sampled_from(FIELDS[entity]))
            some = draw(st.lists(value(keys), max_size=3, unique=True))
            return "update", entity, some, {field: draw(any_value(entity, field))}
        case "delete":
            return "delete", entity, draw(st.lists(value(keys), max_size=3)), None
        case other:
            rows = [whole() for _ in range(draw(st.integers(1, 3)))]
            return other, entity, rows, None


@CHECKS
@example(
    steps=[
        ("insert", "Owner", [row("Owner", code="o1", handle="h1")], None),
        ("insert", "Badge", [row("Badge", handle="h1")], None),
        ("update", "Owner", ["o1"], {"handle": "h2"}),
    ]
)
@given(steps=st.lists(writes(), min_size=3, max_size=14))
def test_writes_end_alike_and_leave_the_same_rows(
    both: tuple[Adapter, Adapter], steps: list[tuple[str, str, Any, Any]]
) -> None:
    # InnoDB says first what the first index in its way has to say, where two things are wrong.
    tells_apart = both[1].name not in {"mariadb", "mysql"}
    logs: list[list[str]] = []
    for adapter in both:
        adapter.clear()
        log: list[str] = []
        with adapter.unit(write=True, deadline=soon()) as unit:
            for method, entity, what, changes in steps:
                arguments = (entity, what) if changes is None else (entity, what, changes)
                try:
                    getattr(unit, method)(*arguments)
                    log.append("done")
                except (UniqueViolation, ReferencedError) as error:
                    log.append(type(error).__name__ if tells_apart else "refused")
        logs.append([*log, *map(repr, adapter.dump())])
    assert logs[1] == logs[0]

"""Queries beyond the basics: every database that claims them answers as memory does."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reference.adapters.query_strategies import (
    JOINS,
    PLACES,
    PLACES_IN_TEXT,
    WORDS,
    aggregates,
    boxes,
    boxes_of_text,
    joined_orders,
    texts,
)
from tests.reference.adapters.strategies import PREDICATES, forests
from tests.reference.adapters.test_agreement import CHECKS, both, fill, reading
from tests.reference.adapters.world import select, thing

from dbal_reference.adapters import Adapter, Row
from dbal_reference.query.groups import Aggregate
from dbal_reference.query.predicate import Each, In, Inside, Not, Order, Predicate, Select

__all__ = ["both"]


def need(both: tuple[Adapter, Adapter], capability: str) -> None:
    if capability not in both[1].capabilities:
        pytest.skip(f"{both[1].name} does not claim {capability}")


def agree(both: tuple[Adapter, Adapter], rows: list[Row], where: Predicate) -> None:
    """Rows, their number, and the rows of the opposite are those of memory."""
    fill(both, rows)
    with reading(both) as (memory, other):
        found = memory.select(select("Thing", where))
        assert other.select(select("Thing", where)) == found
        assert other.count("Thing", where) == memory.count("Thing", where) == len(found)
        opposite = other.select(select("Thing", Not(where)))
        assert len(found) + len(opposite) == len(rows)  # QRY-FLT-008


@CHECKS
@given(rows=boxes(), where=PLACES)
def test_places_inside_json(
    both: tuple[Adapter, Adapter], rows: list[Row], where: Predicate
) -> None:
    need(both, "jsonQueries")
    agree(both, rows, where)


@CHECKS
@given(rows=boxes_of_text(), where=PLACES_IN_TEXT)
def test_places_inside_json_as_others_write_it(
    both: tuple[Adapter, Adapter], rows: list[Row], where: Predicate
) -> None:
    need(both, "jsonQueries")
    agree(both, rows, where)


@pytest.mark.parametrize("text", [False, True])
def test_places_far_down_far_along_and_of_long_names(
    both: tuple[Adapter, Adapter], *, text: bool
) -> None:
    need(both, "jsonQueries")
    deepest: Any = "end"
    for _ in range(32):
        deepest = [deepest]
    name, list_ = "n" * 5000, [*range(70_000), "last"]
    values = [deepest, {name: {name: 1}}, list_, {"a": deepest[0], "b": 2}]
    field = "written" if text else "data"
    rows = [
        thing(str(n), **{field: json.dumps(value) if text else value})
        for n, value in enumerate(values)
    ]
    fill(both, rows)
    paths: list[tuple[str | int, ...]] = [(0,) * 32, (name, name), (70_000,), ("b",), (70_001,)]
    with reading(both) as (memory, other):
        for path in paths:
            where = Not(Inside(field, path, "isNull", text=text))
            found = other.select(select("Thing", where))
            assert found == memory.select(select("Thing", where))
            assert len(found) == (path != (70_001,))


@CHECKS
@given(rows=texts(), where=WORDS)
def test_words(both: tuple[Adapter, Adapter], rows: list[Row], where: Predicate) -> None:
    need(both, "fullTextSearch")
    agree(both, rows, where)


@CHECKS
@given(rows=forests(), where=JOINS)
def test_conditions_on_related_rows(
    both: tuple[Adapter, Adapter], rows: list[Row], where: Predicate
) -> None:
    need(both, "joins")
    agree(both, rows, where)


@CHECKS
@given(rows=forests(), where=JOINS | PREDICATES, order=joined_orders(), size=st.integers(1, 4))
def test_walking_in_an_order_of_related_rows_visits_each_row_once(
    both: tuple[Adapter, Adapter],
    rows: list[Row],
    where: Predicate,
    order: tuple[Order, ...],
    size: int,
) -> None:
    need(both, "joins")
    fill(both, rows)
    with reading(both) as (memory, other):
        whole = memory.select(Select("Thing", where, order))
        assert other.select(Select("Thing", where, order)) == whole
        for unit in (memory, other):
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
    where=PREDICATES,
    field=st.sampled_from(["ownerCode", "parentId"]),
    values=st.lists(st.sampled_from(["o1", "o2", "0", "1", "2"]), unique=True).map(tuple),
    most=st.integers(1, 3),
)
def test_the_first_of_each(  # noqa: PLR0913, PLR0917 -- what a query has
    both: tuple[Adapter, Adapter],
    rows: list[Row],
    where: Predicate,
    field: str,
    values: tuple[str, ...],
    most: int,
) -> None:
    need(both, "relations")
    fill(both, rows)
    query = select("Thing", In(field, values), each=Each(field, most))
    narrow = select("Thing", where, each=Each(field, most))
    with reading(both) as (memory, other):
        assert other.select(query) == memory.select(query)
        assert other.select(narrow) == memory.select(narrow)


def near(one: Any, two: Any) -> bool:  # noqa: ANN401 -- any value of a metric
    """Doubles are equal as far as the contract asks (CPT-TOL-002), all else exactly."""
    if isinstance(one, float) and isinstance(two, float):
        return math.isclose(one, two, rel_tol=1e-12, abs_tol=1e-6)
    return type(one) is type(two) and bool(one == two)


@CHECKS
@given(rows=forests(), query=aggregates(PREDICATES | JOINS))
def test_aggregates(both: tuple[Adapter, Adapter], rows: list[Row], query: Aggregate) -> None:
    need(both, "aggregations")
    fill(both, rows)
    with reading(both) as (memory, other):
        expected, found = memory.aggregate(query), other.aggregate(query)
    assert [group.key for group in found] == [group.key for group in expected]
    for one, two in zip(found, expected, strict=True):
        assert all(map(near, one.values, two.values)), (one, two)

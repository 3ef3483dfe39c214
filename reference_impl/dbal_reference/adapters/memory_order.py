"""Rows of memory in the order of a query, and the part of them that it asks for."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from dbal_reference.adapters import Row
from dbal_reference.query.evaluate import Lookup, compile_value
from dbal_reference.query.predicate import Each, Order, Select


def in_order(rows: list[Row], query: Select, find: Lookup) -> list[Row]:
    """Give the rows that the query shows, in order; those of a join carry what they sort by."""
    rows = _carrying(rows, (*query.order, *query.carry), find)
    for entry in reversed(query.order):  # the sort is stable: the first entry decides last
        rows.sort(key=_ranking(entry.field), reverse=entry.descending)
    if query.after is not None:
        rows = [row for row in rows if _behind(row, query.order, query.after)]
    if query.each is not None:
        rows = _first_of_each(rows, query.each)
    end = None if query.limit is None else query.offset + query.limit
    return rows[query.offset : end]


def _carrying(rows: list[Row], order: Sequence[Order], find: Lookup) -> list[Row]:
    """Add the values of related rows that the order needs."""
    for entry in order:
        if entry.via:
            value = compile_value(entry, find)
            rows = [{**row, entry.field: value(row)} for row in rows]
    return rows


def _rank(value: Any) -> tuple[bool, Any]:  # noqa: ANN401 -- any field value
    """Order null before every value (QRY-SORT-004)."""
    return (value is not None, value)


def _ranking(field: str) -> Callable[[Row], tuple[bool, Any]]:
    return lambda row: _rank(row[field])


def _behind(row: Row, order: Sequence[Order], after: Sequence[Any]) -> bool:
    """Whether the row comes after these sort values."""
    for entry, seen in zip(order, after, strict=True):
        here, there = _rank(row[entry.field]), _rank(seen)
        if here != there:
            return (here > there) is not entry.descending
    return False


def _first_of_each(rows: list[Row], each: Each) -> list[Row]:
    """Rows in order, no more of one value than wanted."""
    seen: Counter[Any] = Counter()
    kept = []
    for row in rows:
        seen[row[each.field]] += 1
        if seen[row[each.field]] <= each.most:
            kept.append(row)
    return kept

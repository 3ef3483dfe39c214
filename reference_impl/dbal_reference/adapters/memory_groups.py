"""Metrics over groups of rows in memory: the plain meaning of `query.groups`."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from dbal_reference.adapters import Row
from dbal_reference.query.groups import Aggregate, Function, Group, Metric
from dbal_reference.query.sums import exact_average, exact_sum

_Values: TypeAlias = Sequence[Any]


def aggregate(rows: Iterable[Row], query: Aggregate) -> list[Group]:
    """The groups of these rows, in order."""
    groups: dict[tuple[Any, ...], list[Row]] = {} if query.by else {(): []}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in query.by), []).append(row)
    found = [
        Group(key, tuple(_measure(metric, groups[key]) for metric in query.metrics))
        for key in sorted(groups, key=_rank)
    ]
    return found if query.limit is None else found[: query.limit]


def _rank(key: tuple[Any, ...]) -> list[tuple[bool, Any]]:
    """Null before every value."""
    return [(value is not None, value) for value in key]


def _measure(metric: Metric, rows: list[Row]) -> Any:  # noqa: ANN401 -- of the field
    if metric.field is None:
        return len(rows)
    values = [row[metric.field] for row in rows if row[metric.field] is not None]
    return _MEASURES[metric.fn](values) if values else None


def _sum(values: _Values) -> int | float:
    return exact_sum(values) if isinstance(values[0], float) else sum(values)


def _average(values: _Values) -> float:
    if isinstance(values[0], float):
        return exact_average(values)
    total: int = sum(values)
    return total / len(values)  # of integers, rounded once


_MEASURES: dict[Function, Callable[[_Values], Any]] = {
    "sum": _sum,
    "avg": _average,
    "min": min,
    "max": max,
}

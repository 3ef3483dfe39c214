"""Groups of rows and what is counted of them, as data (QRY-AGG)."""

from typing import Any, Literal, TypeAlias

import msgspec

from dbal_reference.query.predicate import Predicate

Function: TypeAlias = Literal["count", "sum", "avg", "min", "max"]


class Metric(msgspec.Struct, frozen=True):
    """What is asked of the values of a field that are not null; `count` counts rows instead."""

    fn: Function
    field: str | None = None


class Aggregate(msgspec.Struct, frozen=True):
    """Metrics over the rows of one entity that satisfy `where`, for each group that there is.

    Rows that agree in all fields of `by` (null is a value here) are a group; groups come in the
    order of these values, null first. Without `by` there is one group, even of no rows.
    """

    entity: str
    where: Predicate
    metrics: tuple[Metric, ...]
    by: tuple[str, ...] = ()
    limit: int | None = None


class Group(msgspec.Struct, frozen=True):
    """A value for each field of `by`, and one for each metric.

    Over no values a metric is None, but for count. Sums of integers are exact, however long;
    averages and sums of doubles are doubles, infinite where binary64 ends.
    """

    key: tuple[Any, ...]
    values: tuple[Any, ...]

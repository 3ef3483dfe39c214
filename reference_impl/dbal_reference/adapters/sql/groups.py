"""Metrics over groups of rows, computed by the database and read exactly (QRY-AGG)."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Integer, MetaData, Table, func, select
from sqlalchemy.sql import Select as Statement

from dbal_reference.adapters.sql.dialect import Dialect, Expression
from dbal_reference.adapters.sql.expressions import Builder
from dbal_reference.adapters.sql.functions import Functions
from dbal_reference.adapters.sql.shape import Shape
from dbal_reference.model import Entity
from dbal_reference.query.groups import Aggregate, Group, Metric


class Grouping(NamedTuple):
    """What a statement is built from, once, and found again by."""

    entity: str
    shape: Shape
    metrics: tuple[Metric, ...]
    by: tuple[str, ...]
    limited: bool


def build_grouping(grouping: Grouping, metadata: MetaData, dialect: Dialect) -> Statement[Any]:
    """The fields of the group, then what `read_groups` needs of each metric."""
    table = metadata.tables[grouping.entity]
    builder = Builder(metadata, dialect)
    source, condition = builder.source(grouping.shape, table)
    by = [table.c[name] for name in grouping.by]
    measures = [
        column.label(f"_{place}")
        for place, column in enumerate(_measures(grouping, table, dialect))
    ]
    groups = select(*by, *measures).select_from(source).where(condition)
    if by:
        groups = groups.group_by(*by).order_by(*(dialect.ascending(column) for column in by))
    return groups.limit(builder.parameter()) if grouping.limited else groups


def read_groups(
    query: Aggregate, entity: Entity, dialect: Dialect, records: Sequence[Sequence[Any]]
) -> list[Group]:
    """Make groups of the records of such a statement."""
    keys = [_decoder(entity, name, dialect) for name in query.by]
    readers = [_reader(metric, entity, dialect) for metric in query.metrics]
    return [_group(iter(record), keys, readers) for record in records]


def _group(
    record: Iterator[Any],
    keys: Sequence[Callable[[Any], Any]],
    readers: Sequence[Callable[[Iterator[Any]], Any]],
) -> Group:
    key = tuple([decode(next(record)) for decode in keys])
    return Group(key, tuple([read(record) for read in readers]))


def _measures(grouping: Grouping, table: Table, dialect: Dialect) -> Iterator[Expression]:
    functions = dialect.functions
    for metric in grouping.metrics:
        if metric.field is None:
            yield func.count()
            continue
        column = table.c[metric.field]
        match metric.fn:
            case "min":
                yield func.min(column)
            case "max":
                yield func.max(column)
            case "sum" | "avg" if isinstance(column.type, Integer):
                yield func.count(column)
                yield from functions.whole_sum(column)
            case "sum":
                yield func.count(column)
                yield functions.double_sum(column)
            case _:
                yield functions.double_average(column)


def _reader(metric: Metric, entity: Entity, dialect: Dialect) -> Callable[[Iterator[Any]], Any]:
    """A function that takes what it needs of a record and gives the value of the metric."""
    if metric.field is None:
        return lambda record: int(next(record))
    if metric.fn in {"min", "max"}:
        decode = _decoder(entity, metric.field, dialect)
        return lambda record: decode(next(record))
    if entity.fields[metric.field].type != "double":
        return _whole_reader(dialect.functions, average=metric.fn == "avg")
    if metric.fn == "avg":
        return lambda record: None if (value := next(record)) is None else float(value)
    return _double_reader(dialect.functions)


def _whole_reader(functions: Functions, *, average: bool) -> Callable[[Iterator[Any]], Any]:
    parts = functions.whole_sum_parts

    def read(record: Iterator[Any]) -> int | float | None:
        count = int(next(record))
        values = [next(record) for _ in range(parts)]
        if count == 0:
            return None
        total = functions.add_up(values)
        return total / count if average else total  # of integers, rounded once

    return read


def _double_reader(functions: Functions) -> Callable[[Iterator[Any]], Any]:
    def read(record: Iterator[Any]) -> float | None:
        count, total = int(next(record)), next(record)
        if count == 0:
            return None
        return math.inf if total is None else functions.read_sum(total)

    return read


def _decoder(entity: Entity, name: str, dialect: Dialect) -> Callable[[Any], Any]:
    decode = dialect.decoders.get(entity.fields[name].type)
    if decode is None:
        return lambda value: value
    return lambda value: None if value is None else decode(value)

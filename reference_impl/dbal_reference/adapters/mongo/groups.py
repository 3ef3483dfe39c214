"""Metrics over groups of documents, computed by the server and read exactly (QRY-AGG)."""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from bson import Decimal128

from dbal_reference.adapters.mongo.documents import Codec, Document, decoded
from dbal_reference.adapters.mongo.filters import Stage
from dbal_reference.model import Field
from dbal_reference.query.groups import Aggregate, Group, Metric

_SCALE: Final = 64  # binary places that sums of doubles are kept away from where binary64 ends
_INTEGERS: Final = frozenset({"integer", "bigint"})


def grouping(query: Aggregate, codec: Codec) -> list[Stage]:
    """The stages behind the question: groups in order, null first."""
    by = {f"k{n}": _value(codec, name) for n, name in enumerate(query.by)}
    measures: Document = {}
    for number, metric in enumerate(query.metrics):
        measures.update(_measures(f"m{number}", metric, codec))
    stages: list[Stage] = [{"$group": {"_id": by or None, **measures}}]
    if by:
        stages.append({"$sort": {f"_id.{name}": 1 for name in by}})
    if query.limit is not None:
        stages.append({"$limit": query.limit})
    return stages


def groups_of(query: Aggregate, codec: Codec, documents: list[Document]) -> list[Group]:
    """Make groups of what the server gives; one of no rows, if nothing is grouped by."""
    if not documents and not query.by:
        none = tuple(0 if metric.field is None else None for metric in query.metrics)
        return [Group((), none)]
    fields = [codec.entity.fields[name] for name in query.by]
    readers = [
        _reader(f"m{number}", metric, codec.entity.fields)
        for number, metric in enumerate(query.metrics)
    ]
    return [
        Group(
            tuple(decoded(field, found["_id"][f"k{n}"]) for n, field in enumerate(fields)),
            tuple(read(found) for read in readers),
        )
        for found in documents
    ]


def _value(codec: Codec, name: str) -> Document:
    return {"$ifNull": [f"${codec.place(name)}", None]}


def _measures(name: str, metric: Metric, codec: Codec) -> Document:
    if metric.field is None:
        return {name: {"$sum": 1}}
    place = f"${codec.place(metric.field)}"
    match metric.fn:
        case "min" | "max":
            return {name: {f"${metric.fn}": place}}
        case _ if codec.entity.fields[metric.field].type in _INTEGERS:
            # 34 digits: exact for more rows than there can be.
            total: Document = {"$toDecimal": place}
        case _:
            total = {"$multiply": [place, math.ldexp(1.0, -_SCALE)]}
    counted = {"$sum": {"$cond": [{"$gt": [place, None]}, 1, 0]}}
    return {name: {"$sum": total}, f"{name}n": counted}


def _reader(name: str, metric: Metric, fields: Mapping[str, Field]) -> Callable[[Document], Any]:
    if metric.field is None:
        return lambda found: int(found[name])
    field = fields[metric.field]
    if metric.fn in {"min", "max"}:
        return lambda found: decoded(field, found[name])
    average = metric.fn == "avg"
    if field.type in _INTEGERS:
        return lambda found: _whole(found[name], int(found[f"{name}n"]), average=average)
    return lambda found: _double(found[name], int(found[f"{name}n"]), average=average)


def _whole(total: Any, count: int, *, average: bool) -> int | float | None:  # noqa: ANN401 -- a number of BSON
    if count == 0:
        return None
    whole = int(total.to_decimal()) if isinstance(total, Decimal128) else int(total)
    return whole / count if average else whole  # of integers, rounded once


def _double(total: float, count: int, *, average: bool) -> float | None:
    if count == 0:
        return None
    try:
        return math.ldexp(total / count if average else total, _SCALE)
    except OverflowError:
        return math.copysign(math.inf, total)

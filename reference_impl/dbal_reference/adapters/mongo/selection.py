"""From a query to what the server is asked: a `find`, or a pipeline where rows are related."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from dbal_reference.adapters import Row
from dbal_reference.adapters.mongo.documents import KEY, Codec, Document, decoded, encoded
from dbal_reference.adapters.mongo.filters import NOTHING, Filter, Filters, Stage, all_of, any_of
from dbal_reference.model import Field
from dbal_reference.query.predicate import And, Each, Order, Predicate, Select

_RANK: Final = "_rank"


class Question(NamedTuple):
    """What to ask of one collection; `stages` stand between `first` and `then`.

    Without stages it is one condition, and a `find` can be told it.
    """

    entity: str
    first: Filter
    stages: tuple[Stage, ...]
    then: Filter

    @property
    def simple(self) -> bool:
        """Whether a `find` will do."""
        return not self.stages

    @property
    def pipeline(self) -> list[Stage]:
        """The stages that leave the documents wanted."""
        last = [{"$match": self.then}] if self.then else []
        return [*([{"$match": self.first}] if self.first else []), *self.stages, *last]


class Wanted(NamedTuple):
    """A selection: its question, its order, and where the values of its order stand."""

    question: Question
    sort: tuple[tuple[str, int], ...]
    fields: tuple[str, ...] | None  # what rows must have; None: all
    carried: tuple[tuple[str, str, Field], ...]  # name in the row, place in the document, field


class Selections:
    """Builds the questions of one schema."""

    def __init__(self, codecs: Mapping[str, Codec]) -> None:
        self._codecs = codecs

    def question(self, entity: str, where: Predicate) -> Question:
        """All rows that satisfy a predicate; what needs no related row is looked at first."""
        filters = Filters(self._codecs)
        first, then = self._conditions(filters, entity, where)
        return Question(entity, first, tuple(filters.stages), then)

    def wanted(self, query: Select) -> Wanted:
        """Rows in order, all of them from `after` on."""
        entity = query.entity
        filters = Filters(self._codecs)
        first, then = self._conditions(filters, entity, query.where)
        shown = (*query.order, *query.carry)
        places = [filters.value(entity, entry) for entry in shown]
        fields = [self._compared(entity, entry) for entry in shown]
        if query.after is not None:
            values = [encoded(f, v) for f, v in zip(fields, query.after, strict=False)]
            behind = _behind(list(zip(query.order, places, fields, values, strict=False)))
            if any(entry.via for entry in query.order):
                then = all_of([then, behind])
            else:
                first = all_of([first, behind])
        stages = tuple(filters.stages)
        if query.each is not None:
            stages, then = (*stages, *_ranked(then, query.each)), _first_of(query.each)
        sort = tuple(
            (place, -1 if entry.descending else 1)
            for entry, place in zip(query.order, places, strict=False)
        )
        carried = tuple(
            (entry.field, place, field)
            for entry, place, field in zip(shown, places, fields, strict=True)
            if entry.via
        )
        return Wanted(Question(entity, first, stages, then), sort, query.fields, carried)

    def projection(self, wanted: Wanted) -> dict[str, Any] | None:
        """What documents must hold; None: all."""
        if wanted.fields is None:
            return None
        place = self._codecs[wanted.question.entity].place
        return dict.fromkeys([*map(place, wanted.fields), *(at for _, at, _ in wanted.carried)], 1)

    def row(self, wanted: Wanted, document: Document) -> Row:
        """The row of a document, and what it is carried with."""
        row = self._codecs[wanted.question.entity].row(document, wanted.fields)
        for name, place, field in wanted.carried:
            related, _, column = place.partition(".")
            row[name] = decoded(field, document.get(related, {}).get(column))
        return row

    def _compared(self, entity: str, order: Order) -> Field:
        for link in order.via:
            entity = link.entity
        return self._codecs[entity].entity.fields[order.column]

    def _conditions(self, filters: Filters, entity: str, where: Predicate) -> tuple[Filter, Filter]:
        parts = where.parts if isinstance(where, And) else (where,)
        first: list[Filter] = []
        then: list[Filter] = []
        for part in parts:
            before = len(filters.stages)
            built = filters.build(entity, part)
            (first if len(filters.stages) == before else then).append(built)
        return all_of(first), all_of(then)


_Entry = tuple[Order, str, Field, Any]


def _behind(entries: Sequence[_Entry]) -> Filter:
    """Documents that come after these values; null is less than every value (QRY-SORT-004)."""
    ways: list[Filter] = []
    equal: list[Filter] = []
    for order, place, field, value in entries:
        beyond = _beyond(order, place, field, value)
        if beyond != NOTHING:
            ways.append(all_of([*equal, beyond]))
        equal.append({place: {"$exists": False}} if value is None else {place: {"$eq": value}})
    lead = _bound(*entries[0]) if len(entries) > 1 else None
    behind = any_of(ways)
    return behind if lead is None else all_of([lead, behind])


def _beyond(order: Order, place: str, field: Field, value: Any) -> Filter:  # noqa: ANN401 -- of the field
    if value is None:
        return NOTHING if order.descending else {place: {"$exists": True}}
    if not order.descending:
        return {place: {"$gt": value}}
    lower = {place: {"$lt": value}}
    if not field.nullable and not order.via:
        return lower
    return {"$or": [lower, {place: {"$exists": False}}]}


def _bound(order: Order, place: str, field: Field, value: Any) -> Filter | None:  # noqa: ANN401 -- of the field
    """A range that holds them all, by which an index can begin where the last page ended."""
    if value is None or order.via:
        return None
    if order.descending:
        return None if field.nullable else {place: {"$lte": value}}
    return {place: {"$gte": value}}


def _ranked(then: Filter, each: Each) -> list[Stage]:
    """Number rows by key within those of one value."""
    rank = {
        "partitionBy": {"$ifNull": [f"${each.field}", None]},
        "sortBy": {KEY: 1},
        "output": {_RANK: {"$documentNumber": {}}},
    }
    return [*([{"$match": then}] if then else []), {"$setWindowFields": rank}]


def _first_of(each: Each) -> Filter:
    return {_RANK: {"$lte": each.most}}

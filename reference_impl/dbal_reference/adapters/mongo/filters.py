"""From a predicate to a filter of MongoDB, and to the lookups that it needs.

The server's own comparisons are two-valued and of one type: what is not there satisfies none of
them, and `$nor` is their opposite, as QRY-FLT-008 has it. Operands always stand behind `$eq` and
the like, or in `$literal`, so that none can be read as an operator.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from dbal_reference.adapters.mongo.documents import KEY, Codec, encoded
from dbal_reference.adapters.mongo.places import inside
from dbal_reference.adapters.mongo.text import behind_prefix, has_run, text_test, word_pattern
from dbal_reference.adapters.sql.operands import members, settle
from dbal_reference.model import Field
from dbal_reference.query.predicate import (
    Always,
    And,
    Compare,
    CompareFields,
    HasWord,
    In,
    Inside,
    IsNull,
    Link,
    Not,
    Or,
    Order,
    Predicate,
    Through,
)

Filter: TypeAlias = dict[str, Any]
Stage: TypeAlias = dict[str, Any]

NOTHING: Final[Filter] = {"$nor": [{}]}
EVERYTHING: Final[Filter] = {}
_LONGEST_WORD: Final = 4000  # whose pattern the server takes
_RELATIONS: Final = {"eq": "$eq", "gt": "$gt", "gte": "$gte", "lt": "$lt", "lte": "$lte"}


class Filters:
    """Builds the conditions of one query; `stages` are the lookups they need before them.

    A related row is looked up once for each place that asks for it, and stands in the document as
    `_r0`, `_r1` ..., or is missing: then everything in it is null.
    """

    def __init__(self, codecs: Mapping[str, Codec]) -> None:
        self._codecs = codecs
        self.stages: list[Stage] = []

    def build(self, entity: str, predicate: Predicate, prefix: str = "") -> Filter:  # noqa: C901, PLR0911 -- one case a node
        """A condition on the row of this entity that stands at `prefix` of the document."""
        match predicate:
            case Compare():
                return self._compare(entity, predicate, prefix)
            case And(parts=parts):
                return all_of([self.build(entity, part, prefix) for part in parts])
            case Or(parts=parts):
                return any_of([self.build(entity, part, prefix) for part in parts])
            case Not(part=part):
                return {"$nor": [self.build(entity, part, prefix)]}
            case IsNull(field=field):
                return {self._place(entity, field, prefix): {"$exists": False}}
            case In():
                return self._list(entity, predicate, prefix)
            case CompareFields(left=left, op=op, right=right):
                one = f"${self._place(entity, left, prefix)}"
                two = f"${self._place(entity, right, prefix)}"
                both = [{"$gt": [one, None]}, {"$gt": [two, None]}]
                return {"$expr": {"$and": [*both, {_RELATIONS[op]: [one, two]}]}}
            case Inside():
                return {"$expr": inside(predicate, prefix)}
            case HasWord(field=name, word=word):
                place = self._place(entity, name, prefix)
                if len(word) > _LONGEST_WORD:
                    return {"$expr": has_run(f"${place}", word)}
                return {place: {"$regex": word_pattern(word)}}
            case Through():
                link = Link(predicate.field, predicate.entity, predicate.key, predicate.seen)
                inner = self.follow(entity, link, prefix)
                return self.build(predicate.entity, predicate.part, inner)
            case Always(value=value):
                return EVERYTHING if value else NOTHING

    def follow(self, entity: str, link: Link, prefix: str) -> str:
        """Look a related row up; the prefix of the document where it stands."""
        if link.seen is None:
            raise ValueError("nobody has said which related rows count")
        name = f"_r{len(self.stages) // 2}"
        key = self._codecs[link.entity].place(link.key)
        there = Filters(self._codecs)
        seen = there.build(link.entity, link.seen)
        # What is not here would find what is not there.
        present = [] if key == KEY else [{"$match": {key: {"$exists": True}}}]
        self.stages += [
            {
                "$lookup": {
                    "from": link.entity,
                    "localField": self._place(entity, link.field, prefix),
                    "foreignField": key,
                    "pipeline": [*present, *there.stages, {"$match": seen}],
                    "as": name,
                }
            },
            {"$unwind": {"path": f"${name}", "preserveNullAndEmptyArrays": True}},
        ]
        return f"{name}."

    def value(self, entity: str, order: Order) -> str:
        """The place of the value that an order compares."""
        prefix = ""
        for link in order.via:
            prefix = self.follow(entity, link, prefix)
            entity = link.entity
        return self._place(entity, order.column, prefix)

    def _place(self, entity: str, field: str, prefix: str) -> str:
        return prefix + self._codecs[entity].place(field)

    def _field(self, entity: str, name: str) -> Field:
        return self._codecs[entity].entity.fields[name]

    def _list(self, entity: str, predicate: In, prefix: str) -> Filter:
        field = self._field(entity, predicate.field)
        values = [encoded(field, value) for value in members(field, predicate.operands)]
        return {self._place(entity, predicate.field, prefix): {"$in": values}}

    def _compare(self, entity: str, predicate: Compare, prefix: str) -> Filter:
        field = self._field(entity, predicate.field)
        place = self._place(entity, predicate.field, prefix)
        settled = settle(field, predicate.op, predicate.operand)
        if isinstance(settled, bool):
            return {place: {"$exists": True}} if settled else NOTHING
        op, operand = settled
        if op in _RELATIONS:
            return {place: {_RELATIONS[op]: _comparable(field, operand)}}
        if op == "startsWith":
            behind = behind_prefix(operand)
            return {place: {"$gte": operand, **({} if behind is None else {"$lt": behind})}}
        value = f"${place}"
        test = text_test(value, op, operand)
        return {"$expr": {"$cond": [{"$gt": [value, None]}, test, False]}}


def _comparable(field: Field, operand: Any) -> Any:  # noqa: ANN401 -- any field value
    """An integer field may be compared with a fraction."""
    return operand if isinstance(operand, float) else encoded(field, operand)


def all_of(parts: Sequence[Filter]) -> Filter:
    """All hold; of none: true."""
    kept = [part for part in parts if part != EVERYTHING]
    if len(kept) == 1:
        return kept[0]
    return {"$and": kept} if kept else EVERYTHING


def any_of(parts: Sequence[Filter]) -> Filter:
    """At least one holds; of none: false."""
    if not parts or EVERYTHING in parts:
        return EVERYTHING if parts else NOTHING
    return parts[0] if len(parts) == 1 else {"$or": list(parts)}

"""A predicate without its operands: what a statement is built from, once, and found again by.

Two predicates that differ only in operands have equal shapes; `take` lays the operands aside in
the order in which `expressions` names their parameters.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from dbal_reference.adapters.sql.dialect import Dialect
from dbal_reference.adapters.sql.operands import members, settle
from dbal_reference.model import Entity, Field, Schema
from dbal_reference.query.logic import through
from dbal_reference.query.predicate import (
    FALSE,
    And,
    Compare,
    CompareFields,
    HasWord,
    In,
    Inside,
    IsNull,
    Not,
    Or,
    Order,
    Predicate,
    Through,
)

Shape: TypeAlias = tuple[Any, ...]
"""`(kind, ...)`: always value; null field; compare field op; fields left op right; packed field;
listed field count; inside field path kind op count; word field; and shapes; or shapes; not shape;
through field entity key shape seen; joined likewise, where no row makes the shape false."""

_TEXTUAL = frozenset({"contains", "startsWith", "endsWith"})


class Shaper:
    """Takes predicates of one schema apart for one dialect."""

    def __init__(self, schema: Schema, dialect: Dialect) -> None:
        self._entities: Mapping[str, Entity] = schema.entities
        self._dialect = dialect

    def take(self, entity: str, predicate: Predicate, operands: list[Any]) -> Shape:  # noqa: C901, PLR0911 -- one return a node
        """Give the shape, and append the operands."""
        match predicate:
            case Compare():
                return self._compare(entity, predicate, operands)
            case And(parts=parts):
                return ("and", tuple([self.take(entity, part, operands) for part in parts]))
            case Or(parts=parts):
                return ("or", tuple([self.take(entity, part, operands) for part in parts]))
            case Not(part=part):
                return ("not", self.take(entity, part, operands))
            case IsNull(field=field):
                return ("null", field)
            case In(field=field, operands=values):
                return self._list(entity, field, values, operands)
            case CompareFields(left=left, op=op, right=right):
                return ("fields", left, op, right)
            case Inside():
                return self._inside(predicate, operands)
            case HasWord(field=field, word=word):
                operands.append(self._dialect.functions.word(word))
                return ("word", field)
            case Through():
                return self._through(predicate, operands)
            case _:
                return ("always", predicate.value)

    def _compare(self, entity: str, predicate: Compare, operands: list[Any]) -> Shape:
        field = self._entities[entity].fields[predicate.field]
        settled = settle(field, predicate.op, predicate.operand)
        if isinstance(settled, bool):
            return ("not", ("null", field.name)) if settled else ("always", False)
        op, operand = settled
        operands.append(self._encoded(field, operand))
        if op in _TEXTUAL and op != "contains":
            operands.append(len(operand))
        return ("compare", field.name, op)

    def _list(self, entity: str, name: str, values: Sequence[Any], operands: list[Any]) -> Shape:
        field = self._entities[entity].fields[name]
        possible = [self._encoded(field, value) for value in members(field, values)]
        if not possible:
            return ("always", False)
        if self._dialect.packs(field):
            operands.append(self._dialect.pack(possible))
            return ("packed", name)
        return ("listed", name, _padded(possible, operands))

    def _through(self, predicate: Through, operands: list[Any]) -> Shape:
        if predicate.seen is None:
            raise ValueError("nobody has said which related rows count")
        target = predicate.entity
        part = self.take(target, predicate.part, operands)
        seen = self.take(target, predicate.seen, operands)
        kind = "joined" if predicate.joined and not true_of_nothing(part) else "through"
        return (kind, predicate.field, target, predicate.key, part, seen)

    def _inside(self, predicate: Inside, operands: list[Any]) -> Shape:
        op, operand, count = predicate.op, predicate.operand, 0
        if op == "in" and not operand:
            return ("always", False)
        if self._dialect.places is None:
            raise ValueError("this database reads no places inside JSON")
        signature, path = self._dialect.places.path(predicate.path, text=predicate.text)
        operands += path
        if op == "in":
            count = _padded(operand, operands)
        elif op != "isNull":
            operands.append(operand)
            if op in _TEXTUAL and op != "contains":
                operands.append(len(operand))
        return ("inside", predicate.field, signature, predicate.kind, op, count)

    def _encoded(self, field: Field, value: Any) -> Any:  # noqa: ANN401 -- any field value
        encode = self._dialect.encoders.get(field.type)
        return value if encode is None else encode(value)


def _padded(values: Sequence[Any], operands: list[Any]) -> int:
    """Append the values, the last of them again and again: few lengths, few statements."""
    count = 1 << (len(values) - 1).bit_length()
    operands += [*values, *[values[-1]] * (count - len(values))]
    return count


def true_of_nothing(shape: Shape) -> bool:
    """Whether a row of nothing but nulls satisfies it (the missing end of a `Through`)."""
    match shape:
        case ("always", value):
            return bool(value)
        case ("null", _) | ("inside", _, _, _, "isNull", _):
            return True
        case ("and", parts):
            return all(true_of_nothing(part) for part in parts)
        case ("or", parts):
            return any(true_of_nothing(part) for part in parts)
        case ("not", part) | ("through" | "joined", _, _, _, part, _):
            return true_of_nothing(part) is not (shape[0] == "not")
        case _:
            return False


def behind(order: Sequence[Order], after: Sequence[Any], fields: Mapping[str, Any]) -> Predicate:
    """Say that a row comes after these sort values (keyset paging, nulls lowest)."""
    places: list[Predicate] = []
    equal: list[Predicate] = []
    for entry, value in zip(order, after, strict=True):
        is_null = IsNull(entry.column)
        nullable = bool(entry.via) or fields[entry.column].nullable
        if value is None:
            beyond: Predicate = FALSE if entry.descending else Not(is_null)
            equal_here: Predicate = is_null
        else:
            beyond = Compare(entry.column, "lt" if entry.descending else "gt", value)
            equal_here = Compare(entry.column, "eq", value)
            if entry.descending and nullable:
                beyond = Or((beyond, is_null))
        places.append(And((*equal, through(entry.via, beyond))))
        equal.append(through(entry.via, equal_here))
    bound = _bound(order[0], after[0], fields)
    return Or(tuple(places)) if bound is None else And((bound, Or(tuple(places))))


def _bound(first: Order, value: Any, fields: Mapping[str, Any]) -> Predicate | None:  # noqa: ANN401 -- any field value
    """Say what all such rows have in common, so that an index leads to them (none sees an OR)."""
    if first.via or value is None or (first.descending and fields[first.column].nullable):
        return None
    return Compare(first.column, "lte" if first.descending else "gte", value)

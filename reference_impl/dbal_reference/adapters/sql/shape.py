"""A predicate without its operands: what a statement is built from, once, and found again by.

Two predicates that differ only in operands have equal shapes; `take` lays the operands aside in
the order in which `expressions` names their parameters.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from dbal_reference.adapters.sql.dialect import Dialect
from dbal_reference.model import Entity, Schema
from dbal_reference.query.predicate import (
    FALSE,
    And,
    Compare,
    CompareFields,
    In,
    IsNull,
    Not,
    Or,
    Order,
    Predicate,
    Through,
)

Shape: TypeAlias = tuple[Any, ...]
"""`(kind, ...)`: always value; null field; compare field op; fields left op right; packed field;
listed field count; and shapes; or shapes; not shape; through field entity key shape."""

_TEXTUAL = frozenset({"contains", "startsWith", "endsWith"})


class Shaper:
    """Takes predicates of one schema apart for one dialect."""

    def __init__(self, schema: Schema, dialect: Dialect) -> None:
        self._entities: Mapping[str, Entity] = schema.entities
        self._dialect = dialect

    def take(self, entity: str, predicate: Predicate, operands: list[Any]) -> Shape:  # noqa: PLR0911 -- one return a node
        """Give the shape, and append the operands."""
        match predicate:
            case Compare(field=field, op=op, operand=operand):
                operands.append(self._operand(entity, field, operand))
                if op in _TEXTUAL and op != "contains":
                    operands.append(len(operand))
                return ("compare", field, op)
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
            case Through(field=field, entity=target, key=key, part=part):
                return ("through", field, target, key, self.take(target, part, operands))
            case _:
                return ("always", predicate.value)

    def _operand(self, entity: str, field: str, value: Any) -> Any:  # noqa: ANN401 -- any field value
        encode = self._dialect.encoders.get(self._entities[entity].fields[field].type)
        return value if encode is None else encode(value)

    def _list(self, entity: str, field: str, values: Sequence[Any], operands: list[Any]) -> Shape:
        if not values:
            return ("always", False)
        if self._dialect.packs(self._entities[entity].fields[field]):
            operands.append(self._dialect.pack(values))
            return ("packed", field)
        count = 1 << (len(values) - 1).bit_length()  # few lengths, few statements
        padded = [*values, *[values[-1]] * (count - len(values))]
        operands += [self._operand(entity, field, value) for value in padded]
        return ("listed", field, count)


def true_of_nothing(shape: Shape) -> bool:
    """Whether a row of nothing but nulls satisfies it (the missing end of a `Through`)."""
    match shape:
        case ("always", value):
            return bool(value)
        case ("null", _):
            return True
        case ("and", parts):
            return all(true_of_nothing(part) for part in parts)
        case ("or", parts):
            return any(true_of_nothing(part) for part in parts)
        case ("not", part) | ("through", _, _, _, part):
            return true_of_nothing(part) is not (shape[0] == "not")
        case _:
            return False


def behind(order: Sequence[Order], after: Sequence[Any], fields: Mapping[str, Any]) -> Predicate:
    """Say that a row comes after these sort values (keyset paging, nulls lowest)."""
    places: list[Predicate] = []
    equal: list[Predicate] = []
    for entry, value in zip(order, after, strict=True):
        is_null = IsNull(entry.field)
        if value is None:
            beyond: Predicate = FALSE if entry.descending else Not(is_null)
            equal_here: Predicate = is_null
        else:
            beyond = Compare(entry.field, "lt" if entry.descending else "gt", value)
            equal_here = Compare(entry.field, "eq", value)
            if entry.descending and fields[entry.field].nullable:
                beyond = Or((beyond, is_null))
        places.append(And((*equal, beyond)))
        equal.append(equal_here)
    return Or(tuple(places))

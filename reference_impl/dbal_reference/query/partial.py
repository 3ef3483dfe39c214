"""What a predicate says of a row of which only some fields are known (check 7 of an update)."""

from collections.abc import Mapping
from typing import Any

from dbal_reference.query.evaluate import holds
from dbal_reference.query.predicate import (
    Always,
    And,
    Compare,
    CompareFields,
    HasWord,
    In,
    Inside,
    IsNull,
    Not,
    Or,
    Predicate,
    Through,
)


def may_hold(predicate: Predicate, known: Mapping[str, Any]) -> bool:
    """Whether some row that has these values could satisfy it."""
    return _judge(predicate, known) is not False


def _judge(predicate: Predicate, known: Mapping[str, Any]) -> bool | None:  # noqa: PLR0911 -- one return a node
    """True, False, or None where the unknown fields decide."""
    match predicate:
        case Always(value=value):
            return value
        case (
            IsNull(field=field)
            | Compare(field=field)
            | In(field=field)
            | Inside(field=field)
            | HasWord(field=field)
        ):
            return holds(predicate, known) if field in known else None
        case CompareFields(left=left, right=right):
            return holds(predicate, known) if left in known and right in known else None
        case Through():
            return None
        case Not(part=part):
            inner = _judge(part, known)
            return None if inner is None else not inner
        case And(parts=parts):
            return _fold(parts, known, decisive=False)
        case Or(parts=parts):
            return _fold(parts, known, decisive=True)


def _fold(parts: tuple[Predicate, ...], known: Mapping[str, Any], *, decisive: bool) -> bool | None:
    """The decisive value if any part has it, else unknown if any part is."""
    judged = [_judge(part, known) for part in parts]
    if decisive in judged:
        return decisive
    return None if None in judged else not decisive

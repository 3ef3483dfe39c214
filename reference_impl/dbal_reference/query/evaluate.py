"""Whether a row satisfies a predicate: the plain meaning of `predicate.py`, without a database.

The memory adapter selects with it, and the service judges single rows before and after a write.
"""

import operator
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from dbal_reference.query.json_place import compile_inside
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
from dbal_reference.query.words import words_of

Test: TypeAlias = Callable[[Mapping[str, Any]], bool]
Lookup: TypeAlias = Callable[[str, str, Any], Mapping[str, Any] | None]
"""`(entity, key, value)` -> the row of that entity whose field `key` has that value, if any."""

_RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "contains": operator.contains,
    "startsWith": str.startswith,
    "endsWith": str.endswith,
}


class _AllNull(dict[str, Any]):
    """A row that is not there: every field of it is null."""

    def __missing__(self, field: str) -> None:
        return None


_NO_ROW = _AllNull()


def nowhere(entity: str, key: str, value: Any) -> None:  # noqa: ANN401 -- any field value
    """Find no row: the `Lookup` for predicates that follow no reference."""


def holds(predicate: Predicate, row: Mapping[str, Any], lookup: Lookup = nowhere) -> bool:
    """Judge one row; see `compile_predicate` for judging many."""
    return compile_predicate(predicate, lookup)(row)


def compile_predicate(predicate: Predicate, lookup: Lookup = nowhere) -> Test:  # noqa: C901, PLR0911 -- one case a node
    """Turn a predicate into a function of a row (which has every field of its entity).

    Two-valued (QRY-FLT-008): what touches a null is false, and `Not` of it is true.
    """
    match predicate:
        case Always(value=value):
            return lambda _row: value
        case IsNull(field=field):
            return lambda row: row[field] is None
        case Compare(field=field, op=op, operand=operand):
            return _compare(field, op, operand)
        case CompareFields(left=left, op=op, right=right):
            return _compare_fields(left, op, right)
        case In(field=field, operands=operands):
            members = frozenset(operands)
            return lambda row: row[field] in members  # no operand is null
        case Inside(field=field):
            test = compile_inside(predicate)
            return lambda row: test(row[field])
        case HasWord(field=field, word=word):
            return lambda row: (text := row[field]) is not None and word in words_of(text)
        case And(parts=parts):
            return _every([compile_predicate(part, lookup) for part in parts])
        case Or(parts=parts):
            return _some([compile_predicate(part, lookup) for part in parts])
        case Not(part=part):
            inner = compile_predicate(part, lookup)
            return lambda row: not inner(row)
        case Through():
            return _through(predicate, lookup)


def true_of_nothing(predicate: Predicate) -> bool:
    """Whether a row of nothing but nulls satisfies it (the missing end of a `Through`)."""
    return holds(predicate, _NO_ROW)


def _compare(field: str, op: str, operand: Any) -> Test:  # noqa: ANN401 -- any field value
    if op == "eq":
        return lambda row: row[field] == operand  # no operand is null
    relation = _RELATIONS[op]
    return lambda row: (value := row[field]) is not None and relation(value, operand)


def _compare_fields(left: str, op: str, right: str) -> Test:
    relation = _RELATIONS[op]

    def test(row: Mapping[str, Any]) -> bool:
        a, b = row[left], row[right]
        return a is not None and b is not None and relation(a, b)

    return test


def _every(tests: list[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    return lambda row: all(test(row) for test in tests)


def _some(tests: list[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    return lambda row: any(test(row) for test in tests)


def _through(predicate: Through, lookup: Lookup) -> Test:
    link = Link(predicate.field, predicate.entity, predicate.key, predicate.seen)
    follow = _follow(link, lookup)
    inner = compile_predicate(predicate.part, lookup)
    return lambda row: inner(follow(row))


def compile_value(order: Order, lookup: Lookup) -> Callable[[Mapping[str, Any]], Any]:
    """A function from a row to the value that it is ordered by."""
    steps = [_follow(link, lookup) for link in order.via]
    column = order.column

    def value(row: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- any field value
        for step in steps:
            row = step(row)
        return row[column]

    return value


def _follow(link: Link, lookup: Lookup) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    """A function to the related row; one that is missing or not seen is nothing but nulls."""
    if link.seen is None:
        raise ValueError("nobody has said which related rows count")
    field, entity, key = link.field, link.entity, link.key
    seen = compile_predicate(link.seen, lookup)

    def follow(row: Mapping[str, Any]) -> Mapping[str, Any]:
        value = row[field]
        found = None if value is None else lookup(entity, key, value)
        return _NO_ROW if found is None or not seen(found) else found

    return follow

"""Places inside JSON values: where a path leads, and what a test says of what stands there."""

import json
import operator
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from dbal_reference.query.predicate import Inside, Kind, Path, PlaceOperator

Json: TypeAlias = Any
Test: TypeAlias = Callable[[Json], bool]

_RELATIONS: dict[PlaceOperator, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "contains": operator.contains,
    "startsWith": str.startswith,
    "endsWith": str.endswith,
}


def read_text(text: str) -> Json:
    """The value of a stored JSON text; every number as its nearest binary64."""
    return json.loads(text, parse_int=float)


def at(value: Json, path: Sequence[str | int]) -> Json:
    """What stands at the path; None where it leads nowhere (QRY-JSON-002)."""
    for part in path:
        if isinstance(part, str):
            value = value.get(part) if type(value) is dict else None
        else:
            value = value[part] if type(value) is list and part < len(value) else None
    return value


def of_kind(value: Json, kind: Kind) -> Any:  # noqa: ANN401 -- text, float or bool
    """The value if it is of this kind, numbers as floats; else None."""
    if kind == "number":
        return float(value) if type(value) in (int, float) else None
    return value if type(value) is (str if kind == "string" else bool) else None


def compile_inside(condition: Inside) -> Test:
    """A test of what the field of a row holds."""
    path, text = condition.path, condition.text
    test = _test(condition.op, condition.kind, condition.operand)

    def judge(value: Json) -> bool:
        if value is not None and text:
            value = read_text(value)
        return test(at(value, path))

    return judge


def cut(path: Path, deepest: int) -> Path:
    """A path no longer than it must be to lead nowhere in values of this depth."""
    return path[: deepest + 1]


def _test(op: PlaceOperator, kind: Kind, operand: Any) -> Test:  # noqa: ANN401 -- of the kind
    if op == "isNull":
        return lambda value: value is None
    if op == "in":
        members = frozenset(operand)
        return lambda value: of_kind(value, kind) in members  # no operand is null
    relation = _RELATIONS[op]
    return lambda value: (found := of_kind(value, kind)) is not None and relation(found, operand)

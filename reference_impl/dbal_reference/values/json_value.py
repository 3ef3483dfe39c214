"""json fields: any JSON value within the depth, with numbers that every reader keeps."""

import math
from typing import Any

from dbal_reference.values.numbers import MAX_SAFE
from dbal_reference.values.strings import charset_holds


class JsonValueError(ValueError):
    """The value cannot be stored; its one argument is the field code."""


def check_json(value: Any, depth: int) -> tuple[Any, str | None]:  # noqa: ANN401 -- any JSON value
    """A copy that shares nothing with the request, or None and `type`, `charset` or `limit`.

    Containers count: `depth` nested lists are fine. Numbers are binary64; an integer beyond 2^53-1,
    however written, is `type` (TYP-JSON-002).
    """
    if _deeper(value, depth):
        return None, "limit"
    try:
        return _copy(value), None
    except JsonValueError as error:
        return None, str(error)


def _deeper(value: Any, depth: int) -> bool:  # noqa: ANN401 -- any JSON value
    """Level by level, so that no nesting is too much for the stack."""
    level = [value]
    for _ in range(depth + 1):
        inner: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                inner.extend(item.values())
            elif isinstance(item, (list, tuple)):
                inner.extend(item)
        if not any(isinstance(item, (dict, list, tuple)) for item in level):
            return False
        level = inner
    return True


def _copy(value: Any) -> Any:  # noqa: ANN401 -- one return for each JSON type
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if not -MAX_SAFE <= value <= MAX_SAFE:
            raise JsonValueError("type")
        return value
    if isinstance(value, float):
        return _double(value)
    if isinstance(value, dict):
        return {_key(name): _copy(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_copy(member) for member in value]
    raise JsonValueError("type")


def _text(value: str) -> str:
    if not charset_holds(value):
        raise JsonValueError("charset")
    return value


def _key(name: Any) -> str:  # noqa: ANN401 -- in process, a dict may have any key
    if not isinstance(name, str):
        raise JsonValueError("type")
    return _text(name)


def _double(value: float) -> float:
    number = float(value)
    if not math.isfinite(number) or abs(number) > MAX_SAFE:  # binary64 has no fractions out there
        raise JsonValueError("type")
    return number

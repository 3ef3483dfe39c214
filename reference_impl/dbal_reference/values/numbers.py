"""integer, bigint and double: exact types, exact ranges, nothing wrapped or converted."""

import math
import re
from typing import Any

MAX_SAFE = 2**53 - 1  # the largest integer that every JSON reader keeps exact
_INT32 = 2**31
_INT64 = 2**63
_DIGITS = re.compile(r"-?(?:0|[1-9][0-9]*)")
_LONG_DIGITS = 20  # "-" and the 19 digits of 2**63; Python refuses to read some thousand digits


class Int64(int):
    """An integer beyond 2^53-1 from a wire that keeps 64 bits: exact, and not tagged."""


def check_integer(value: Any) -> tuple[int | None, str | None]:  # noqa: ANN401 -- any JSON value
    """A 32-bit integer, however written (TYP-NUM-001), or None and `type`, `min` or `max`."""
    number = whole(value)
    if number is None:
        return None, _beyond_binary64(value) or "type"
    if -_INT32 <= number < _INT32:
        return number, None
    return None, "max" if number > 0 else "min"


def check_bigint(value: Any, *, tagged: bool) -> tuple[int | None, str | None]:  # noqa: ANN401 -- any JSON value
    """A 64-bit integer.

    Args:
        value: a number or `{"$bigint": digits}`.
        tagged: JSON rules: tags are read, and an untagged number beyond 2^53-1 is `type`, since it
            may already be rounded (TYP-NUM-004), unless it is an Int64. Otherwise numbers are
            exact and tags unknown.
    """
    if tagged and type(value) is dict:
        return _untag(value)
    number = whole(value)
    if number is None:
        return None, "type"
    if tagged and not isinstance(value, Int64) and not -MAX_SAFE <= number <= MAX_SAFE:
        return None, "type"
    return _in_64_bits(number)


def check_double(value: Any) -> tuple[float | None, str | None]:  # noqa: ANN401 -- any JSON value
    """A finite binary64; integers are turned into their nearest double."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None, "type"
    try:
        number = float(value)
    except OverflowError:
        return None, "type"
    return (number, None) if math.isfinite(number) else (None, "type")


def whole(value: Any) -> int | None:  # noqa: ANN401 -- any JSON value
    """The integer that a JSON number is, or None.

    A float says by `is_integer()` whether a fraction was written, so that the decoder of the wire
    can tell of one that binary64 lost: `1.00000000000000000001`.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return None


def _untag(value: dict[str, Any]) -> tuple[int | None, str | None]:
    digits = value.get("$bigint")
    if len(value) != 1 or not isinstance(digits, str) or not _DIGITS.fullmatch(digits):
        return None, "type"
    if len(digits) > _LONG_DIGITS:
        return None, "min" if digits[0] == "-" else "max"
    return _in_64_bits(int(digits))


def _in_64_bits(number: int) -> tuple[int | None, str | None]:
    if -_INT64 <= number < _INT64:
        return number, None
    return None, "max" if number > 0 else "min"


def _beyond_binary64(value: Any) -> str | None:  # noqa: ANN401 -- any JSON value
    """`1e400` is read as infinite: an integer out of range, not a value of another type."""
    if isinstance(value, float) and math.isinf(value):
        return "max" if value > 0 else "min"
    return None

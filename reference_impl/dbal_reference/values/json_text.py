"""Strings that hold JSON text: read strictly, never changed (TYP-JSON-001)."""

import json
import math
import re
from decimal import Decimal
from typing import Any

from dbal_reference.values.strings import charset_holds

_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)
_LONG_DIGITS = 400  # binary64 ends at 309 digits


class JsonDefect(ValueError):  # noqa: N818 -- a finding, not a failure
    """What is wrong with a JSON text; its one argument is the field code: `json` or `limit`."""


class LostFraction(float):
    """A number written with a fraction that binary64 cannot hold."""

    __slots__ = ()

    def is_integer(self) -> bool:
        """Never: a fraction was written."""
        return False


def read_json(text: str, depth: int) -> Any:  # noqa: ANN401 -- any JSON
    """The value of one JSON text.

    Args:
        text: as given by the caller.
        depth: how deeply containers may be nested; judged first, and quickly for any text.

    Raises:
        JsonDefect: `limit` if nested deeper, `json` if it is not one JSON text, or holds U+0000, a
            lone surrogate (also escaped), a number that is not finite in binary64, or a member
            twice.
    """
    if nested_deeper(text, depth):
        raise JsonDefect("limit")
    if not charset_holds(text):
        raise JsonDefect("json")
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise JsonDefect("json") from error
    if "\\u" in text and not _charset_holds_within(value):
        raise JsonDefect("json")
    return value


def nested_deeper(text: str, depth: int) -> bool:
    """Whether brackets outside strings are nested deeper than that; in time linear in the text."""
    if text.count("[") + text.count("{") <= depth:
        return False
    level = 0
    for token in _TOKENS.finditer(text):
        first = text[token.start()]
        if first in "[{":
            level += 1
            if level > depth:
                return True
        elif first in "]}":
            level -= 1
    return False


def _integer(text: str) -> int:
    if len(text) > _LONG_DIGITS or math.isinf(float(text)):
        raise JsonDefect("json")
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise JsonDefect("json")
    if not value.is_integer():
        return value
    exact = Decimal(text)
    return value if exact == exact.to_integral_value() else LostFraction(value)


def _refuse(_: str) -> Any:  # noqa: ANN401 -- never returns
    raise JsonDefect("json")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise JsonDefect("json")
    return members


_DECODER = json.JSONDecoder(
    parse_int=_integer, parse_float=_float, parse_constant=_refuse, object_pairs_hook=_members
)


def _charset_holds_within(value: Any) -> bool:  # noqa: ANN401 -- any JSON
    if isinstance(value, str):
        return charset_holds(value)
    if isinstance(value, dict):
        return all(charset_holds(n) and _charset_holds_within(m) for n, m in value.items())
    if isinstance(value, list):
        return all(_charset_holds_within(member) for member in value)
    return True

"""JSON text to values, strictly: what cannot be told apart afterwards is told apart here."""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

# Possessive, and content with a string that never ends: linear whatever arrives.
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
_NONZERO = re.compile("[1-9]")
_LONG_DIGITS = 4000  # Python refuses to read more than 4300; such a number is beyond every range


class JsonTextError(ValueError):
    """The bytes are not one JSON text in UTF-8, or nested too deeply."""


class InexactFloat(float):
    """A number written with a fraction that binary64 cannot hold: `1.00000000000000000001`.

    As a double it is its nearest value; as an integer it is none (TYP-NUM-001, section 20).
    """

    def is_integer(self) -> bool:
        """Never: a fraction was written."""
        return False


def _number(text: str) -> float:
    value = float(text)
    if not value.is_integer():
        return value
    try:
        exact = Decimal(text)
        whole = exact == exact.to_integral_value()
    except InvalidOperation:  # an exponent of more than 18 digits: zero, or all but zero
        whole = not _NONZERO.search(text.lower().partition("e")[0])
    return value if whole else InexactFloat(value)


def _long_integer(text: str) -> int:
    return int(text if len(text) <= _LONG_DIGITS else text[:_LONG_DIGITS])


def _refuse(constant: str) -> Any:  # noqa: ANN401 -- never returns
    raise JsonTextError(constant)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise JsonTextError("a member is repeated")
    return members


_FAST = msgspec.json.Decoder(float_hook=_number)
_THOROUGH = json.JSONDecoder(
    parse_float=_number,
    parse_int=_long_integer,
    parse_constant=_refuse,
    object_pairs_hook=_members,
)


def decode(text: bytes, *, depth: int) -> Any:  # noqa: ANN401 -- any JSON
    """The value of one JSON text. Lone surrogates in escapes are kept, to be refused by field.

    Args:
        text: UTF-8 bytes.
        depth: how deeply containers may be nested.

    Raises:
        JsonTextError: not UTF-8, not JSON, too deep, or (RPC-MSG-009) with a repeated member.
    """
    if text.count(b"[") + text.count(b"{") > depth and _nesting(text) > depth:
        raise JsonTextError("nested too deeply")
    try:
        value = _FAST.decode(text)
    except UnicodeDecodeError as error:
        raise JsonTextError("not UTF-8") from error
    except (msgspec.DecodeError, RecursionError):
        return _decode_thoroughly(text)
    # Every member has its colon; more colons than members may be a repeated member.
    if text.count(b":") > _count_members(value):
        return _decode_thoroughly(text)
    return value


def _decode_thoroughly(text: bytes) -> Any:  # noqa: ANN401 -- any JSON
    """Slower, for what the fast decoder refuses (lone surrogates) or cannot see (repetition)."""
    try:
        decoded = text.decode("utf-8")
        value, end = _THOROUGH.raw_decode(decoded, _skip_blanks(decoded, 0))
    except (ValueError, RecursionError) as error:
        raise JsonTextError("not JSON") from error
    if _skip_blanks(decoded, end) != len(decoded):
        raise JsonTextError("more than one JSON text")
    return value


def _skip_blanks(text: str, place: int) -> int:
    while place < len(text) and text[place] in " \t\r\n":
        place += 1
    return place


def _nesting(text: bytes) -> int:
    """How deep brackets outside strings go; meaningless for what is not JSON, and never failing."""
    level = deepest = 0
    for token in _TOKENS.finditer(text):
        first = text[token.start()]
        if first in b"[{":
            level += 1
            deepest = max(deepest, level)
        elif first in b"]}":
            level -= 1
    return deepest


def _count_members(value: Any) -> int:  # noqa: ANN401 -- any JSON
    """Members of all objects; a stack of its own, since the depth is bounded but not small."""
    count = 0
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if type(item) is dict:
            count += len(item)
            waiting.extend(item.values())
        elif type(item) is list:
            waiting.extend(item)
    return count

r"""Data of strangers as text that does nothing: no terminal escape, no turned reading direction.

What cannot be seen is spelled out as in JSON (`\u202e`), so that it is seen.
"""

import json
import re

import msgspec

from dbal_conform.core.messages import Json

ABSENT = "(absent)"
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\uffff\U000e0000-\U000e007f]",
)


def plain(text: str) -> str:
    """Return `text` with all but newline, tab and what can be seen spelled out."""
    return _UNSEEN.sub(_spelled, text)


def one_line(text: str) -> str:
    """Return `text` made plain and on one line."""
    return " ".join(plain(text).split())


def shown(value: Json | msgspec.UnsetType, *, indent: int | None = 2) -> str:
    """Return a value as JSON text, or `(absent)`; numbers are exact, names in their order."""
    if value is msgspec.UNSET:
        return ABSENT
    return plain(json.dumps(value, ensure_ascii=False, indent=indent))


def clip(text: str, limit: int) -> str:
    """Return at most `limit` characters of `text`, and say how many it had."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters in all)"


def _spelled(found: re.Match[str]) -> str:
    point = ord(found.group())
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"  # noqa: PLR2004 -- UTF-16

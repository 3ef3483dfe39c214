"""Forms of strings: what no string may hold, uuid, email, SemVer, page paths."""

import re
import sys

import re2

from dbal_reference.model import Field
from dbal_reference.values.whole import whole

# As contract.yaml says under `types`; a test holds them equal.
EMAIL_LENGTH = 255
EMAIL_PATTERN = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}"
UUID_PATTERN = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"

_REFUSED = re.compile("[\x00\ud800-\udfff]")
_UUID = re.compile(UUID_PATTERN)
_EMAIL = whole(EMAIL_PATTERN)
_PATH = re2.compile(r"/[^\s?#]*")
_IDENTIFIER = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_NUMBER = r"(?:0|[1-9][0-9]*)"
_SEMVER = re2.compile(
    rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}"
    rf"(?:-{_IDENTIFIER}(?:\.{_IDENTIFIER})*)?"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)


def charset_holds(text: str) -> bool:
    """Whether it has neither U+0000 nor a lone surrogate (TYP-STR-005)."""
    return _REFUSED.search(text) is None


def lengths(field: Field) -> tuple[int, int]:
    """The fewest and the most code points that count as no `min_length` and no `max_length`."""
    most = sys.maxsize if field.max_length is None else field.max_length
    return field.min_length or 0, min(most, EMAIL_LENGTH) if field.type == "email" else most


def is_email(text: str) -> bool:
    """Whether the whole string has the form of section 3."""
    return _EMAIL(text)


def is_semver(text: str) -> bool:
    """Whether it is a version of SemVer 2.0.0 (PKG-CREATE-001)."""
    return _SEMVER.fullmatch(text) is not None


def is_path(text: str) -> bool:
    """Whether it starts with `/` and has no white space, `?` or `#`."""
    return _PATH.fullmatch(text) is not None


def canonical_uuid(text: str) -> str | None:
    """In lower case (TYP-UUID-002), or None if it is not of uuid form."""
    return text.lower() if _UUID.fullmatch(text) else None

"""Cursors: where a reader left off, sealed so that nobody can read or alter it (QRY-PAGE-009/010).

A cursor holds the sort values of the last row seen, for they are needed even when that row has
changed or gone. They were readable to whoever was given the cursor, but cursors travel, so they are
encrypted (ACL-ROW-004); docs/decisions/020-sealed-cursors.md says how and why.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from dbal_reference.query.predicate import And, Not, Or, Order, Predicate, Through

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

_PADDED_TO = 64  # so that the length of a cursor tells next to nothing of the values


class Cursors:
    """Seals and opens with a key derived from one secret; another secret's cursors are foreign."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, b"dbal cursor", "sha512")

    @cached_property
    def _cipher(self) -> "AESSIV":
        from cryptography.hazmat.primitives.ciphers.aead import (  # noqa: PLC0415 -- 20 ms that most programs never need
            AESSIV,
        )

        return AESSIV(self._key)

    def seal(
        self, method: str, where: Predicate, order: Sequence[Order], values: Sequence[Any]
    ) -> str:
        """A cursor behind the row with these sort values, one for each of `order`.

        Args:
            method: as called, `User.list`; listByLevel's are not list's.
            where: the caller's own filter and other arguments that choose rows, without what rules
                and tenants add: visibility is judged for whoever presents it (QRY-PAGE-011).
            order: complete, ending with the key.
            values: of the row, as adapters hold them.
        """
        plain = msgspec.json.encode(list(values))
        plain += b" " * (-len(plain) % _PADDED_TO)
        sealed = self._cipher.encrypt(plain, [_scope(method, where, order)])
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open(
        self, method: str, where: Predicate, order: Sequence[Order], cursor: str
    ) -> tuple[Any, ...] | None:
        """The values sealed for the same method, filter and sort, or None: a finding `cursor`."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 -- see _cipher

        sealed = _decode(cursor)
        if not sealed:
            return None
        try:
            plain = self._cipher.decrypt(sealed, [_scope(method, where, order)])
        except InvalidTag:
            return None
        return tuple(msgspec.json.decode(plain, type=list[Any]))


def _scope(method: str, where: Predicate, order: Sequence[Order]) -> bytes:
    """What a cursor is bound to, in 32 bytes, so that it cannot run into the values."""
    text = repr((method, _ordered(where), tuple(order)))
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()


def _ordered(where: Predicate) -> str:
    """The predicate as text, members in one order: JSON objects have none of their own."""
    match where:
        case And(parts=parts) | Or(parts=parts):
            return f"{type(where).__name__}({', '.join(sorted(_ordered(part) for part in parts))})"
        case Not(part=part):
            return f"Not({_ordered(part)})"
        case Through(part=part):
            return f"Through({where.field!r}, {where.entity!r}, {_ordered(part)})"
        case _:
            return repr(where)


def _decode(cursor: str) -> bytes | None:
    """The bytes, if this is exactly how they are written: no second spelling of one cursor."""
    try:
        sealed = base64.b64decode(
            cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True
        )
    except (UnicodeEncodeError, binascii.Error):
        return None
    if base64.urlsafe_b64encode(sealed).rstrip(b"=").decode() != cursor:
        return None
    return sealed

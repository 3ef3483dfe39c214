"""What a statement does, by its first words, as one session after another hears them."""

import re
from collections.abc import Iterator
from typing import Final

from dbal_conform.core.point import What

LOOKED_AT: Final = 65_536  # bytes of a message; what it does stands at its beginning

# What may hold words and semicolons that are none: texts, names, comments, bodies of functions.
_OPAQUE: Final = re.compile(
    r"'(?:[^'\\]|\\.|'')*'|\"[^\"]*\"|`[^`]*`|\$(\w*)\$.*?\$\1\$|--[^\n]*|/\*.*?\*/", re.DOTALL
)
_WORD: Final = re.compile(r"[a-z_]+")
_CHANGING: Final = frozenset(
    {"insert", "update", "delete", "merge", "replace", "truncate", "copy", "load", "call", "do"}
)
_DEFINING: Final = frozenset({"create", "alter", "drop"})
_CHANGING_WITH: Final = re.compile(r"\b(?:insert\s+into|update\s+\w|delete\s+from|merge\s+into)\b")
_AUTOCOMMIT: Final = re.compile(r"\bautocommit\s*:?=\s*'?(\w+)")
# A block of MariaDB is one statement; what stands before those in it, and ends nothing but itself.
_COMPOUND: Final = re.compile(r"\s*begin\s+not\s+atomic\b")
_BLOCK: Final = re.compile(
    r"^\s*(?:(?:if|elseif)\b.*?\bthen\b|(?:while|for)\b.*?\bdo\b|else\b|loop\b|repeat\b|end\b.*)",
    re.DOTALL,
)
_NOTHING: Final[frozenset[What]] = frozenset()


class Session:
    """What one connection has said so far: whether it is in a transaction, and wrote in it."""

    def __init__(self) -> None:
        self._begun = False
        self._by_hand = False  # nothing is kept until a COMMIT
        self._wrote = False

    def hear(self, message: bytes) -> frozenset[What]:
        """Return what the statements of one message are."""
        found: set[What] = {"statement"}
        for text in _texts(message):
            found |= self._hear(text)
        return frozenset(found)

    def _hear(self, text: str) -> frozenset[What]:
        first, second = (*_WORD.findall(text[:200])[:2], "", "")[:2]
        if first in {"begin", "start"}:
            self._begun, self._wrote = True, False
        elif first in {"commit", "end"} or (first, second) == ("xa", "commit"):
            return self._end(kept=True)
        elif first == "abort" or (first == "rollback" and not re.search(r"\bto\b", text[:80])):
            return self._end(kept=False)
        elif first == "set" and (found := _AUTOCOMMIT.search(text)):
            self._by_hand = found[1] in {"0", "off", "false"}
        elif first in _CHANGING or (first == "with" and _CHANGING_WITH.search(text)):
            alone = not self._begun and not self._by_hand
            self._wrote = not alone
            return frozenset({"write", "commit"}) if alone else frozenset({"write"})
        return _NOTHING

    def _end(self, *, kept: bool) -> frozenset[What]:
        wrote, self._wrote, self._begun = self._wrote, False, False
        return frozenset({"commit"}) if kept and wrote else _NOTHING


def _texts(message: bytes) -> Iterator[str]:
    """Yield the statements of a message, each in lower case and without what it quotes."""
    # Each byte a character: in UTF-8, no byte of another character looks like one of ours.
    text = _OPAQUE.sub(" ", message[:LOOKED_AT].decode("latin-1").lower())
    block = _COMPOUND.match(text)
    if block is not None:
        yield from (_BLOCK.sub("", part) for part in text[block.end() :].split(";"))
        return
    if next(iter(_WORD.findall(text[:80])), "") in _DEFINING:
        yield text  # a body may hold semicolons
        return
    yield from text.split(";")

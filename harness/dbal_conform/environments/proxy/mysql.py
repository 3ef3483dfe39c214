"""MySQL's and MariaDB's client/server protocol, as much of it as tells statements and answers."""

from collections.abc import Iterator
from typing import Final

from dbal_conform.core.point import What
from dbal_conform.environments.proxy.speech import NONE, Answered, Asked, Due
from dbal_conform.environments.proxy.statements import LOOKED_AT, Session

_HEAD: Final = 4  # three bytes of length, and a number that is 0 where a command begins
_QUERY, _PREPARE, _EXECUTE, _BULK = 0x03, 0x16, 0x17, 0xFA
_UNANSWERED: Final = frozenset({0x01, 0x18, 0x19})  # quit, long data, close of a statement
_MOST_STATEMENTS: Final = 10_000
_PREPARED: Final = 5  # of the answer to a prepare: 00, and the number of the statement
# What would hide what is said: encryption and compression. What would put values before a
# statement: attributes.
_LOWER: Final = 0x0800 | 0x0020
_UPPER: Final = (1 << 26 | 1 << 27) >> 16


class MysqlSpeaker:
    """See `Speaker`. What would hide statements is left out of what the server offers."""

    def __init__(self) -> None:
        self._session = Session()
        self._asked = bytearray()
        self._said = bytearray()
        self._greeted = False
        self._pass_on = 0
        self._due: Due | None = None
        self._preparing = b""
        self._texts: dict[int, bytes] = {}

    def ask(self, data: bytes) -> Iterator[Asked]:
        """Take what a target says."""
        self._asked += data
        while self._asked:
            if self._pass_on:
                yield Asked(self._taken(min(self._pass_on, len(self._asked))))
                continue
            if len(self._asked) < _HEAD:
                return
            length = _HEAD + int.from_bytes(self._asked[:3], "little")
            looked_at = min(length, LOOKED_AT)
            if len(self._asked) < looked_at:
                return
            what, due = NONE, None
            if self._asked[3] == 0 and length > _HEAD:
                what, due = self._understood(bytes(self._asked[_HEAD:looked_at]))
            self._pass_on = length
            yield Asked(self._taken(looked_at), what, due)

    def answer(self, data: bytes) -> Iterator[Answered]:
        """Take what the database says; an answer has come when its first packet has."""
        if not self._greeted:
            self._said += data
            if len(self._said) < _HEAD or len(self._said) < _HEAD + int.from_bytes(
                self._said[:3], "little"
            ):
                return
            self._greeted = True
            data = _plain(self._said)
        due, self._due = self._due, None
        if due is not None and due.kind == "prepare":
            self._number(data)
        yield Answered(data, due, ends=due is not None)

    def _understood(self, body: bytes) -> tuple[frozenset[What], Due | None]:
        command, rest = body[0], body[1:]
        if command in _UNANSWERED:
            return NONE, None
        what = NONE
        self._due = Due("prepare" if command == _PREPARE else "command")
        if command == _QUERY:
            what = self._session.hear(rest)
        elif command == _PREPARE:
            self._preparing = rest
        elif command in {_EXECUTE, _BULK}:
            what = self._session.hear(self._texts.get(int.from_bytes(rest[:4], "little"), b""))
        return what, self._due

    def _number(self, data: bytes) -> None:
        body = data[_HEAD : _HEAD + _PREPARED]
        if len(body) == _PREPARED and body[0] == 0:
            if len(self._texts) >= _MOST_STATEMENTS:
                del self._texts[next(iter(self._texts))]
            self._texts[int.from_bytes(body[1:], "little")] = self._preparing

    def _taken(self, size: int) -> bytes:
        taken = bytes(self._asked[:size])
        del self._asked[:size]
        self._pass_on = max(0, self._pass_on - size)
        return taken


def _plain(greeting: bytearray) -> bytes:
    """Return a server's greeting without the offers that would hide what follows."""
    if greeting[_HEAD] != 10:  # noqa: PLR2004 -- the protocol's version; else it is an error
        return bytes(greeting)
    # Behind the version: its name, 4 bytes of a number, 8 of a challenge and one of nothing.
    lower = greeting.index(0, _HEAD + 1) + 1 + 4 + 8 + 1
    upper = lower + 2 + 1 + 2
    for at, flags in ((lower, _LOWER), (upper, _UPPER)):
        if at + 2 <= len(greeting):
            value = int.from_bytes(greeting[at : at + 2], "little") & ~flags
            greeting[at : at + 2] = value.to_bytes(2, "little")
    return bytes(greeting)

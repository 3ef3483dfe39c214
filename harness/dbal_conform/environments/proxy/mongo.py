"""MongoDB's wire protocol, as much of it as tells statements and answers."""

import struct
from collections.abc import Iterator
from typing import Final

from dbal_conform.core.point import What
from dbal_conform.environments.proxy.speech import NONE, Answered, Asked, Due, ProtocolError
from dbal_conform.environments.proxy.statements import LOOKED_AT

_HEAD: Final = 16  # length, number, number of what is answered, kind of message
_MESSAGE: Final = 2013
_LONGEST: Final = 48_000_000 + 16_384  # of a message
_MORE_TO_COME: Final = 0x2  # among the flags of a message: it has no answer
_MOST_DUE: Final = 10_000
_CHANGING: Final = frozenset(
    {b"insert", b"update", b"delete", b"findAndModify", b"findandmodify", b"bulkWrite"}
)
# Said to get to know each other, or to part: no statements.
_MANNERS: Final = frozenset(
    {b"hello", b"isMaster", b"ismaster", b"saslStart", b"saslContinue", b"endSessions", b"ping"}
)
_IN_TRANSACTION: Final = b"\x08autocommit\x00\x00"  # a member of the command: autocommit is false


class MongoSpeaker:
    """See `Speaker`. Commands by their names; what stands in documents is not looked at."""

    def __init__(self) -> None:
        self._asked = bytearray()
        self._said = bytearray()
        self._pass_on = 0  # bytes of a message that has been looked at
        self._from_server = 0
        self._answering: Due | None = None
        self._due: dict[int, Due] = {}

    def ask(self, data: bytes) -> Iterator[Asked]:
        """Take what a target says."""
        self._asked += data
        while self._asked:
            if self._pass_on:
                yield Asked(self._taken(min(self._pass_on, len(self._asked))))
                continue
            if len(self._asked) < _HEAD:
                return
            length, number, _, kind = _head(self._asked)
            looked_at = min(length, LOOKED_AT)
            if len(self._asked) < looked_at:
                return
            what, due = NONE, None
            if kind == _MESSAGE:
                what, due = self._understood(bytes(self._asked[_HEAD:looked_at]), number)
            self._pass_on = length
            yield Asked(self._taken(looked_at), what, due)

    def answer(self, data: bytes) -> Iterator[Answered]:
        """Take what the database says."""
        self._said += data
        while self._said:
            if not self._from_server:
                if len(self._said) < _HEAD:
                    return
                self._from_server, _, to, _ = _head(self._said)
                self._answering = self._due.pop(to, None)
            size = min(self._from_server, len(self._said))
            piece = bytes(self._said[:size])
            del self._said[:size]
            self._from_server -= size
            yield Answered(piece, self._answering, ends=not self._from_server)

    def _understood(self, body: bytes, number: int) -> tuple[frozenset[What], Due | None]:
        # Flags, then sections: the one of the command begins with 0, a length, a type and a name.
        name = body[10:].partition(b"\0")[0]
        if name in _MANNERS:
            return NONE, None
        what: set[What] = {"statement"}
        if name in _CHANGING:
            what.add("write")
            if _IN_TRANSACTION not in body:
                what.add("commit")
        elif name == b"commitTransaction":
            what.add("commit")
        if int.from_bytes(body[:4], "little") & _MORE_TO_COME:
            return frozenset(what), None
        due = Due(name.decode("latin-1"))
        if len(self._due) >= _MOST_DUE:
            raise ProtocolError("too many questions without an answer")
        self._due[number] = due
        return frozenset(what), due

    def _taken(self, size: int) -> bytes:
        taken = bytes(self._asked[:size])
        del self._asked[:size]
        self._pass_on = max(0, self._pass_on - size)
        return taken


def _head(data: bytearray) -> tuple[int, int, int, int]:
    length, number, to, kind = struct.unpack_from("<iiii", data)
    if not _HEAD <= length <= _LONGEST:
        raise ProtocolError("no message of MongoDB's protocol")
    return length, number, to, kind

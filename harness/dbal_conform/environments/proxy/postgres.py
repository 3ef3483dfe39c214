"""PostgreSQL's frontend and backend protocol, as much of it as tells statements and answers."""

from collections import deque
from collections.abc import Iterator
from typing import Final

from dbal_conform.core.point import What
from dbal_conform.environments.proxy.speech import NONE, Answered, Asked, Due, ProtocolError
from dbal_conform.environments.proxy.statements import LOOKED_AT, Session

_ENCRYPT: Final = {80877103, 80877104}  # SSLRequest, GSSENCRequest
_LONGEST_GREETING: Final = 65_536
_MOST_NAMES: Final = 10_000  # of statements that one connection has prepared
_HEAD: Final = 5  # a letter and four bytes of length, which count themselves
# Ends of the answer to Execute; to Query and Sync it ends with Z, and so it does after an error.
_ENDS: Final = frozenset(b"CIs")


class PostgresSpeaker:
    """See `Speaker`. Encryption is declined in the name of the server: nobody could read it."""

    def __init__(self) -> None:
        self._session = Session()
        self._asked = bytearray()
        self._said = bytearray()
        self._greeted = False
        self._pass_on = 0  # bytes of a message that has been looked at
        self._from_server = 0
        self._letter = 0  # of the message that the server is in the middle of
        self._texts: dict[bytes, bytes] = {}  # by the name of the prepared statement
        self._portals: dict[bytes, bytes] = {}
        self._due: deque[Due] = deque()

    def ask(self, data: bytes) -> Iterator[Asked]:
        """Take what a target says."""
        self._asked += data
        while self._asked:
            if self._pass_on:
                yield Asked(self._taken(min(self._pass_on, len(self._asked))))
                continue
            asked = self._message() if self._greeted else self._greeting()
            if asked is None:
                return
            yield asked

    def answer(self, data: bytes) -> Iterator[Answered]:
        """Take what the database says."""
        self._said += data
        while self._said:
            if not self._from_server:
                if len(self._said) < _HEAD:
                    return
                self._letter = self._said[0]
                self._from_server = 1 + int.from_bytes(self._said[1:_HEAD], "big")
            size = min(self._from_server, len(self._said))
            piece = bytes(self._said[:size])
            del self._said[:size]
            self._from_server -= size
            yield self._answered(piece, whole=not self._from_server)

    def _answered(self, piece: bytes, *, whole: bool) -> Answered:
        due = self._due[0] if self._due else None
        if due is None or not whole:
            return Answered(piece, due)
        if self._letter == ord("Z"):
            return Answered(piece, self._ready(), ends=True)
        if due.kind == "execute" and self._letter in _ENDS:
            self._due.popleft()
            return Answered(piece, due, ends=True)
        return Answered(piece, due)

    def _ready(self) -> Due:
        """Return what the server is done with; after an error it skips everything until Sync."""
        done = [self._due.popleft()]
        while done[-1].kind == "execute" and self._due:
            done.append(self._due.popleft())
        return next((each for each in done if each.trap is not None), done[-1])

    def _greeting(self) -> Asked | None:
        if len(self._asked) < 8:  # noqa: PLR2004 -- a length and a code
            return None
        length, code = (int.from_bytes(self._asked[at : at + 4], "big") for at in (0, 4))
        if not 8 <= length <= _LONGEST_GREETING:  # noqa: PLR2004 -- as above
            raise ProtocolError("no greeting of PostgreSQL's protocol")
        if code in _ENCRYPT:
            self._taken(length)
            return Asked(b"", reply=b"N")
        self._pass_on = length
        self._greeted = True
        return Asked(self._taken(min(length, len(self._asked))))

    def _message(self) -> Asked | None:
        if len(self._asked) < _HEAD:
            return None
        length = 1 + int.from_bytes(self._asked[1:_HEAD], "big")
        if length < _HEAD:
            raise ProtocolError("no message of PostgreSQL's protocol")
        looked_at = min(length, LOOKED_AT)
        if len(self._asked) < looked_at:
            return None
        body = bytes(self._asked[_HEAD:looked_at])
        what, due = self._understood(chr(self._asked[0]), body)
        self._pass_on = length
        return Asked(self._taken(looked_at), what, due)

    def _understood(self, letter: str, body: bytes) -> tuple[frozenset[What], Due | None]:
        match letter:
            case "Q":
                return self._session.hear(body.rstrip(b"\0")), self._owing("query")
            case "P":
                name, text = (*body.split(b"\0", 2), b"")[:2]
                _keep(self._texts, name, text)
            case "B":
                portal, name = (*body.split(b"\0", 2), b"")[:2]
                _keep(self._portals, portal, self._texts.get(name, b""))
            case "E":
                text = self._portals.get(body.partition(b"\0")[0], b"")
                return self._session.hear(text), self._owing("execute")
            case "S" | "F":
                self._owing("sync")
            case _:
                pass
        return NONE, None

    def _owing(self, kind: str) -> Due:
        due = Due(kind)
        self._due.append(due)
        return due

    def _taken(self, size: int) -> bytes:
        taken = bytes(self._asked[:size])
        del self._asked[:size]
        self._pass_on = max(0, self._pass_on - size)
        return taken


def _keep(names: dict[bytes, bytes], name: bytes, text: bytes) -> None:
    if len(names) >= _MOST_NAMES and name not in names:
        del names[next(iter(names))]
    names[name] = text

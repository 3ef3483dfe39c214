"""What speakers of a protocol make of bytes: pieces, and the answers that are due to them."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from dbal_conform.core.point import What
from dbal_conform.environments.proxy.trap import Trap

NONE: frozenset[What] = frozenset()


class Due:
    """An answer that a database owes; with `trap`, its coming is waited for."""

    __slots__ = ("held", "kind", "trap")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.trap: Trap | None = None
        self.held: list[bytes] = []


class Asked(NamedTuple):
    """A piece of what a target says. With `what` it is the beginning of a statement.

    `due` is the answer to it; `reply` is said to the target at once, and nothing to the database.
    """

    data: bytes
    what: frozenset[What] = NONE
    due: Due | None = None
    reply: bytes = b""


class Answered(NamedTuple):
    """A piece of what a database says; `ends` tells that `due` has come."""

    data: bytes
    due: Due | None = None
    ends: bool = False


class Speaker(Protocol):
    """One connection's protocol. Either side is fed by one thread."""

    def ask(self, data: bytes) -> Iterator[Asked]:
        """Take what a target says, in chunks of any size; all of it is yielded, in order."""
        ...

    def answer(self, data: bytes) -> Iterator[Answered]:
        """Take what the database says."""
        ...


class ProtocolError(Exception):
    """These bytes are not of the protocol."""

"""What the ways into the server have in common."""

import secrets
from collections.abc import Mapping
from typing import Final, Protocol

import msgspec

UNSHOWN: Final = secrets.token_urlsafe(32)  # a token that nobody has: who shows it is refused


class Limits(msgspec.Struct, frozen=True):
    """What one door allows, so that nobody holds up others.

    Attributes:
        connections: open at once; further ones are turned away.
        in_flight: calls at once on one connection; it is not read from while there are so many.
        read_s: for one HTTP request, or a handshake, to arrive in full.
        write_s: for the peer to take a reply.
        idle_s: without a call, before a connection is closed; at least 60 (WS-CONN-004).
        ping_s: between pings of a WebSocket, and for a pong to come: finds half-open connections.
        grace_s: for calls in flight when the server stops.
    """

    connections: int = 4096
    in_flight: int = 32
    read_s: float = 30.0
    write_s: float = 30.0
    idle_s: float = 600.0
    ping_s: float = 20.0
    grace_s: float = 5.0


class Door(Protocol):
    """One way into the server; all methods belong to the loop."""

    name: str

    async def open(self) -> str:
        """Begin to listen; where, as clients write it.

        Raises:
            AddressError: nothing can listen there.
        """
        ...

    async def close(self) -> None:
        """Take no more calls; end those in flight in time; then let go of every connection."""
        ...

    @property
    def connections(self) -> int:
        """How many are open."""
        ...


def bearer(header: str | None) -> str | None:
    """The token of `Authorization: Bearer TOKEN`; of another form, one that nobody has."""
    if header is None:
        return None
    scheme, _, token = header.strip().partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and token else UNSHOWN


def differs(token: str | None, meta: Mapping[str, object]) -> bool:
    """Whether `meta` shows another token than the header does (HTTP-RPC-003)."""
    own = meta.get("token")
    return token is not None and isinstance(own, str) and own != token

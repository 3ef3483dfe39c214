"""Where a door listens: `HOST:PORT`, and whether anybody but this machine can get there."""

import ipaddress
import socket
from contextlib import suppress
from typing import Final

import msgspec

_MOST_PORT: Final = 65535
_BACKLOG: Final = 512  # the kernel's queue of connections that nobody has accepted yet


class AddressError(ValueError):
    """Nothing can listen there; says why."""


class Address(msgspec.Struct, frozen=True):
    """An IP address or `localhost`, and a port; 0 is any that is free."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can connect (TLS-CONF-001)."""
        with suppress(ValueError):
            return ipaddress.ip_address(self.host).is_loopback
        return self.host == "localhost"

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_address(text: str) -> Address:
    """`127.0.0.1:8080`, `[::1]:0`, `localhost:8080`, `:8080` (loopback).

    Raises:
        AddressError: it is none.
    """
    host, colon, digits = text.rpartition(":")
    if not colon or not digits.isascii() or not digits.isdigit() or int(digits) > _MOST_PORT:
        raise AddressError(f"{text!r} is no address: write HOST:PORT, as in 127.0.0.1:8080")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    host = host or "127.0.0.1"
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if host != "localhost":
            raise AddressError(
                f"{host!r} is no IP address: names other than localhost may mean several"
            ) from None
    return Address(host, int(digits))


def listen(address: Address) -> tuple[socket.socket, Address]:
    """A socket that listens, and where it does: the port is one that was free, if it was 0.

    Raises:
        AddressError: the port is taken, or the address not this machine's.
    """
    host = "127.0.0.1" if address.host == "localhost" else address.host
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, address.port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise AddressError(f"cannot listen at {address}: {error.strerror}") from None
    # Connections inherit it. asyncio sets it only where a socket names its protocol, as this does
    # not; without it the second packet of a reply waits 40 ms for the first to be acknowledged.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.setblocking(False)  # noqa: FBT003 -- its only argument
    return listener, Address(address.host, listener.getsockname()[1])

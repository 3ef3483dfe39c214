"""Bytes to and from a server, plain or over TLS, where every wait ends at a deadline.

Protocols are spoken above it by libraries that do no I/O themselves, so that what a target sends
can be looked at, and what it is sent can be wrong on purpose.
"""

import select
import socket
import ssl
from pathlib import Path
from time import monotonic
from typing import NamedTuple
from urllib.parse import urlsplit

from dbal_conform.core.errors import (
    InputError,
    TargetCrashError,
    TargetProtocolError,
    TargetTimeoutError,
)

_CHUNK = 256 * 1024
_SECURE = frozenset({"wss", "https", "grpcs"})
_PORTS = {"ws": 80, "wss": 443, "http": 80, "https": 443, "grpc": 80, "grpcs": 443}


class UnreachableError(TargetCrashError):
    """Nothing listens there: it has not begun to, or no longer does."""


class ClosedError(TargetProtocolError):
    """The server ended the connection where an answer was due."""


class Address(NamedTuple):
    """Where a server listens. `tls` is None for one that is spoken to openly."""

    host: str
    port: int
    path: str
    tls: ssl.SSLContext | None

    @property
    def authority(self) -> str:
        """Host and port as URLs and requests have them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def address_of(url: str, *schemes: str, authority: Path | None = None) -> Address:
    """Take the URL of a target apart.

    Args:
        url: such as `ws://127.0.0.1:8080/rpc`; without a path it is `/rpc`.
        schemes: those that the transport has.
        authority: the certificates that are trusted in place of the system's.

    Raises:
        InputError: it is no such URL, or the certificates cannot be read.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InputError(f"connect.url {url!r} is no URL: {error}") from error
    if parts.scheme not in schemes or not parts.hostname:
        known = " or ".join(f"{scheme}://host:port" for scheme in schemes)
        raise InputError(f"connect.url {url!r}: write {known}")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise InputError("connect.url holds a user or fragment: the token goes into connect.token")
    path = parts.path if parts.path not in ("", "/") else "/rpc"
    target = f"{path}?{parts.query}" if parts.query else path
    tls = _context(authority) if parts.scheme in _SECURE else None
    return Address(parts.hostname, port or _PORTS[parts.scheme], target, tls)


def _context(authority: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=authority)
    except (OSError, ssl.SSLError) as error:
        raise InputError(f"connect.tls.ca {authority}: no certificates there: {error}") from error


class Stream:
    """One connection, open from construction until `close`.

    Raises:
        UnreachableError: nothing listens there.
        TargetProtocolError: it has no certificate that holds.
        TargetTimeoutError: it was not there in `timeout_s` seconds.
    """

    def __init__(self, address: Address, *, timeout_s: float, alpn: str | None = None) -> None:
        self.ended = False  # the server sends no more
        until = monotonic() + timeout_s
        try:
            raw = socket.create_connection((address.host, address.port), timeout_s)
        except TimeoutError as error:
            raise TargetTimeoutError(f"no connection in {timeout_s:.1f} s") from error
        except OSError as error:
            raise UnreachableError(f"cannot be reached: {_words(error)}") from error
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = raw
        if address.tls is not None:
            self._socket = _secured(raw, address, until, alpn)

    def send(self, data: bytes, *, until: float) -> None:
        """Send all of `data`, by `until` on the clock of `monotonic`.

        Raises:
            ClosedError: the server takes no more.
            TargetTimeoutError: it did not take it in time.
        """
        view = memoryview(data)
        while view:
            try:
                self._socket.settimeout(_left(until))
                view = view[self._socket.send(view) :]
            except TimeoutError as error:
                raise TargetTimeoutError("it did not take the message in time") from error
            except OSError as error:
                raise ClosedError(f"it took no more: {_words(error)}") from error

    def receive(self, *, until: float) -> bytes:
        """Return what comes next, empty at the end of what the server sends.

        Raises:
            TargetTimeoutError: nothing came in time.
            ClosedError: the connection broke.
        """
        try:
            self._socket.settimeout(_left(until))
            data = self._socket.recv(_CHUNK)
        except TimeoutError as error:
            raise TargetTimeoutError("no reply in time") from error
        except OSError as error:
            self.ended = True
            raise ClosedError(f"the connection broke: {_words(error)}") from error
        self.ended = not data
        return data

    @property
    def waits(self) -> bool:
        """Whether something has come, an end too, that nobody has taken yet."""
        if isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
            return True
        return bool(select.select([self._socket], [], [], 0)[0])

    def half_close(self) -> None:
        """Say that we send no more."""
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.ended = True

    def close(self) -> None:
        """End the connection; may be called twice."""
        self._socket.close()


def _secured(raw: socket.socket, address: Address, until: float, alpn: str | None) -> ssl.SSLSocket:
    context = address.tls
    if context is None:
        raise ValueError("not an address with TLS")
    if alpn is not None:
        context.set_alpn_protocols([alpn])
    try:
        raw.settimeout(_left(until))
        return context.wrap_socket(raw, server_hostname=address.host)
    except TimeoutError as error:
        raw.close()
        raise TargetTimeoutError("no TLS handshake in time") from error
    except ssl.SSLCertVerificationError as error:
        raw.close()
        raise TargetProtocolError(f"TLS: its certificate: {error.verify_message}") from error
    except OSError as error:
        raw.close()
        raise TargetProtocolError(f"TLS: no handshake: {_words(error)}") from error


def _left(until: float) -> float:
    left = until - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _words(error: OSError) -> str:
    return error.strerror or type(error).__name__


def free_port() -> int:
    """Return a port of the loopback that nobody listens on, for a target to do so."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port

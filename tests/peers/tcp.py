"""A server of one thread a connection, whose every byte a test decides."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeAlias

from tests.peers.behaviour import DRIP_S

Talk: TypeAlias = Callable[[socket.socket], None]


class Peer:
    """Listens on the loopback; `connections` counts those that were made."""

    def __init__(self, talk: Talk, tls: ssl.SSLContext | None = None) -> None:
        self._talk = talk
        self._tls = tls
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening, and end all connections."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._open:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                accepted, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(accepted)
            threading.Thread(target=self._serve, args=(accepted,), daemon=True).start()

    def _serve(self, accepted: socket.socket) -> None:
        with contextlib.suppress(OSError, ConnectionError, EOFError):
            stream = accepted
            if self._tls is not None:
                stream = self._tls.wrap_socket(accepted, server_side=True)
                self._open.append(stream)
            self._talk(stream)


@contextlib.contextmanager
def serving(talk: Talk, tls: ssl.SSLContext | None = None) -> Iterator[Peer]:
    """A peer for as long as the block lasts."""
    peer = Peer(talk, tls)
    try:
        yield peer
    finally:
        peer.close()


def end(stream: socket.socket) -> None:
    """End a connection now: a close alone would wait for those who still hold it."""
    with contextlib.suppress(OSError):
        stream.shutdown(socket.SHUT_RDWR)
    stream.close()


def drip(stream: socket.socket, data: bytes) -> None:
    """Send a byte at a time, slower than anyone waits for all of it."""
    for place in range(len(data)):
        stream.sendall(data[place : place + 1])
        time.sleep(DRIP_S)


def read_head(stream: socket.socket) -> tuple[bytes, bytes]:
    """Return the head of an HTTP request, and what has come of its body."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = stream.recv(65536)
        if not chunk:
            raise EOFError
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    return head, body


def header(head: bytes, name: str) -> str:
    """Return a header's value, empty if it is not there."""
    for line in head.decode("latin-1").split("\r\n")[1:]:
        key, _, value = line.partition(":")
        if key.strip().lower() == name:
            return value.strip()
    return ""

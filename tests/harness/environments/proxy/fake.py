"""A database that says `done` to every statement of PostgreSQL's protocol, and who speaks to it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

STARTUP = (9).to_bytes(4, "big") + (196608).to_bytes(4, "big") + b"\0"
DONE = b"C\0\0\0\x09done\0" + b"Z\0\0\0\5I"


def query(text: str) -> bytes:
    body = text.encode() + b"\0"
    return b"Q" + (4 + len(body)).to_bytes(4, "big") + body


class Database:
    """Records what it hears, and how many connections have ended."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.ended = threading.Semaphore(0)
        self._door = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._door.getsockname()
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                came, _ = self._door.accept()
                threading.Thread(target=self._serve, args=(came,), daemon=True).start()

    def _serve(self, came: socket.socket) -> None:
        with came, suppress(OSError), came.makefile("rb") as said:
            said.read(len(STARTUP))
            came.sendall(DONE[-6:])
            while head := said.read(5):
                body = said.read(int.from_bytes(head[1:], "big") - 4)
                if head[:1] == b"Q":
                    self.heard.append(body[:-1].decode())
                    came.sendall(DONE)
        self.ended.release()


class Client:
    """A target's connection."""

    def __init__(self, port: int, *, within_s: float = 10) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), within_s)
        self._socket.settimeout(within_s)
        try:
            self._socket.sendall(STARTUP)
            self._read(6)
        except OSError:
            self._socket.close()
            raise

    def ask(self, text: str, *, within_s: float = 10) -> bool:
        """Tell whether the answer came whole; False when the connection ended.

        Raises:
            TimeoutError: neither.
        """
        self._socket.settimeout(within_s)
        try:
            self._socket.sendall(query(text))
            return self._read(len(DONE)) == DONE
        except ConnectionError:
            return False

    def late(self) -> bool:
        """Tell whether an answer that was not there in time comes now."""
        self._socket.settimeout(10)
        return self._read(len(DONE)) == DONE

    def close(self) -> None:
        with suppress(OSError):
            self._socket.sendall(b"X\0\0\0\4")  # the goodbye of libpq
        self._socket.close()

    def _read(self, size: int) -> bytes:
        got = b""
        while len(got) < size:
            more = self._socket.recv(size - len(got))
            if not more:
                raise ConnectionResetError
            got += more
        return got


@contextmanager
def client(port: int) -> Iterator[Client]:
    opened = Client(port)
    try:
        yield opened
    finally:
        opened.close()

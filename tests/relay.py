"""A way to a server on which answers are altered: a server that says that it is another."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

# What an old server says in place of a new one: of the same length, since lengths went before.
OLD = {
    "postgres": (rb"server_version\x00\d\d\.", b"server_version\x0009."),
    "mariadb": (rb"1(\d\.\d)(\d?\.\d+-MariaDB)", rb"10.0\2"),
}


@contextmanager
def relay(url: str, kind: str) -> Iterator[str]:
    """Give the URL of a server that is too old; behind it is the one of `url`."""
    parts = urlsplit(url)
    door = socket.create_server(("127.0.0.1", 0))
    behind = (str(parts.hostname), int(parts.port or 0))
    threading.Thread(target=_listen, args=(door, behind, OLD[kind]), daemon=True).start()
    user, at, _ = parts.netloc.rpartition("@")
    yield parts._replace(netloc=f"{user}{at}127.0.0.1:{door.getsockname()[1]}").geturl()
    with suppress(OSError):
        door.shutdown(socket.SHUT_RDWR)
    door.close()


def _listen(door: socket.socket, behind: tuple[str, int], lie: tuple[bytes, bytes]) -> None:
    with suppress(OSError):
        while True:
            came, _ = door.accept()
            there = socket.create_connection(behind)
            for args in ((came, there, None), (there, came, lie)):
                threading.Thread(target=_carry, args=args, daemon=True).start()


def _carry(start: socket.socket, end: socket.socket, lie: tuple[bytes, bytes] | None) -> None:
    with suppress(OSError):
        while said := start.recv(65536):
            end.sendall(said if lie is None else re.sub(*lie, said))
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    start.close()

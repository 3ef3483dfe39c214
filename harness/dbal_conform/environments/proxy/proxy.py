"""The door of a proxy: it listens on the loopback, and starts a link for whoever comes."""

import socket
import threading
from contextlib import suppress
from typing import Final

from dbal_conform.core.errors import CouldNotRunError
from dbal_conform.environments.proxy.link import Link
from dbal_conform.environments.proxy.mongo import MongoSpeaker
from dbal_conform.environments.proxy.mysql import MysqlSpeaker
from dbal_conform.environments.proxy.postgres import PostgresSpeaker
from dbal_conform.environments.proxy.speech import Speaker
from dbal_conform.environments.proxy.traffic import Traffic
from dbal_conform.environments.proxy.trap import Trap

HOST: Final = "127.0.0.1"
_MOST_LINKS: Final = 512
_WAITING: Final = 128  # connections that nobody has accepted yet
_SPEAKERS: Final[dict[str, type[Speaker]]] = {
    "postgres": PostgresSpeaker,
    "mysql": MysqlSpeaker,
    "mongo": MongoSpeaker,
}


class Proxy:
    """Stands before a server of a `kind` at `database`, a host and a port, until `close`."""

    def __init__(self, kind: str, database: tuple[str, int]) -> None:
        self._speaks = _SPEAKERS[kind]
        self._database = database
        self._traffic = Traffic()
        self._links: set[Link] = set()
        self._lock = threading.Lock()
        self._door = socket.create_server((HOST, 0), backlog=_WAITING)
        self.port: int = self._door.getsockname()[1]
        threading.Thread(target=self._listen, name="dbal-proxy", daemon=True).start()

    def cut(self) -> None:
        """End every connection, and let nobody in until `restore`."""
        self._traffic.turn("cut")
        self._hang_up()

    def stall(self) -> None:
        """Let nothing pass until `restore`."""
        self._traffic.turn("stall")

    def slow(self, delay_s: float) -> None:
        """Let everything that is said pass so much later, until `restore`."""
        self._traffic.turn("slow", delay_s)

    def lay(self, trap: Trap) -> None:
        """Let a trap lie in wait; one at a time."""
        self._traffic.lay(trap)

    def restore(self) -> None:
        """Let everything pass again.

        Raises:
            CouldNotRunError: the trap that was laid failed, or nothing came to where it lay.
        """
        trap = self._traffic.restore()
        if trap is None:
            return
        sprang = trap.sprang()
        if isinstance(trap.error, CouldNotRunError):
            raise trap.error
        if trap.error is not None:
            raise CouldNotRunError(f"a fault failed: {trap.error}")
        if not sprang:
            raise CouldNotRunError(
                f"nothing that the target said to its database was the {trap.point} at which a"
                " fault lay in wait"
            )

    def close(self) -> None:
        """End everything; twice is harmless."""
        self._traffic.turn("over")
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._hang_up()

    def _listen(self) -> None:
        while True:
            try:
                came, _ = self._door.accept()
            except OSError:
                return
            with self._lock:
                if self._traffic.refuses or len(self._links) >= _MOST_LINKS:
                    came.close()
                    continue
                link = Link(came, self._database, self._speaks(), self._traffic)
                self._links.add(link)
            threading.Thread(target=self._serve, args=(link,), daemon=True).start()

    def _serve(self, link: Link) -> None:
        try:
            link.run()
        finally:
            with self._lock:
                self._links.discard(link)

    def _hang_up(self) -> None:
        with self._lock:
            links = tuple(self._links)
        for link in links:
            link.hang_up()

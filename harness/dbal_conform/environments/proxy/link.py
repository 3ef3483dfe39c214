"""One connection through a proxy: two sockets, and a thread for each direction."""

import socket
import threading
from contextlib import suppress
from typing import Final

from dbal_conform.environments.proxy.speech import Asked, Due, ProtocolError, Speaker
from dbal_conform.environments.proxy.traffic import CutError, Traffic
from dbal_conform.environments.proxy.trap import Trap

_CHUNK: Final = 65_536
CONNECT_S: Final = 5.0


class Link:
    """Carries bytes until either side ends it; `closed` is called once it has."""

    def __init__(
        self, target: socket.socket, database: tuple[str, int], speaker: Speaker, traffic: Traffic
    ) -> None:
        self._target = target
        self._address = database
        self._speaker = speaker
        self._traffic = traffic
        self._database: socket.socket | None = None
        self._lock = threading.Lock()
        self._open = True
        self._unread = b""
        self._free = threading.Event()  # unset while an answer is held back
        self._free.set()

    def run(self) -> None:
        """Connect to the database, and carry both ways until the end."""
        with suppress(OSError, CutError, ProtocolError):
            database = socket.create_connection(self._address, CONNECT_S)
            database.settimeout(None)
            for end in (self._target, database):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                if not self._open:
                    database.close()
                    return
                self._database = database
            back = threading.Thread(target=self._carry_back, args=(database,), daemon=True)
            back.start()
            with suppress(OSError, CutError, ProtocolError):
                self._carry(database)
            self.hang_up()
            back.join()
        self.hang_up()
        self._target.close()
        if self._database is not None:
            self._database.close()

    def hang_up(self) -> None:
        """End the connection on both sides; twice is harmless."""
        with self._lock:
            self._open = False
            for end in (self._target, self._database):
                if end is not None:
                    with suppress(OSError):
                        end.shutdown(socket.SHUT_RDWR)
        self._free.set()

    def _carry(self, database: socket.socket) -> None:
        while data := self._unread or self._target.recv(_CHUNK):
            self._unread = b""
            for asked in self._speaker.ask(data):
                if asked.reply:
                    self._target.sendall(asked.reply)
                if asked.data:
                    self._meet(asked)
                    if self._traffic.pass_by(asking=True):
                        self._go_on_if_heard()
                    database.sendall(asked.data)
        self._traffic.pass_by(asking=False)  # nor does a goodbye get through a stall

    def _carry_back(self, database: socket.socket) -> None:
        with suppress(OSError, CutError, ProtocolError):
            while data := database.recv(_CHUNK):
                for answered in self._speaker.answer(data):
                    due = answered.due
                    piece = answered.data
                    if due is not None and due.trap is not None:
                        due.held.append(piece)
                        if not answered.ends:
                            continue
                        piece = self._come(due, due.trap)
                    self._free.wait()
                    self._traffic.pass_by(asking=False)
                    self._target.sendall(piece)
        self.hang_up()

    def _meet(self, asked: Asked) -> None:
        """Let a statement run into what lies in wait for it, or for its answer."""
        trap = self._traffic.trap_for(asked.what)
        if trap is None:
            return
        if trap.point.reply and asked.due is not None:
            asked.due.trap = trap
        else:
            self._suffer(trap, asking=True)

    def _come(self, due: Due, trap: Trap) -> bytes:
        self._suffer(trap, asking=False)
        return b"".join(due.held)

    def _suffer(self, trap: Trap, *, asking: bool) -> None:
        """Do what the trap says to this connection.

        Raises:
            CutError: it is to end.
        """
        deed = trap.deed
        if deed.network == "stall":
            self._free.clear()
        trap.strike()
        match deed.network:
            case "cut":
                raise CutError
            case "stall":
                self._traffic.wait_for_restoration()
                if asking:
                    self._go_on_if_heard()
                self._free.set()
            case "slow":
                self._traffic.linger(deed.delay_s)
            case "pass":
                pass

    def _go_on_if_heard(self) -> None:
        """Drop what was held back if the target has given up meanwhile.

        A network would deliver it all the same, or not: a case has to know which.

        Raises:
            CutError: it has.
        """
        while True:
            try:
                data = self._target.recv(_CHUNK, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            if not data:
                raise CutError
            self._unread += data

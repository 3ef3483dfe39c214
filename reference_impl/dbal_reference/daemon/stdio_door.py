"""stdio: one JSON text a line (STD-LINE). Threads read and write, since files do not poll."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import BinaryIO

from dbal_reference.daemon.core import Core
from dbal_reference.daemon.door import Limits
from dbal_reference.wire.jsonrpc import Connection


class StdioDoor:
    """One connection that is there from the start; when its input ends, so does the server.

    Args:
        core: what answers.
        limits: `in_flight` and `grace_s` of them.
        incoming: lines of requests.
        outgoing: lines of replies; nothing else is written to it.
        on_end: called when the input has ended and the last reply is written (STD-LINE-002).
    """

    name = "stdio"

    def __init__(
        self,
        core: Core,
        limits: Limits,
        incoming: BinaryIO,
        outgoing: BinaryIO,
        on_end: Callable[[], None],
    ) -> None:
        self._core = core
        self._limits = limits
        self._incoming = incoming
        self._outgoing = outgoing
        self._on_end = on_end
        self._longest = core.limits["max_request_bytes"]
        self._peer = Connection(via=self.name)
        self._slots = threading.Semaphore(limits.in_flight)
        self._replies: SimpleQueue[bytes | None] = SimpleQueue()
        self._calls: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._written = threading.Event()
        self._closing = False

    @property
    def connections(self) -> int:
        """See `Door`."""
        return 0 if self._written.is_set() else 1

    async def open(self) -> str:
        """See `Door`."""
        self._loop = asyncio.get_running_loop()
        for work in (self._read, self._write):
            threading.Thread(target=work, name="dbal-stdio", daemon=True).start()
        return "stdio:"

    async def close(self) -> None:
        """See `Door`."""
        if self._closing:
            return
        self._closing = True
        if self._calls:
            _, late = await asyncio.wait(self._calls, timeout=self._limits.grace_s)
            for call in late:
                call.cancel()
        self._replies.put(None)
        await asyncio.to_thread(self._written.wait, self._limits.grace_s)
        await self._core.leave(self._peer)
        self._core.forget(self._peer)

    def _read(self) -> None:
        """In a thread: lines of up to the limit, without their ends; what is longer is cut."""
        loop = self._loop
        assert loop is not None  # noqa: S101 -- set before the thread began
        with suppress(RuntimeError):  # the loop is closed
            while line := self._incoming.readline(self._longest + 2):
                if len(line) > self._longest + 1 and not line.endswith(b"\n"):
                    message = line  # too long, as the reply will say
                    self._skip_line()
                elif not (message := line.rstrip(b"\r\n")).strip():
                    continue
                self._slots.acquire()
                loop.call_soon_threadsafe(self._take, message)
            loop.call_soon_threadsafe(self._end)

    def _skip_line(self) -> None:
        while (part := self._incoming.readline(65_536)) and not part.endswith(b"\n"):
            pass

    def _take(self, message: bytes) -> None:
        if self._closing:
            return
        call = asyncio.ensure_future(self._answer(message))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _answer(self, message: bytes) -> None:
        reply = await self._core.answer(message, self._peer)
        self._replies.put(reply.body)

    def _end(self) -> None:
        """The input has ended; the server may, once everything is answered."""
        if not self._calls:
            self._on_end()
            return
        for call in self._calls:
            call.add_done_callback(lambda _: self._calls or self._on_end())

    def _write(self) -> None:
        """In a thread: replies, each line flushed; a reader that is slow blocks nobody else."""
        with suppress(OSError, ValueError):  # nobody reads any more
            while (reply := self._replies.get()) is not None:
                self._outgoing.write(reply + b"\n")
                self._outgoing.flush()
                self._slots.release()
        self._written.set()

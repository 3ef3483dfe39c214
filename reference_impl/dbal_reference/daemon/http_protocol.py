"""uvicorn's HTTP/1.1, with limits on time and size that it does not have itself."""

import asyncio
from collections.abc import Callable
from typing import Final

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from dbal_reference.daemon.door import Limits

_LONGEST_HEAD: Final = 32_768  # request line and headers


class BoundedHttp(HttpToolsProtocol):
    """One connection. It is cut where a request or a reply takes too long to pass.

    Args:
        config: of uvicorn.
        state: shared by the connections of a door.
        limits: of the door.
        refusal: the body of the reply to what is no HTTP.
    """

    def __init__(
        self, config: Config, state: ServerState, limits: Limits, refusal: Callable[[], bytes]
    ) -> None:
        super().__init__(config, state, {})
        self._limits = limits
        self._refusal = refusal
        self._reading: asyncio.TimerHandle | None = None
        self._writing: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._in_head = True
        self._in_head_alone = True  # nothing but a head was in what came last

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin; one too many is dropped without a word, as a full backlog would."""
        super().connection_made(transport)
        if len(self.connections) > self._limits.connections:
            transport.abort()
            return
        self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._cancel_timers()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse it, if the request is not too long in coming."""
        began_in_head, self._in_head_alone = self._in_head, True
        super().data_received(data)
        if began_in_head and self._in_head and self._in_head_alone:
            self._head_bytes += len(data)
        if self._head_bytes > _LONGEST_HEAD and not self.transport.is_closing():
            self.send_400_response("the head is too long")

    def on_message_begin(self) -> None:
        """Of the parser."""
        super().on_message_begin()
        self._await_request()

    def on_headers_complete(self) -> None:
        """Of the parser."""
        self._in_head = self._in_head_alone = False
        self._head_bytes = 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Of the parser."""
        super().on_message_complete()
        self._in_head = True
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def pause_writing(self) -> None:
        """The peer is slow; he may be so for a while."""
        super().pause_writing()
        self._writing = self.loop.call_later(self._limits.write_s, self.transport.abort)

    def resume_writing(self) -> None:
        """He took it."""
        super().resume_writing()
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, and close; `msg` is uvicorn's (HTTP-RPC-002, -005)."""
        del msg
        body = self._refusal()
        self.transport.write(
            b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\n"
            b"content-length: %d\r\nconnection: close\r\n\r\n%s" % (len(body), body)
        )
        self.transport.close()

    def _await_request(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        self._reading = self.loop.call_later(self._limits.read_s, self._give_up)

    def _give_up(self) -> None:
        self.transport.abort()

    def _cancel_timers(self) -> None:
        for timer in (self._reading, self._writing):
            if timer is not None:
                timer.cancel()

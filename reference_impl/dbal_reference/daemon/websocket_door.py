"""WebSocket: JSON-RPC in text frames at `/rpc` (WS-CONN, WS-FRAME)."""

import asyncio
import http
import logging
import ssl
import time
from contextlib import suppress
from typing import Final

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.http11 import Request, Response
from websockets.typing import Origin

from dbal_reference.daemon.address import Address, listen
from dbal_reference.daemon.core import Core
from dbal_reference.daemon.door import Limits, bearer
from dbal_reference.wire.jsonrpc import Connection

_PATH: Final = "/rpc"
_GOODBYE_S: Final = 2.0  # for the other side to close too
_LOOK_S: Final = 1.0  # between looks at who is idle, or takes no reply
_QUEUE: Final = 4  # frames that are read ahead

_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())
_log.propagate = False


class _Peer:
    """One connection, and its calls."""

    def __init__(self, socket: ServerConnection, in_flight: int) -> None:
        self.socket = socket
        request = socket.request
        header = None if request is None else request.headers.get("Authorization")
        self.connection = Connection(bearer(header), via=WebSocketDoor.name)
        self.slots = asyncio.Semaphore(in_flight)
        self.calls: set[asyncio.Task[None]] = set()
        self.last_call = time.monotonic()
        self.sending_since: float | None = None


class WebSocketDoor:
    """Many calls at once on each connection, answered in any order.

    Args:
        core: what answers.
        address: where to listen.
        limits: of connections and time.
        tls: None is none.
        origins: of web pages that may connect; others that name their origin are refused.
    """

    name = "websocket"

    def __init__(
        self,
        core: Core,
        address: Address,
        limits: Limits,
        *,
        tls: ssl.SSLContext | None = None,
        origins: tuple[str, ...] = (),
    ) -> None:
        self._core = core
        self._address = address
        self._limits = limits
        self._tls = tls
        self._origins = origins
        self._peers: set[_Peer] = set()
        self._calls: set[asyncio.Task[None]] = set()  # also of peers that are gone
        self._closing = False
        self._server: Server | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def connections(self) -> int:
        """See `Door`."""
        return len(self._peers)

    async def open(self) -> str:
        """See `Door`."""
        listener, address = listen(self._address)
        self._server = await serve(
            self._serve,
            sock=listener,
            ssl=self._tls,
            process_request=self._admit,
            origins=[None, *map(Origin, self._origins)],
            compression=None,  # costs 50 KB a connection, and tells lengths of what is secret
            server_header=None,
            max_size=self._core.limits["max_request_bytes"],
            max_queue=_QUEUE,
            open_timeout=self._limits.read_s,
            ping_interval=self._limits.ping_s,
            ping_timeout=self._limits.ping_s,
            close_timeout=_GOODBYE_S,
            logger=_log,
        )
        self._watch = asyncio.create_task(self._look_after())
        return f"{'ws' if self._tls is None else 'wss'}://{address}{_PATH}"

    async def close(self) -> None:
        """See `Door`; clients are told 1001 (WS-CONN-005)."""
        if self._server is None:
            return
        self._closing = True
        self._server.close(close_connections=False)
        if self._calls:
            _, late = await asyncio.wait(set(self._calls), timeout=self._limits.grace_s)
            for call in late:
                call.cancel()
        closing = [
            asyncio.create_task(peer.socket.close(CloseCode.GOING_AWAY)) for peer in self._peers
        ]
        if closing:
            await asyncio.wait(closing, timeout=_GOODBYE_S)
        for peer in self._peers:
            peer.socket.transport.abort()
        if self._watch is not None:
            self._watch.cancel()
        await self._server.wait_closed()

    def _admit(self, socket: ServerConnection, request: Request) -> Response | None:
        """None, or what the upgrade is refused with."""
        if request.path.partition("?")[0] != _PATH:
            return socket.respond(http.HTTPStatus.NOT_FOUND, f"the path is {_PATH}\n")
        if self._closing or len(self._peers) >= self._limits.connections:
            return socket.respond(http.HTTPStatus.SERVICE_UNAVAILABLE, "too many connections\n")
        return None

    async def _serve(self, socket: ServerConnection) -> None:
        peer = _Peer(socket, self._limits.in_flight)
        self._peers.add(peer)
        try:
            with suppress(ConnectionClosed):
                await self._read(peer)
        finally:
            self._peers.discard(peer)
            await self._core.leave(peer.connection)
            if peer.calls:
                await asyncio.wait(peer.calls)
                await self._core.leave(peer.connection)
            self._core.forget(peer.connection)

    async def _read(self, peer: _Peer) -> None:
        """Take calls until the connection ends."""
        while True:
            await peer.slots.acquire()
            message = await peer.socket.recv()
            if isinstance(message, bytes):
                await peer.socket.close(CloseCode.UNSUPPORTED_DATA, "text frames only")
                return
            if self._closing:  # read, so that a close is seen, and dropped
                peer.slots.release()
                continue
            peer.last_call = time.monotonic()
            call = asyncio.create_task(self._answer(peer, message.encode()))
            for calls in (peer.calls, self._calls):
                calls.add(call)
                call.add_done_callback(calls.discard)

    async def _answer(self, peer: _Peer, message: bytes) -> None:
        try:
            reply = await self._core.answer(message, peer.connection)
            peer.sending_since = peer.sending_since or time.monotonic()
            with suppress(ConnectionClosed):
                await peer.socket.send(reply.body, text=True)
            peer.sending_since = None  # something went out: the peer is reading
        finally:
            peer.last_call = time.monotonic()
            peer.slots.release()

    async def _look_after(self) -> None:
        """Close what is idle; drop who does not take what was sent to him."""
        while True:
            await asyncio.sleep(_LOOK_S)
            now = time.monotonic()
            for peer in tuple(self._peers):
                since = peer.sending_since
                if since is not None and now - since > self._limits.write_s:
                    peer.socket.transport.abort()
                elif not peer.calls and now - peer.last_call > self._limits.idle_s:
                    asyncio.ensure_future(peer.socket.close(CloseCode.GOING_AWAY, "idle"))  # noqa: RUF006 -- ends by itself

"""HTTP: `POST /rpc` (HTTP-RPC), and how the server is, to whom it may tell."""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, TypeAlias

import msgspec
from uvicorn.config import Config
from uvicorn.server import ServerState

from dbal_reference.daemon.address import Address, listen
from dbal_reference.daemon.core import Core
from dbal_reference.daemon.door import UNSHOWN, Limits, bearer, differs
from dbal_reference.daemon.http_protocol import BoundedHttp
from dbal_reference.daemon.monitor import Monitor
from dbal_reference.errors import DbalError, EnvelopeError
from dbal_reference.wire.jsonrpc import Connection, Reply, Request

_PATH: Final = "/rpc"
_OK: Final = 200
_TOO_LARGE: Final = 413
_KEEP_ALIVE_S: Final = 75
_JSON: Final = (b"content-type", b"application/json")

_Message: TypeAlias = MutableMapping[str, Any]
_Receive: TypeAlias = Callable[[], Awaitable[_Message]]
_Send: TypeAlias = Callable[[_Message], Awaitable[None]]
_Headers: TypeAlias = list[tuple[bytes, bytes]]

for _name in ("uvicorn.error", "uvicorn.access"):
    _log = logging.getLogger(_name)
    _log.addHandler(logging.NullHandler())
    _log.propagate = False


class HttpDoor:
    """One call a request; transactions belong to no connection (HTTP-RPC-006).

    Args:
        core: what answers.
        address: where to listen.
        limits: of connections and time.
        monitor: answers GET.
        tls: None is none.
        calls: whether `/rpc` is there; without it, it is named `monitor`.
    """

    def __init__(  # noqa: PLR0913 -- all by name but what every door has
        self,
        core: Core,
        address: Address,
        limits: Limits,
        monitor: Monitor,
        *,
        tls: ssl.SSLContext | None = None,
        calls: bool = True,
    ) -> None:
        self.name = "http" if calls else "monitor"
        self._calls = calls
        self._core = core
        self._address = address
        self._limits = limits
        self._monitor = monitor
        self._tls = tls
        self._state = ServerState()
        self._server: asyncio.Server | None = None

    @property
    def connections(self) -> int:
        """See `Door`."""
        return len(self._state.connections)

    async def open(self) -> str:
        """See `Door`."""
        listener, address = listen(self._address)
        config = Config(
            self._application,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            interface="asgi3",
            timeout_keep_alive=_KEEP_ALIVE_S,
        )
        config.load()

        def connection() -> BoundedHttp:
            return BoundedHttp(config, self._state, self._limits, self._no_http)

        self._server = await asyncio.get_running_loop().create_server(
            connection, sock=listener, ssl=self._tls
        )
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://{address}{_PATH if self._calls else ''}"

    async def close(self) -> None:
        """See `Door`."""
        if self._server is None:
            return
        self._server.close()
        for connection in tuple(self._state.connections):
            connection.shutdown()
        if self._state.tasks:
            await asyncio.wait(set(self._state.tasks), timeout=self._limits.grace_s)
        for connection in tuple(self._state.connections):
            connection.transport.abort()

    async def _application(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        path, method = scope["path"], scope["method"]
        headers: _Headers = scope["headers"]
        if path != _PATH or not self._calls:
            told = await self._monitor.answer(method, path)
            if told is not None:
                await _send(send, told.status, told.body, [(b"content-type", told.kind)])
                return
            await self._refuse(send, 404)
        elif method != "POST":
            await self._refuse(send, 405, [(b"allow", b"POST")])
        elif not _is_json(headers):
            await self._refuse(send, 415)
        else:
            message = await self._body(receive)
            if message is None:
                return
            if len(message) > self._core.limits["max_request_bytes"]:
                await self._refuse(send, _TOO_LARGE, reason="too_large")
                return
            reply = await self._answer(message, headers)
            status, extra = self._status(reply.error)
            await _send(send, status, reply.body, [_JSON, *extra])

    async def _answer(self, message: bytes, headers: _Headers) -> Reply:
        peer = Connection(_token(headers), stays=False, via=self.name)
        request = self._core.handler.read(message, peer)
        if isinstance(request, Reply):
            self._core.observe(peer, None, request.error)
            return request
        if differs(peer.token, request.meta):
            request = _unshown(request)
        return await self._core.do(request, peer)

    async def _body(self, receive: _Receive) -> bytes | None:
        """All of it, or a little more than is allowed; None if the peer is gone."""
        most = self._core.limits["max_request_bytes"]
        parts = bytearray()
        while len(parts) <= most:
            event = await receive()
            if event["type"] == "http.disconnect":
                return None
            parts += event["body"]
            if not event["more_body"]:
                break
        return bytes(parts)

    async def _refuse(
        self, send: _Send, status: int, extra: _Headers | None = None, *, reason: str = ""
    ) -> None:
        """Answer what is no call; what follows of a body is passed over."""
        reply = self._core.handler.refuse(reason or "invalid_request")
        self._core.observe(Connection(via=self.name), None, reply.error)
        await _send(send, status, reply.body, [_JSON, *(extra or ())])

    def _no_http(self) -> bytes:
        return self._core.handler.refuse("invalid_request").body

    def _status(self, error: DbalError | None) -> tuple[int, _Headers]:
        """HTTP-RPC-002, HTTP-RPC-004."""
        if error is None:
            return _OK, []
        code = self._core.handler.code(error)
        if isinstance(error, EnvelopeError):
            http = self._core.service.schema.envelope[error.details["reason"]].http
            return http or 400, []
        match error.name:
            case "UNAUTHORIZED":
                return code, [(b"www-authenticate", b"Bearer")]
            case "RATE_LIMIT_EXCEEDED":
                return code, [(b"retry-after", str(error.details["retryAfter"]).encode())]
            case _:
                return code, []


async def _send(send: _Send, status: int, body: bytes, headers: _Headers) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})


def _header(headers: _Headers, name: bytes) -> str | None:
    """Its value; of several, all of them, which no single one equals."""
    values = [value for key, value in headers if key == name]
    return b", ".join(values).decode("latin-1") if values else None


def _token(headers: _Headers) -> str | None:
    return bearer(_header(headers, b"authorization"))


def _is_json(headers: _Headers) -> bool:
    kind, _, parameters = (_header(headers, b"content-type") or "").partition(";")
    name, _, value = parameters.strip().partition("=")
    utf8 = name.lower() != "charset" or value.strip('"').lower() in {"utf-8", "utf8"}
    return kind.strip().lower() == "application/json" and utf8


def _unshown(request: Request) -> Request:
    """The same request with a token that nobody has: it shows two (HTTP-RPC-003)."""
    params = {**request.params, "meta": {**request.meta, "token": UNSHOWN}}
    return msgspec.structs.replace(request, params=params)

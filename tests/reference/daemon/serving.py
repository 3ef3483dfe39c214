"""A server in this process, its loop in a thread, and clients that speak to it plainly."""

import asyncio
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from typing import Any, Self, TypeAlias, TypeVar
from urllib.parse import urlsplit

import grpc
import msgspec
from grpc_status import rpc_status
from tests.reference.talk import BOOTSTRAP, EVERYBODY, Json, Refusal
from websockets.sync.client import ClientConnection, connect

from dbal_reference.adapters import Adapter
from dbal_reference.adapters.open import open_adapter
from dbal_reference.audit import Sink
from dbal_reference.daemon.doors import Doors
from dbal_reference.daemon.logs import Logs
from dbal_reference.daemon.settings import LimitSettings, Settings
from dbal_reference.daemon.tls import Certificates
from dbal_reference.schema.load import load_schema
from dbal_reference.service import Service
from dbal_reference.wire.protobuf import dbal_pb2 as pb
from dbal_reference.wire.protobuf.values import read_map, read_value, write_map

DOORS: dict[str, Any] = {"websocket": "127.0.0.1:0", "http": "127.0.0.1:0", "grpc": "127.0.0.1:0"}
_LONGEST_S = 20.0

Result = TypeVar("Result")
Metadata: TypeAlias = tuple[tuple[str, str], ...]
_ids = count(1)


@cache
def shared_loop() -> asyncio.AbstractEventLoop:
    """The loop of all servers in this process: grpc.aio wakes the wrong one of several."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="loop", daemon=True).start()
    return loop


class Serving:
    """The doors of one conformance service; `settings` as in a configuration file.

    `limits` may be stricter than a configuration can say.
    """

    def __init__(
        self,
        database: str = "memory:",
        *,
        audit_sink: Sink | None = None,
        limits: dict[str, Any] | None = None,
        **settings: Json,
    ) -> None:
        read = msgspec.convert({"database": database, **settings}, Settings)
        read.check()
        self.settings = msgspec.structs.replace(read, limits=LimitSettings(**(limits or {})))
        schema = load_schema()
        limits = {**schema.limits, **self.settings.limits.of_schema}
        self.adapter: Adapter = open_adapter(
            msgspec.structs.replace(schema, limits=limits), database
        )
        self.service = Service(
            self.adapter.schema,
            self.adapter,
            bootstrap_token=BOOTSTRAP,
            conformance=True,
            audit_sink=audit_sink,
        )
        self.loop = shared_loop()
        self.doors = Doors(
            self.settings,
            Certificates(self.settings.tls),
            self.service,
            self.adapter,
            Logs(self.settings.log),
        )
        self.urls = self.run(self._open())
        self.tokens: dict[str, str] = {}

    async def _open(self) -> dict[str, str]:
        return await self.doors.open(lambda: None)

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """What a coroutine gives, run on the loop of the server."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(_LONGEST_S)

    def port(self, door: str) -> int:
        """Where a door listens."""
        port = urlsplit(self.urls[door]).port
        assert port is not None
        return port

    def reset(self, actors: Json = None, **fixtures: Json) -> Json:
        """A new world, with everybody in it unless other actors are given."""
        world = self.post(
            "conformance.reset",
            {
                "actors": EVERYBODY if actors is None else actors,
                "fixtures": fixtures,
                "meta": {"token": BOOTSTRAP},
            },
        )
        self.tokens = {name: actor["token"] for name, actor in world["actors"].items()}
        return world

    def post(self, method: str, params: Json = None, token: str | None = None) -> Json:
        """The result of a call over HTTP; raises Refusal."""
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        _, reply, _ = self.http("POST", "/rpc", request(method, params), headers)
        return result(reply)

    def http(
        self, method: str, path: str, body: bytes = b"", headers: Json = None, door: str = "http"
    ) -> tuple[int, Json, Any]:
        """Status, body (as JSON, if it is) and headers of one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port(door), timeout=_LONGEST_S)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            text = response.read()
            kind = response.headers.get("content-type", "")
            return (
                response.status,
                json.loads(text) if kind == "application/json" and text else text,
                response.headers,
            )
        finally:
            connection.close()

    @contextmanager
    def socket(self, token: str | None = None) -> Iterator["Socket"]:
        """A WebSocket."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        with connect(self.urls["websocket"], additional_headers=headers, max_size=None) as raw:
            yield Socket(raw)

    def close(self) -> None:
        """Close the doors, the service and the database."""
        self.run(self.doors.close())
        self.service.close()
        self.adapter.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Socket:
    """A WebSocket, in calls."""

    def __init__(self, raw: ClientConnection) -> None:
        self.raw = raw

    def call(self, method: str, params: Json = None, meta: Json = None) -> Json:
        """The result; raises Refusal."""
        return result(self.exchange(request(method, params, meta)))

    def exchange(self, message: bytes) -> Json:
        """The next message after this one."""
        self.raw.send(message, text=True)
        return self.receive()

    def receive(self) -> Json:
        """The next message."""
        return json.loads(self.raw.recv(timeout=_LONGEST_S))


class Grpc:
    """A channel, in calls."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._hello: Callable[..., bytes] = channel.unary_unary("/dbal.v1.DBAL/Hello")
        self._call: Callable[..., bytes] = channel.unary_unary("/dbal.v1.DBAL/Call")
        self.stream: Callable[..., Any] = channel.stream_stream(
            "/dbal.v1.DBAL/Stream", pb.CallRequest.SerializeToString, pb.CallReply.FromString
        )

    def hello(self) -> Json:
        """What Hello tells."""
        reply = pb.HelloReply.FromString(self._hello(b"", timeout=_LONGEST_S))
        return read_value(reply.hello)

    def call(
        self,
        method: str,
        params: Json = None,
        meta: pb.Meta | None = None,
        metadata: Metadata = (),
        timeout_s: float = _LONGEST_S,
    ) -> Json:
        """The result; raises grpc.RpcError."""
        asked = proto_request(method, params, meta).SerializeToString()
        return self.raw(asked, metadata, timeout_s)

    def raw(self, message: bytes, metadata: Metadata = (), timeout_s: float = _LONGEST_S) -> Json:
        """The result of any bytes."""
        answer = self._call(message, metadata=metadata, timeout=timeout_s)
        return read_value(pb.CallReply.FromString(answer).result)


def proto_request(method: str, params: Json = None, meta: pb.Meta | None = None) -> pb.CallRequest:
    """A CallRequest with an id of its own."""
    asked = pb.CallRequest(id=f"g{next(_ids)}", method=method, meta=meta)
    write_map(params or {}, asked.params)
    return asked


def status_details(error: grpc.RpcError) -> tuple[Json, Any]:
    """Of a failure: the ErrorDetail as JSON, and the whole rich status."""
    assert isinstance(error, grpc.Call)
    status = rpc_status.from_call(error)
    assert status is not None
    detail = pb.ErrorDetail()
    for part in status.details:
        part.Unpack(detail)
    told = {"name": detail.name, "code": detail.code, "retryable": detail.retryable}
    return {**told, "details": read_map(detail.details)}, status


def until(holds: Callable[[], bool]) -> None:
    """Wait for what will come soon."""
    deadline = time.monotonic() + _LONGEST_S
    while not holds():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


@contextmanager
def upgraded(serving: Serving) -> Iterator[socket.socket]:
    """A bare WebSocket that reads nothing by itself; it does not block."""
    with socket.socket() as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.settimeout(_LONGEST_S)
        raw.connect(("127.0.0.1", serving.port("websocket")))
        raw.sendall(
            b"GET /rpc HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += raw.recv(1)
        raw.settimeout(0)
        yield raw


def request(method: str, params: Json = None, meta: Json = None, **members: Json) -> bytes:
    """A message with an id of its own."""
    told = dict(params or {})
    if meta is not None:
        told["meta"] = meta
    asked = {"jsonrpc": "2.0", "id": next(_ids), "method": method, "params": told, **members}
    return json.dumps(asked).encode()


def result(reply: Json) -> Json:
    """The result of a reply; raises Refusal."""
    if "error" in reply:
        raise Refusal(reply["error"])
    return reply["result"]

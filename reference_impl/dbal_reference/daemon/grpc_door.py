"""gRPC: `dbal.v1`, with health and reflection (GRPC)."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from math import inf
from typing import Any, Final, TypeAlias

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio
from grpc_reflection.v1alpha import reflection
from grpc_status import rpc_status

from dbal_reference.daemon.address import Address, AddressError
from dbal_reference.daemon.core import Core
from dbal_reference.daemon.door import Limits, bearer
from dbal_reference.daemon.tls import Pem
from dbal_reference.errors import DbalError, EnvelopeError
from dbal_reference.wire.jsonrpc import Connection, Request
from dbal_reference.wire.protobuf import dbal_pb2 as pb
from dbal_reference.wire.protobuf.handler import ProtoHandler, Shape, call_reply, hello_reply

_Context: TypeAlias = "grpc.aio.ServicerContext[bytes, bytes]"

SERVICE: Final = pb.DESCRIPTOR.services_by_name["DBAL"].full_name
_SLACK: Final = 65_536  # around a message: what the limit of the library may be beyond ours


class GrpcDoor:
    """Calls one by one, or many on a stream, which is a connection of its own.

    Args:
        core: what answers.
        address: where to listen.
        limits: of connections and time.
        pem: of TLS; None is none.
    """

    name = "grpc"

    def __init__(
        self,
        core: Core,
        address: Address,
        limits: Limits,
        *,
        pem: Pem | None = None,
    ) -> None:
        self._core = core
        self._address = address
        self._limits = limits
        self._pem = pem
        self._handler = ProtoHandler(core.service)
        self._health = health_aio.HealthServicer()
        self._server: grpc.aio.Server | None = None
        self._streams = 0

    @property
    def connections(self) -> int:
        """Streams that are open; the library does not tell of more."""
        return self._streams

    async def open(self) -> str:
        """See `Door`."""
        server = grpc.aio.server(
            options=self._options(), maximum_concurrent_rpcs=self._limits.connections
        )
        server.add_generic_rpc_handlers((self._methods(),))
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        for name in (SERVICE, ""):
            await self._health.set(name, health_pb2.HealthCheckResponse.SERVING)
        names = (SERVICE, health_pb2.DESCRIPTOR.services_by_name["Health"].full_name)
        reflection.enable_server_reflection((*names, reflection.SERVICE_NAME), server)
        try:
            port = self._listen(server)
        except RuntimeError:
            raise AddressError(f"cannot listen at {self._address}") from None
        await server.start()
        self._server = server
        scheme = "grpc" if self._pem is None else "grpcs"
        return f"{scheme}://{Address(self._address.host, port)}"

    async def close(self) -> None:
        """See `Door`; what watches the health is told."""
        if self._server is not None:
            await self._health.enter_graceful_shutdown()
            await self._server.stop(self._limits.grace_s)

    def _listen(self, server: grpc.aio.Server) -> int:
        pem, address = self._pem, str(self._address)
        if pem is None:
            return server.add_insecure_port(address)
        credentials = grpc.ssl_server_credentials(
            [(pem.key, pem.certificate)],
            root_certificates=pem.client_ca,
            require_client_auth=pem.client_ca is not None,
        )
        return server.add_secure_port(address, credentials)

    def _options(self) -> list[tuple[str, Any]]:
        limits = self._core.limits
        return [
            ("grpc.so_reuseport", 0),  # a port that is taken is an error
            ("grpc.max_receive_message_length", limits["max_request_bytes"] + _SLACK),
            ("grpc.max_send_message_length", limits["max_reply_bytes"] + _SLACK),
            ("grpc.max_concurrent_streams", self._limits.in_flight),
            ("grpc.max_connection_idle_ms", int(self._limits.idle_s * 1000)),
            ("grpc.keepalive_time_ms", int(self._limits.ping_s * 1000)),
            ("grpc.keepalive_timeout_ms", int(self._limits.ping_s * 1000)),
            ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
            ("grpc.server_handshake_timeout_ms", int(self._limits.read_s * 1000)),
        ]

    def _methods(self) -> grpc.GenericRpcHandler:
        """Without (de)serializers: what is malformed gets an answer of ours."""
        return grpc.method_handlers_generic_handler(
            SERVICE,
            {
                "Hello": grpc.unary_unary_rpc_method_handler(self._hello),
                "Call": grpc.unary_unary_rpc_method_handler(self._call),
                "Stream": grpc.stream_stream_rpc_method_handler(self._stream),
            },
        )

    async def _hello(self, message: bytes, context: _Context) -> bytes:
        return await self._unary(self._handler.read_hello, message, context, hello_reply)

    async def _call(self, message: bytes, context: _Context) -> bytes:
        return await self._unary(self._handler.read_call, message, context, call_reply)

    async def _unary(
        self, read: Callable[[bytes], Request], message: bytes, context: _Context, shape: Shape
    ) -> bytes:
        peer = Connection(_token(context), stays=False, via=self.name)
        request = None
        try:
            request = read(message)
            reply = await self._do(request, peer, _latest(context), shape)
        except DbalError as error:
            self._core.observe(peer, request, error)
            await context.abort_with_status(self._status(error))
        self._core.observe(peer, request, None)
        return reply

    async def _do(self, request: Request, peer: Connection, latest: float, shape: Shape) -> bytes:
        def work(until: float) -> bytes:
            return self._handler.answer(request, peer, until, shape=shape)

        return await self._core.run(request, peer, work, latest)

    async def _stream(self, messages: AsyncIterator[bytes], context: _Context) -> None:
        del messages  # read one by one instead, not ahead
        stream = _Stream(self, context, self._limits)
        self._streams += 1
        try:
            await stream.run()
        finally:
            self._streams -= 1
            await asyncio.shield(self._leave(stream))

    async def _leave(self, stream: "_Stream") -> None:
        await self._core.leave(stream.peer)
        if stream.calls:
            await asyncio.wait(stream.calls)
            await self._core.leave(stream.peer)
        self._core.forget(stream.peer)

    async def answer(self, message: bytes, peer: Connection, latest: float) -> bytes:
        """The reply to one message of a stream."""
        request = None
        try:
            request = self._handler.read_call(message)
            reply = await self._entered(request, peer, latest)
        except DbalError as error:
            self._core.observe(peer, request, error)
            told = not isinstance(error, EnvelopeError) or error.details["reason"] != "duplicate_id"
            call_id = str(request.call_id) if request is not None and told else ""
            return self._handler.failure(call_id, error)
        self._core.observe(peer, request, None)
        return reply

    async def _entered(self, request: Request, peer: Connection, latest: float) -> bytes:
        """Do a call whose id no other call in flight has."""
        if not peer.enter(str(request.call_id)):
            raise EnvelopeError(reason="duplicate_id")
        try:
            return await self._do(request, peer, latest, call_reply)
        finally:
            peer.leave(str(request.call_id))

    def _status(self, error: DbalError) -> grpc.Status:
        """A failure with its details (GRPC-ERR-001)."""
        detail = self._handler.detail(error)
        info = error_details_pb2.ErrorInfo(reason=error.name, domain="dbal")
        details = [info, detail]
        if error.name == "VALIDATION_ERROR":
            details.append(_bad_request(error))
        if error.name == "RATE_LIMIT_EXCEEDED":
            wait = duration_pb2.Duration(seconds=error.details["retryAfter"])
            details.append(error_details_pb2.RetryInfo(retry_delay=wait))
        status = status_pb2.Status(
            code=code_pb2.Code.Value(self._handler.status(error)), message=error.message
        )
        for part in details:
            packed = any_pb2.Any()
            packed.Pack(part)
            status.details.append(packed)
        return rpc_status.to_status(status)


class _Stream:
    """One stream, and its calls."""

    def __init__(self, door: GrpcDoor, context: _Context, limits: Limits) -> None:
        self._door = door
        self._context = context
        self._write_s = limits.write_s
        self._slots = asyncio.Semaphore(limits.in_flight)
        self._writing = asyncio.Lock()
        self._latest = _latest(context)
        self.peer = Connection(_token(context), via=door.name)
        self.calls: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Take calls until the client has no more, and answer them all."""
        while True:
            await self._slots.acquire()
            message = await self._context.read()
            if not isinstance(message, bytes):  # grpc.aio.EOF
                break
            call = asyncio.create_task(self._answer(message))
            self.calls.add(call)
            call.add_done_callback(self.calls.discard)
        if self.calls:
            await asyncio.wait(self.calls)

    async def _answer(self, message: bytes) -> None:
        reply = await self._door.answer(message, self.peer, self._latest)
        with suppress(grpc.aio.AbortError, grpc.aio.UsageError, asyncio.TimeoutError):
            async with self._writing, asyncio.timeout(self._write_s):
                await self._context.write(reply)
        self._slots.release()


def _bad_request(error: DbalError) -> error_details_pb2.BadRequest:
    violations = [
        error_details_pb2.BadRequest.FieldViolation(
            field=entry["field"], description=f"{entry['code']}: {entry['message']}"
        )
        for entry in error.details.get("fields", ())
    ]
    return error_details_pb2.BadRequest(field_violations=violations)


def _latest(context: _Context) -> float:
    """When the deadline of gRPC passes (GRPC-META-001)."""
    left_s: float | None = context.time_remaining()  # None: there is none, whatever the stub says
    return inf if left_s is None else time.monotonic() + left_s


def _token(context: _Context) -> str | None:
    values = [
        value if isinstance(value, str) else value.decode("latin-1")
        for key, value in context.invocation_metadata() or ()
        if key == "authorization"
    ]
    return bearer(", ".join(values)) if values else None

"""A target behind gRPC: the service `dbal.v1.DBAL` (contract.md, GRPC-*)."""

import threading
from time import monotonic
from typing import Any, Final

import grpc
from google.protobuf.message import DecodeError

from dbal_conform.core.errors import (
    CouldNotRunError,
    TargetError,
    TargetProtocolError,
    TargetTimeoutError,
)
from dbal_conform.core.messages import Fault, Json, RawReply, RawRequest, Reply, Request, Value
from dbal_conform.transports import Opening, jsonrpc, protobuf
from dbal_conform.transports.lanes import Lanes
from dbal_conform.transports.stream import Address, ClosedError, Stream, address_of

_SERVICE: Final = "dbal.v1.DBAL"
_DETAILS: Final = "grpc-status-details-bin"
_PROBE_S: Final = 2.0


class Grpc:
    """See `Transport`. Each thread that asks has a channel of its own."""

    keeps_lines = True

    def __init__(self, opening: Opening) -> None:
        self.reply_limit = jsonrpc.REPLY_LIMIT
        url, authority = opening.url, opening.authority
        self._address = address_of(url, "grpc", "grpcs", authority=authority)
        trusted = authority.read_bytes() if authority is not None else None
        self._lanes = Lanes(lambda _: _Lane(self._address, trusted))

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        """Make one `Call`; see `Transport.exchange`."""
        message = protobuf.request_of(request)
        try:
            # Read as a stream, which a call with one reply is too: else the library would take the
            # first and hide a second.
            replies = list(self._lanes.mine(timeout_s).call(message, timeout=timeout_s))
        except grpc.RpcError as error:
            try:
                return self._fault(request.id, error, timeout_s)
            except TargetError:
                self._lanes.drop()
                raise
        if len(replies) != 1:
            raise TargetProtocolError(f"RPC-MSG-002: {len(replies)} replies to one request")
        if len(replies[0]) > self.reply_limit:
            raise TargetProtocolError(f"the reply is longer than {self.reply_limit} bytes")
        return _result(request.id, replies[0])

    def exchange_raw(self, raw: RawRequest, *, timeout_s: float) -> RawReply:
        """Make a call of any method; see `Transport.exchange_raw`.

        `message` is the JSON form of protobuf, and so is the reply's. Of a method that is named in
        full, such as `/grpc.health.v1.Health/Check`, both are `{hex: "0801"}`. `Stream` takes
        `{calls: [...]}` and gives a list.
        """
        if raw.kind != "grpc" or not isinstance(raw.payload, dict):
            raise CouldNotRunError(f"grpc has no raw messages of kind {raw.kind!r}")
        method, sent = _written(raw.payload)
        metadata = raw.payload.get("metadata")
        given = metadata.items() if isinstance(metadata, dict) else ()
        channel = self._lanes.mine(timeout_s).channel
        # A call with one message and one reply is a stream of one each.
        ask = channel.stream_stream(method, lambda m: m, lambda m: m)
        until = monotonic() + timeout_s
        came: list[bytes] = []
        call = ask(iter(sent), timeout=timeout_s, metadata=[(str(k), str(v)) for k, v in given])
        try:
            for reply in call:
                came.append(reply)
                if len(came) == len(sent) and method.endswith("ServerReflectionInfo"):
                    break  # it waits for more
        except grpc.RpcError as error:
            return self._raw_fault(raw.id, error, until)
        json: Any = [_shown(method, reply) for reply in came]
        if not method.endswith("/Stream"):
            json = json[0] if json else None
        return RawReply(raw.id, json=json, grpc_code="OK")

    def disturb(self, fault: str) -> None:
        """Break this thread's channel; see `Transport.disturb`."""
        if fault == "drop":
            self._lanes.drop()
        else:
            raise CouldNotRunError("a channel of gRPC cannot be closed one way")

    def close(self) -> None:
        """Close all channels; may be called twice."""
        self._lanes.close()

    def _fault(self, request_id: int, error: Any, timeout_s: float) -> Fault:  # noqa: ANN401 -- grpc has no types
        status = _status_of(error)
        if status is None:
            raise self._undetailed(error, timeout_s)
        details = _details(status)
        told, info = details.get("ErrorDetail"), details.get("ErrorInfo")
        if told is None or info is None or info.domain != "dbal" or info.reason != told.name:
            raise TargetProtocolError(
                f"GRPC-ERR-001: status {error.code().name} without ErrorInfo and ErrorDetail that"
                f" agree: {error.details()!r:.200}"
            )
        return Fault(
            request_id,
            told.name,
            told.code,
            told.retryable,
            protobuf.mapping(told.details),
            told.message,
        )

    def _raw_fault(self, raw_id: int, error: Any, until: float) -> RawReply:  # noqa: ANN401 -- see above
        status = _status_of(error)
        code = error.code()
        if status is None and code in _NO_ANSWER:
            raise self._undetailed(error, until - monotonic())
        details: dict[str, Json] = {}
        if status is not None:
            details = {name: protobuf.shown(each) for name, each in _details(status).items()}
        return RawReply(raw_id, grpc_code=code.name, grpc_details=details)

    def _undetailed(self, error: Any, timeout_s: float) -> TargetError:  # noqa: ANN401 -- see above
        """Return what a status means that the target did not make, but its library or ours."""
        code, words = error.code(), f"{error.details()!r:.200}"
        if code is grpc.StatusCode.DEADLINE_EXCEEDED:
            return TargetTimeoutError(f"no reply in {timeout_s:.1f} s")
        if code is grpc.StatusCode.UNAVAILABLE:
            try:
                # The library tells in words alone why; looked at closely, it is one of these.
                Stream(self._address, timeout_s=_PROBE_S, alpn="h2").close()
            except TargetError as found:
                return found
            return ClosedError(f"the connection broke: {words}")
        return TargetProtocolError(f"GRPC-ERR-001: status {code.name} without details: {words}")


_NO_ANSWER: Final = frozenset({grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNAVAILABLE})


class _Lane:
    """One channel; its connection is made when the first call is."""

    def __init__(self, address: Address, authority: bytes | None) -> None:
        options = [
            ("grpc.max_receive_message_length", jsonrpc.HIGHEST_LIMIT),
            ("grpc.max_send_message_length", -1),
            ("grpc.use_local_subchannel_pool", 1),  # or threads would share connections
            ("grpc.enable_retries", 0),  # a call goes out once
            ("grpc.initial_reconnect_backoff_ms", 50),
            ("grpc.max_reconnect_backoff_ms", 250),
        ]
        self._open = True
        self._lock = threading.Lock()
        if address.tls is None:
            self.channel: Any = grpc.insecure_channel(address.authority, options)
        else:
            trusted = grpc.ssl_channel_credentials(authority)
            self.channel = grpc.secure_channel(address.authority, trusted, options)
        self.call: Any = self.channel.unary_stream(
            f"/{_SERVICE}/Call",
            request_serializer=protobuf.CallRequest.SerializeToString,
            response_deserializer=lambda data: data,
        )

    @property
    def usable(self) -> bool:
        """See `Lane`; the library mends its connections by itself."""
        return self._open

    def half_close(self) -> None:
        """There is no such thing."""

    def close(self) -> None:
        """Close it; may be called twice."""
        with self._lock:
            self._open = False
            self.channel.close()


def _result(request_id: int, data: bytes) -> Value:
    try:
        reply = protobuf.CallReply.FromString(data)
    except DecodeError as error:
        raise TargetProtocolError(f"GRPC-SVC-001: not a CallReply: {error}") from error
    if reply.id != str(request_id):
        raise TargetProtocolError(
            f"RPC-MSG-002: the reply has id {reply.id!r:.80}, the request {request_id}"
        )
    if reply.WhichOneof("outcome") != "result":
        raise TargetProtocolError("GRPC-ERR-001: a reply of Call without result")
    return Value(request_id, protobuf.read(reply.result))


def _status_of(error: Any) -> Any:  # noqa: ANN401 -- grpc has no types; a Status or None
    for name, value in error.trailing_metadata() or ():
        if name == _DETAILS:
            try:
                return protobuf.Status.FromString(value)
            except DecodeError as broken:
                raise TargetProtocolError(f"GRPC-ERR-001: {_DETAILS}: {broken}") from broken
    return None


def _details(status: Any) -> dict[str, Any]:  # noqa: ANN401 -- a Status
    try:
        return protobuf.details_of(status)
    except DecodeError as error:
        raise TargetProtocolError(f"GRPC-ERR-001: details of a status: {error}") from error


def _written(payload: dict[str, Json]) -> tuple[str, list[bytes]]:
    """Return the path of the method and the messages to send."""
    name, written = str(payload.get("method")), payload.get("message")
    match name, written:
        case "Stream", {"calls": list(calls)}:
            messages = [protobuf.parse(protobuf.CallRequest, call) for call in calls]
        case "Call", _:
            messages = [protobuf.parse(protobuf.CallRequest, written)]
        case "Hello", _:
            messages = [protobuf.parse(protobuf.HelloRequest, written)]
        case _, dict() if name.startswith("/"):
            return name, [bytes.fromhex(str(written.get("hex", "")))]
        case _:
            raise CouldNotRunError(f"grpc: no method {name!r}, or not with that message")
    return f"/{_SERVICE}/{name}", [each.SerializeToString() for each in messages]


def _shown(method: str, data: bytes) -> Json:
    service, _, name = method[1:].partition("/")
    if service != _SERVICE:
        return {"hex": data.hex()}
    kind = protobuf.HelloReply if name == "Hello" else protobuf.CallReply
    try:
        return protobuf.shown(kind.FromString(data))
    except DecodeError as error:
        raise TargetProtocolError(f"GRPC-SVC-001: not the reply of {name}: {error}") from error

"""Messages of `dbal.v1` around the service: what `wire.jsonrpc` is for JSON (GRPC-SVC)."""

from collections.abc import Callable
from math import inf
from time import monotonic
from typing import Any, Final, TypeAlias

from google.protobuf.message import DecodeError

from dbal_reference.errors import DbalError, EnvelopeError, ValidationFailedError
from dbal_reference.service import Service
from dbal_reference.wire.jsonrpc import TOO_LONG, Connection, Request
from dbal_reference.wire.protobuf import dbal_pb2 as pb
from dbal_reference.wire.protobuf.values import NoKindError, read_map, write_map, write_value

_META: Final = {
    "token": "token",
    "tenant": "tenant",
    "deadline_ms": "deadlineMs",
    "tx": "tx",
    "request_id": "requestId",
    "consistency": "consistency",
    "contract": "contract",
}

Reply: TypeAlias = pb.CallReply | pb.HelloReply
Shape: TypeAlias = Callable[[str, Any], Reply]


class ProtoHandler:
    """Answers messages; any number of threads may call it at once."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._schema = service.schema
        self._most_request = service.schema.limits["max_request_bytes"]
        self._most_reply = service.schema.limits["max_reply_bytes"]
        self._id_length = service.schema.limits["request_id_length"]

    def read_call(self, message: bytes) -> Request:
        """What a CallRequest asks.

        Raises:
            EnvelopeError: it is none, or malformed.
        """
        received = monotonic()
        call = pb.CallRequest()
        self._parse(call, message)
        if len(call.id) > self._id_length:
            raise EnvelopeError(reason="invalid_request")
        try:
            params = read_map(call.params)
        except NoKindError:
            raise EnvelopeError(reason="invalid_params") from None
        if "meta" in params:  # it has a place of its own
            raise EnvelopeError(reason="invalid_params")
        if call.HasField("meta"):
            params["meta"] = _meta(call.meta)
        return Request(call.id, call.method, params, received)

    def read_hello(self, message: bytes) -> Request:
        """What a HelloRequest asks: the call of `dbal.hello`.

        Raises:
            EnvelopeError: it is none.
        """
        received = monotonic()
        hello = pb.HelloRequest()
        self._parse(hello, message)
        params = {"meta": _meta(hello.meta)} if hello.HasField("meta") else {}
        return Request("", "dbal.hello", params, received)

    def answer(
        self, request: Request, peer: Connection, latest: float = inf, *, shape: Shape
    ) -> bytes:
        """Do what is asked; the reply as bytes.

        Args:
            request: of `read_call` or `read_hello`.
            peer: by which it came.
            latest: an instant (monotonic) at which it times out at the latest.
            shape: makes a message of id and result.

        Raises:
            DbalError: it failed.
        """

        def render(result: Any) -> bytes:  # noqa: ANN401 -- any JSON
            reply = shape(str(request.call_id), result)
            if reply.ByteSize() > self._most_reply:
                raise ValidationFailedError(fields=[TOO_LONG])
            return reply.SerializeToString()

        message: bytes = self._service.call(
            request.method,
            request.params,
            token=peer.token,
            peer=peer if peer.stays else None,
            received=request.received,
            latest=latest,
            render=render,
        )
        return message

    def failure(self, call_id: str, error: DbalError) -> bytes:
        """The CallReply of a Stream that tells of a failure."""
        return pb.CallReply(id=call_id, error=self.detail(error)).SerializeToString()

    def detail(self, error: DbalError) -> pb.ErrorDetail:
        """A failure as `dbal.v1` tells it."""
        spec = self._schema.errors[error.name]
        code = spec.code
        if isinstance(error, EnvelopeError):
            code = self._schema.envelope[error.details["reason"]].code
        told = pb.ErrorDetail(
            name=error.name, code=code, message=error.message, retryable=spec.retryable
        )
        write_map(error.details, told.details)
        return told

    def status(self, error: DbalError) -> str:
        """The name of the gRPC status of a failure (section 6)."""
        spec = self._schema.errors[error.name]
        return spec.grpc_by_reason.get(error.details.get("reason", ""), spec.grpc)

    def _parse(self, into: pb.CallRequest | pb.HelloRequest, message: bytes) -> None:
        if len(message) > self._most_request:
            raise EnvelopeError(reason="too_large")
        try:
            into.ParseFromString(message)
        except DecodeError:  # also where it is nested too deeply
            raise EnvelopeError(reason="parse_error") from None


def call_reply(call_id: str, result: Any) -> pb.CallReply:  # noqa: ANN401 -- any JSON
    """The reply to a call that succeeded."""
    reply = pb.CallReply(id=call_id)
    write_value(result, reply.result)
    return reply


def hello_reply(call_id: str, result: Any) -> pb.HelloReply:  # noqa: ANN401, ARG001 -- any JSON; a Shape
    """The reply to Hello."""
    reply = pb.HelloReply()
    write_value(result, reply.hello)
    return reply


def _meta(meta: pb.Meta) -> dict[str, Any]:
    """The members that are set, under their names in JSON."""
    return {_META[field.name]: value for field, value in meta.ListFields()}

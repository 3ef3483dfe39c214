"""JSON-RPC 2.0 messages: bytes to bytes around the service (contract.md section 16)."""

from math import inf
from threading import Lock
from time import monotonic
from typing import Any, Final

import msgspec

from dbal_reference.errors import DbalError, EnvelopeError, ValidationFailedError
from dbal_reference.service import Service
from dbal_reference.wire.json_text import JsonTextError, decode

_MEMBERS: Final = frozenset({"jsonrpc", "id", "method", "params"})
_ENCODER = msgspec.json.Encoder()

Id = str | int | float | None


class Request(msgspec.Struct, frozen=True):
    """One call as it came; its id is in flight until it is answered."""

    call_id: str | int | float
    method: str
    params: Any
    received: float  # time.monotonic()

    @property
    def meta(self) -> dict[str, Any]:
        """What `meta` holds, not yet judged."""
        meta = self.params.get("meta") if type(self.params) is dict else None
        return meta if type(meta) is dict else {}


class Reply(msgspec.Struct, frozen=True):
    """One message, and the failure that it tells of, if it does."""

    body: bytes
    error: DbalError | None = None


class Connection:
    """One peer: the ids of its calls in flight, and a token that stands for all of them.

    Args:
        token: what its peer showed when it connected; `meta.token` overrides it.
        stays: transactions begun on it end with it; false where each request may come by another.
        via: by what it came, for logs.
    """

    def __init__(self, token: str | None = None, *, stays: bool = True, via: str = "") -> None:
        self.token = token
        self.stays = stays
        self.via = via
        self._in_flight: set[str | int | float] = set()
        self._lock = Lock()

    def enter(self, call_id: str | float) -> bool:
        """Take an id into use; False if a call that bears it has not been answered yet."""
        with self._lock:
            if call_id in self._in_flight:
                return False
            self._in_flight.add(call_id)
            return True

    def leave(self, call_id: str | float) -> None:
        """Free an id: it may be used again after its reply (RPC-MSG-006)."""
        with self._lock:
            self._in_flight.discard(call_id)


class Handler:
    """Answers messages; any number of threads may call it at once."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._schema = service.schema
        self._most_request = service.schema.limits["max_request_bytes"]
        self._most_reply = service.schema.limits["max_reply_bytes"]
        self._depth = service.schema.limits["envelope_depth"]
        self._id_length = service.schema.limits["request_id_length"]

    def handle(self, message: bytes, connection: Connection | None = None) -> bytes:
        """One reply to one message, whatever it holds; never raises."""
        peer = connection or Connection()
        request = self.read(message, peer)
        return (request if isinstance(request, Reply) else self.answer(request, peer)).body

    def read(self, message: bytes, peer: Connection) -> Request | Reply:
        """What a message asks, to be given to `answer`; or the reply that refuses it."""
        received = monotonic()
        try:
            request = self._envelope(message)
        except _RefusedError as refusal:
            return self.refuse(refusal.reason, refusal.call_id)
        call_id = request["id"]
        if not peer.enter(call_id):
            return self.refuse("duplicate_id")
        return Request(call_id, request["method"], request.get("params", {}), received)

    def answer(self, request: Request, peer: Connection, latest: float = inf) -> Reply:
        """Do what a request asks; its id may be used again.

        Args:
            request: of `read`, once.
            peer: by which it came.
            latest: an instant (monotonic) at which it times out at the latest.
        """
        try:
            return Reply(self._call(request, peer, latest))
        except DbalError as error:
            return Reply(self._failure(request.call_id, error), error)
        finally:
            peer.leave(request.call_id)

    def refuse(self, reason: str, call_id: Id = None) -> Reply:
        """The reply to what is no request; `reason` is a key of `envelope` in errors.yaml."""
        error = EnvelopeError(reason=reason)
        return Reply(self._failure(call_id, error), error)

    def code(self, error: DbalError) -> int:
        """`error.code` of the reply: that of the name, or below zero that of the envelope."""
        if isinstance(error, EnvelopeError):
            return self._schema.envelope[error.details["reason"]].code
        return self._schema.errors[error.name].code

    def leave(self, connection: Connection) -> None:
        """Roll back what was begun on a connection that is closed (TXN-BASE-006)."""
        self._service.leave(connection)

    def _call(self, request: Request, peer: Connection, latest: float) -> bytes:
        def render(result: Any) -> bytes:  # noqa: ANN401 -- any JSON
            reply = _ENCODER.encode({"jsonrpc": "2.0", "id": request.call_id, "result": result})
            if len(reply) > self._most_reply:
                raise ValidationFailedError(fields=[TOO_LONG])
            return reply

        reply: bytes = self._service.call(
            request.method,
            request.params,
            token=peer.token,
            peer=peer if peer.stays else None,
            received=request.received,
            latest=latest,
            render=render,
        )
        return reply

    def _envelope(self, message: bytes) -> dict[str, Any]:
        """The request, its shape and id judged (check 1, but for params and method)."""
        if len(message) > self._most_request:
            raise _RefusedError("too_large")
        try:
            request = decode(message, depth=self._depth)
        except JsonTextError:
            raise _RefusedError("parse_error") from None
        if type(request) is not dict:
            raise _RefusedError("invalid_request")
        if not self._is_id(request.get("id")):
            raise _RefusedError("invalid_request")
        if (
            request.get("jsonrpc") != "2.0"
            or type(request.get("method")) is not str
            or not request.keys() <= _MEMBERS
        ):
            raise _RefusedError("invalid_request", request["id"])
        return request

    def _is_id(self, value: Any) -> bool:  # noqa: ANN401 -- any JSON
        """A string of at most 128 characters, or a number without fraction."""
        match value:
            case bool():
                return False
            case str():
                return len(value) <= self._id_length and _is_text(value)
            case float():
                return value.is_integer()
            case int():
                return True
            case _:
                return False

    def _failure(self, call_id: Id, error: DbalError) -> bytes:
        retryable = self._schema.errors[error.name].retryable
        data = {"name": error.name, "details": error.details, "retryable": retryable}
        body = {"code": self.code(error), "message": error.message, "data": data}
        return _encode_failure({"jsonrpc": "2.0", "id": call_id, "error": body})


TOO_LONG: Final = {
    "field": "limit",
    "code": "limit",
    "message": "the reply would be too long: ask for fewer rows",
}


class _RefusedError(Exception):
    """The message is no request; `call_id` is its id if that much could be made out."""

    def __init__(self, reason: str, call_id: Id = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.call_id = call_id


def _encode_failure(reply: dict[str, Any]) -> bytes:
    """A field path may hold a lone surrogate that the caller sent as a name: write it escaped."""
    try:
        return _ENCODER.encode(reply)
    except UnicodeEncodeError:
        return _ENCODER.encode(_printable(reply))


def _printable(value: Any) -> Any:  # noqa: ANN401 -- any JSON
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode("utf-8")
        case dict():
            return {key: _printable(member) for key, member in value.items()}
        case list():
            return [_printable(item) for item in value]
        case _:
            return value


def _is_text(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True

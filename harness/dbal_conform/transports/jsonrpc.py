"""JSON-RPC 2.0 as section 16 of the contract narrows it: requests to bytes, bytes to replies."""

import json
from typing import Any

import msgspec

from dbal_conform.core.errors import InputError, TargetProtocolError
from dbal_conform.core.messages import Fault, Json, RawRequest, Reply, Request, Value

MAX_DEPTH = 128  # as for requests; the deepest honest reply is a tree of 32 levels (CMP-MOVE-005)
REPLY_LIMIT = 17 * 1024 * 1024  # maxReplyBytes is at least 16 MiB (RPC-MSG-008), and some slack
HIGHEST_LIMIT = 65 * 1024 * 1024  # whatever the target claims, no more is taken in

_SHOWN = 80  # characters of a broken reply that an error quotes


class _Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    details: dict[str, Any]
    retryable: bool


class _Error(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: int
    message: str
    data: _Data


class _Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    jsonrpc: str
    id: Any
    result: Any = msgspec.UNSET
    error: _Error | msgspec.UnsetType = msgspec.UNSET


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Reply).decode
_decode_any = msgspec.json.Decoder().decode


def encode(request: Request) -> bytes:
    """Write `request` as one message; empty `meta` is left out (CALL-ARGS-005)."""
    params = {**request.args, "meta": request.meta} if request.meta else request.args
    message = {"jsonrpc": "2.0", "id": request.id, "method": request.method, "params": params}
    try:
        return _encode(message)
    except UnicodeEncodeError:
        # A lone surrogate cannot be UTF-8, but JSON can escape it: a vector may send one.
        return json.dumps(message, ensure_ascii=True, allow_nan=False).encode()


def raw_message(raw: RawRequest) -> bytes | None:
    """Return the bytes of one message written as `json`, `bytes` or `line`; else None.

    A line is a message without its end.
    """
    payload = raw.payload
    match raw.kind:
        case "json" | "line" if isinstance(payload, str):
            text = payload.removesuffix("\n") if raw.kind == "line" else payload
            return text.encode("utf-8", "surrogatepass")
        case "bytes" if isinstance(payload, str):
            try:
                return bytes.fromhex(payload)
            except ValueError as error:
                raise InputError(f"raw bytes {payload[:40]!r}: write hexadecimal") from error
        case _:
            return None


def decode(raw: object, request_id: int, *, limit: int = REPLY_LIMIT) -> Reply:
    """Read the reply to the request with that id.

    Raises:
        TargetProtocolError: it is too long, too deep, not JSON, or not a reply to that request.
    """
    checked = check(raw, limit=limit)
    try:
        reply = _decode(checked)
    except msgspec.ValidationError as error:
        raise TargetProtocolError(f"RPC-MSG-003: not a reply: {error}: {quote(checked)}") from error
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise TargetProtocolError(f"not JSON: {error}: {quote(checked)}") from error
    if reply.jsonrpc != "2.0":
        raise TargetProtocolError(f"RPC-MSG-002: jsonrpc is {reply.jsonrpc!r}, not '2.0'")
    if type(reply.id) is not int or reply.id != request_id:
        raise TargetProtocolError(
            f"RPC-MSG-002: the reply has id {reply.id!r:.80}, the request {request_id}"
        )
    members = reply.result if reply.error is msgspec.UNSET else reply.error.data.details
    refuse_deep(checked, [members])
    return _outcome(reply, request_id)


def decode_any(raw: object, *, limit: int = REPLY_LIMIT) -> Json:
    """Read what came of a raw message: any JSON.

    Raises:
        TargetProtocolError: it is too long, too deep or not JSON.
    """
    checked = check(raw, limit=limit)
    try:
        document: Json = _decode_any(checked)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise TargetProtocolError(f"not JSON: {error}: {quote(checked)}") from error
    if isinstance(document, (dict, list)):
        refuse_deep(checked, document)
    return document


def check(raw: object, *, limit: int) -> bytes:
    """Return `raw` when it is bytes that may safely be parsed.

    Raises:
        TargetProtocolError: it is not.
    """
    if not isinstance(raw, bytes):
        raise TargetProtocolError(f"answered with {type(raw).__name__}, not bytes")
    if len(raw) > limit:
        raise TargetProtocolError(f"the reply has {len(raw)} bytes, more than {limit}")
    return raw


def refuse_deep(raw: bytes, document: object) -> None:
    """Check how deep `document`, parsed from `raw`, is nested.

    Raises:
        TargetProtocolError: deeper than `MAX_DEPTH`: no reader has to follow it.
    """
    # Counting brackets is done in C and settles nearly every reply; only the rest is walked.
    if raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH:
        return
    level: list[Any] = [document]
    for _ in range(MAX_DEPTH + 1):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return
    raise TargetProtocolError(f"the reply is nested deeper than {MAX_DEPTH}")


def _outcome(reply: _Reply, request_id: int) -> Reply:
    error = reply.error
    if isinstance(error, msgspec.UnsetType):
        if reply.result is msgspec.UNSET:
            raise TargetProtocolError("RPC-MSG-002: the reply has neither result nor error")
        return Value(request_id, reply.result)
    if reply.result is not msgspec.UNSET:
        raise TargetProtocolError("RPC-MSG-002: the reply has both result and error")
    data = error.data
    return Fault(request_id, data.name, error.code, data.retryable, data.details, error.message)


def quote(raw: bytes) -> str:
    """Return the beginning of what came, as an error quotes it."""
    return repr(raw[:_SHOWN].decode("utf-8", "replace")) + ("..." if len(raw) > _SHOWN else "")

"""The words of the wire: one request out, one reply back, nothing else."""

from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from dbal_conform.core.errors import Silent

if TYPE_CHECKING:
    Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
else:
    Json = Any  # msgspec cannot follow an alias that names itself


class Request(msgspec.Struct, frozen=True):
    """One call asked of a target; `id` counts from 1 within a trial, over all its passes."""

    id: int
    method: str
    args: dict[str, Json] = {}
    meta: dict[str, Json] = {}


class RawRequest(msgspec.Struct, frozen=True):
    """A message outside the client's grammar: `kind` is json, bytes, frames, http, grpc or line.

    `quiet_ms` is how long to listen where no answer may come; None waits for one.
    """

    id: int
    kind: str
    payload: Json
    quiet_ms: int | None = None


class Value(msgspec.Struct, frozen=True, tag_field="kind", tag="value"):
    """The target did as asked."""

    id: int
    value: Json = None


class Fault(msgspec.Struct, frozen=True, tag_field="kind", tag="fault"):
    """The target refused. Members are as they came on the wire, not yet judged."""

    id: int
    name: str
    code: int
    retryable: bool
    details: dict[str, Json] = {}
    message: str = ""


class RawReply(msgspec.Struct, frozen=True, tag_field="kind", tag="raw"):
    """What came of a raw message: any of a JSON body, an HTTP status, a close code, a silence."""

    id: int
    json: Json | msgspec.UnsetType = msgspec.UNSET
    http_status: int | None = None
    http_headers: dict[str, str] = {}
    close_code: int | None = None
    grpc_code: str | None = None
    grpc_details: Json | msgspec.UnsetType = msgspec.UNSET
    silent_ms: int | None = None


class Silence(msgspec.Struct, frozen=True, tag_field="kind", tag="silence"):
    """No usable reply came. Made by a shell, never sent on the wire; `reason` is for people."""

    id: int
    how: Silent
    reason: str


Reply: TypeAlias = Value | Fault
Outcome: TypeAlias = Value | Fault | RawReply | Silence

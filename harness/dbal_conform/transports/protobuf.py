"""The messages of `dbal.v1`, and their values as JSON and back.

The classes are made at run time from a descriptor set that protoc wrote, since code that it writes
works with few versions of the protobuf package only. A test holds the set against schema/proto.
"""

import re
from importlib.resources import files
from typing import Any, Final

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from google.protobuf.message import Message

from dbal_conform.core.errors import InexpressibleError, InputError, TargetProtocolError
from dbal_conform.core.messages import Json, Request

DESCRIPTORS: Final = "dbal_v1.binpb"
SAFE: Final = 2**53 - 1  # beyond it JSON tags an integer, and gRPC never does
_INT64: Final = range(-(2**63), 2**63)
_DIGITS: Final = re.compile(r"-?(?:0|[1-9][0-9]*)", re.ASCII)


def _pool() -> descriptor_pool.DescriptorPool:
    pool = descriptor_pool.DescriptorPool()
    written = files("dbal_conform.transports").joinpath(DESCRIPTORS).read_bytes()
    for file in descriptor_pb2.FileDescriptorSet.FromString(written).file:
        pool.Add(file)
    return pool


_POOL: Final = _pool()


def _class(name: str) -> Any:  # noqa: ANN401 -- made at run time
    return message_factory.GetMessageClass(_POOL.FindMessageTypeByName(name))


CallRequest: Final = _class("dbal.v1.CallRequest")
CallReply: Final = _class("dbal.v1.CallReply")
HelloRequest: Final = _class("dbal.v1.HelloRequest")
HelloReply: Final = _class("dbal.v1.HelloReply")
ErrorDetail: Final = _class("dbal.v1.ErrorDetail")
Status: Final = _class("google.rpc.Status")

# Members of `meta` and their fields; `Meta` has no others.
_META: Final = {
    "token": "token",
    "tenant": "tenant",
    "deadlineMs": "deadline_ms",
    "tx": "tx",
    "requestId": "request_id",
    "consistency": "consistency",
    "contract": "contract",
}


def request_of(request: Request) -> Any:  # noqa: ANN401 -- a CallRequest
    """Return one call as a message.

    Raises:
        InexpressibleError: `Meta` has no such member, or not of that type.
    """
    message = CallRequest(id=str(request.id), method=request.method)
    _write_members(message.params, request.args)
    for name, member in request.meta.items():
        if member is None:
            continue  # as left out (contract.md section 20)
        if name not in _META:
            raise InexpressibleError(f"the Meta of gRPC has no member {name!r}")
        try:
            setattr(message.meta, _META[name], member)
        except (TypeError, ValueError) as error:
            raise InexpressibleError(f"the Meta of gRPC cannot hold {name} so: {error}") from error
    return message


def write(value: Any, json: Json) -> None:  # noqa: ANN401 -- a Value
    """Set a `Value` to what JSON says; a tagged bigint becomes an int64.

    Raises:
        InexpressibleError: it holds text that is no UTF-8.
    """
    match json:
        case None:
            value.null_value = 0
        case bool():
            value.bool_value = json
        case int() | float():
            _write_number(value, json)
        case str():
            value.string_value = _utf8(json)
        case {"$bigint": str(digits)} if len(json) == 1 and _DIGITS.fullmatch(digits):
            value.int64_value = _int64(digits)
        case list():
            value.list_value.SetInParent()
            for item in json:
                write(value.list_value.items.add(), item)
        case dict():
            _write_members(value.map_value, json)


def _write_members(mapping_: Any, members: dict[str, Json]) -> None:  # noqa: ANN401 -- a MapValue
    mapping_.SetInParent()
    for name, member in members.items():
        write(mapping_.members[_utf8(name)], member)


def read(value: Any, depth: int = 0) -> Json:  # noqa: ANN401 -- a Value
    """Return a `Value` as JSON has it: an int64 beyond 2^53-1 is tagged there (TYP-NUM-003).

    Raises:
        TargetProtocolError: it has no kind, or holds bytes.
    """
    kind = value.WhichOneof("kind")
    match kind:
        case "null_value":
            return None
        case "map_value":
            return mapping(value.map_value, depth)
        case "list_value":
            return [read(item, depth + 1) for item in value.list_value.items]
        case "int64_value":
            whole: int = value.int64_value
            return whole if -SAFE <= whole <= SAFE else {"$bigint": str(whole)}
        case "bool_value" | "double_value" | "string_value":
            plain: Json = getattr(value, kind)
            return plain
        case _:
            raise TargetProtocolError(f"GRPC-VAL-002: a value of kind {kind}")


def mapping(value: Any, depth: int = 0) -> dict[str, Json]:  # noqa: ANN401 -- a MapValue
    """Return a `MapValue` as a JSON object; see `read`."""
    return {name: read(member, depth + 1) for name, member in value.members.items()}


def parse(kind: Any, written: Json) -> Message:  # noqa: ANN401 -- a message class
    """Return a message that a vector has written as the JSON form of protobuf.

    Raises:
        InputError: it is not of that form.
    """
    if not isinstance(written, dict):
        raise InputError("raw grpc message: write a mapping")
    try:
        message: Message = json_format.ParseDict(written, kind(), descriptor_pool=_POOL)
    except json_format.ParseError as error:
        raise InputError(f"raw grpc message: {error}") from error
    return message


def shown(message: Message) -> Json:
    """Return a message in the JSON form of protobuf: int64 as text, apart from doubles."""
    told: Json = json_format.MessageToDict(message, descriptor_pool=_POOL)
    return told


def details_of(status: Any) -> dict[str, Message]:  # noqa: ANN401 -- a Status
    """Return the details of a status by the short names of their types; unknown ones left out."""
    found = {}
    for packed in status.details:
        name = packed.type_url.rpartition("/")[2]
        try:
            kind = _class(name)
        except KeyError:
            continue
        found[name.rpartition(".")[2]] = kind.FromString(packed.value)
    return found


def _write_number(value: Any, number: float) -> None:  # noqa: ANN401 -- a Value
    if isinstance(number, int) and number in _INT64:
        value.int64_value = number
        return
    try:
        value.double_value = float(number)
    except OverflowError as error:
        raise InexpressibleError("an integer beyond binary64 has no form in gRPC") from error


def _int64(digits: str) -> int:
    if len(digits) > len(str(_INT64.start)) or int(digits) not in _INT64:
        raise InexpressibleError("a bigint beyond 64 bits has no form in gRPC")
    return int(digits)


def _utf8(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InexpressibleError("text that is no UTF-8 has no form in protobuf") from error
    return text

"""`dbal.v1.Value` to values and back; integers stay apart from doubles (GRPC-VAL)."""

from collections.abc import Mapping
from typing import Any

import msgspec

from dbal_reference.values import Int64, TaggedBigint
from dbal_reference.values.numbers import MAX_SAFE
from dbal_reference.wire.protobuf import dbal_pb2 as pb

_TAG = "$bigint"  # of JSON; here an object like any other


class NoKindError(ValueError):
    """A Value has no kind set (GRPC-VAL-002)."""


class Verbatim(dict[str, Any]):
    """An object that looks like a tagged bigint, and is none: nothing is tagged here."""


def read_map(message: pb.MapValue) -> dict[str, Any]:
    """The members of a map, as JSON would give them; bytes as bytes, which no field takes.

    Raises:
        NoKindError: a value in it is none.
    """
    return {name: read_value(member) for name, member in message.members.items()}


def read_value(value: pb.Value) -> Any:  # noqa: ANN401, PLR0911 -- any JSON: a table
    """See `read_map`; an integer that a double cannot hold is an Int64."""
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value
        case "int64_value":
            number = value.int64_value
            return number if -MAX_SAFE <= number <= MAX_SAFE else Int64(number)
        case "map_value":
            members = read_map(value.map_value)
            return Verbatim(members) if _TAG in members else members
        case "list_value":
            return [read_value(item) for item in value.list_value.items]
        case "bool_value":
            return value.bool_value
        case "double_value":
            return value.double_value
        case "null_value":
            return None
        case "bytes_value":
            return value.bytes_value
        case _:
            raise NoKindError


def write_value(value: Any, message: pb.Value) -> None:  # noqa: ANN401, C901 -- any JSON: a table
    """Put a result of the service into a message; a tagged bigint as the integer that it is.

    Raises:
        ValueError: an integer is beyond 64 bits.
        TypeError: the value is of no type that results have.
    """
    match value:
        case str():
            message.string_value = value
        case None:
            message.null_value = pb.NULL_VALUE
        case bool():
            message.bool_value = value
        case int():
            message.int64_value = value
        case float():
            message.double_value = value
        case TaggedBigint():
            message.int64_value = value.number
        case Mapping():
            write_map(value, message.map_value)
        case list() | tuple():
            message.list_value.SetInParent()
            for item in value:
                write_value(item, message.list_value.items.add())
        case msgspec.Struct():
            write_map(msgspec.structs.asdict(value), message.map_value)
        case _:
            raise TypeError(f"no value of a reply: {type(value).__name__}")


def write_map(members: Mapping[str, Any], message: pb.MapValue) -> None:
    """Put the members of an object into a message, also if there are none; see `write_value`."""
    message.SetInParent()
    for name, member in members.items():
        write_value(member, message.members[name])

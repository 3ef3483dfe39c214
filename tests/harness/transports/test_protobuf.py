from pathlib import Path
from typing import Any

import pytest
from ci.make_descriptors import OUTPUT, compile_to
from google.protobuf import descriptor_pb2

from dbal_conform.core.errors import InexpressibleError, InputError, TargetProtocolError
from dbal_conform.core.messages import Json, Request
from dbal_conform.transports import protobuf


def round_trip(json: Json) -> Json:
    request = protobuf.request_of(Request(1, "m", {"a": json}))
    return protobuf.mapping(protobuf.CallRequest.FromString(request.SerializeToString()).params)[
        "a"
    ]


def test_the_descriptors_are_those_of_the_schema(tmp_path: Path) -> None:
    compiled = compile_to(tmp_path / "new.binpb")
    kept = descriptor_pb2.FileDescriptorSet.FromString(OUTPUT.read_bytes())
    assert {file.name: file for file in kept.file} == {file.name: file for file in compiled.file}


@pytest.mark.parametrize(
    "json",
    [None, True, False, 0, -1, 2**53 - 1, 0.5, "", "é😀", [], {}, [1, [None, {"x": "y"}]], {"": 1}],
    ids=repr,
)
def test_json_comes_back_as_it_went(json: Json) -> None:
    back = round_trip(json)
    assert (back, type(back)) == (json, type(json))


def test_integers_are_int64_and_tagged_in_json_alone() -> None:
    assert round_trip({"$bigint": "5"}) == 5
    assert round_trip({"$bigint": str(-(2**63))}) == {"$bigint": str(-(2**63))}
    assert round_trip(2**63 - 1) == {"$bigint": str(2**63 - 1)}
    assert round_trip(2**63) == float(2**63)
    for odd in ("05", "+5", "", "5.0"):  # no tag, so an object like any other
        assert round_trip({"$bigint": odd}) == {"$bigint": odd}
    assert round_trip({"$bigint": "5", "more": 1}) == {"$bigint": "5", "more": 1}


@pytest.mark.parametrize(
    "request_",
    [
        Request(1, "m", {"a": "\ud800"}),
        Request(1, "m", {"\ud800": 1}),
        Request(1, "m", {"a": {"$bigint": str(2**63)}}),
        Request(1, "m", {"a": 10**400}),
        Request(1, "m", {}, {"role": "admin"}),
        Request(1, "m", {}, {"deadlineMs": 1.5}),
        Request(1, "m", {}, {"token": ["x"]}),
    ],
    ids=lambda request: repr(request)[:60],
)
def test_what_protobuf_cannot_say_is_not_said_otherwise(request_: Request) -> None:
    with pytest.raises(InexpressibleError):
        protobuf.request_of(request_)


def test_meta_has_its_own_names_and_null_is_left_out() -> None:
    meta: dict[str, Json] = {"token": "t", "deadlineMs": 5, "tx": None, "requestId": "r"}
    made = protobuf.request_of(Request(7, "User.list", {}, meta))
    assert (made.id, made.method, made.meta.token, made.meta.deadline_ms) == (
        "7",
        "User.list",
        "t",
        5,
    )
    assert made.meta.request_id == "r"
    assert not made.meta.HasField("tx")


def test_a_value_of_no_kind_or_of_bytes_is_no_reply() -> None:
    value: Any = protobuf.CallReply().result
    with pytest.raises(TargetProtocolError, match="GRPC-VAL-002"):
        protobuf.read(value)
    value.bytes_value = b"x"
    with pytest.raises(TargetProtocolError, match="bytes_value"):
        protobuf.read(value)


def test_what_a_vector_writes_is_the_json_form_of_protobuf() -> None:
    written: Json = {"id": "1", "params": {"members": {"a": {"int64Value": "5"}, "b": {}}}}
    message = protobuf.parse(protobuf.CallRequest, written)
    assert protobuf.shown(message) == written
    wrongs: list[Json] = [{"nope": 1}, {"id": 5.5}, [], "x"]
    for wrong in wrongs:
        with pytest.raises(InputError, match="raw grpc message"):
            protobuf.parse(protobuf.CallRequest, wrong)

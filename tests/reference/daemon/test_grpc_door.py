"""GRPC-SVC, GRPC-VAL, GRPC-ERR and GRPC-META, over a real channel."""

import time
from queue import Queue
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from tests.reference.daemon.serving import (
    DOORS,
    Grpc,
    Serving,
    proto_request,
    status_details,
    until,
)
from tests.reference.talk import BOOTSTRAP, Json

from dbal_reference.wire.protobuf import dbal_pb2 as pb
from dbal_reference.wire.protobuf.values import read_value

BEARER = (("authorization", f"Bearer {BOOTSTRAP}"),)
SYSTEM = pb.Meta(token=BOOTSTRAP)
ALICE = {"username": "alice", "email": "alice@example.com"}


def failure(channel: Grpc, *args: Json, **kwargs: Json) -> tuple[grpc.StatusCode, Json, Any]:
    """Status, ErrorDetail and rich status of a call that fails."""
    with pytest.raises(grpc.RpcError) as failed:
        channel.call(*args, **kwargs)
    return (failed.value.code(), *status_details(failed.value))


def refused(channel: Grpc, asked: pb.CallRequest) -> Json:
    """The ErrorDetail of a call that is malformed."""
    with pytest.raises(grpc.RpcError) as failed:
        channel.raw(asked.SerializeToString())
    assert failed.value.code().name == "INVALID_ARGUMENT"
    detail, _ = status_details(failed.value)
    assert detail["name"] == "VALIDATION_ERROR"
    return detail


def parts(status: Json, kind: type[Any]) -> list[Any]:
    """Of a rich status, the details of one type."""
    found = []
    for part in status.details:
        message = kind()
        if part.Unpack(message):
            found.append(message)
    return found


def test_hello_and_call_tell_the_same(serving: Serving, channel: Grpc) -> None:
    assert channel.hello() == channel.call("dbal.hello") == serving.post("dbal.hello")


def test_the_token_is_of_the_metadata_and_meta_overrides_it(
    serving: Serving, channel: Grpc
) -> None:
    assert channel.call("conformance.digest", metadata=BEARER)
    assert channel.call("conformance.digest", meta=SYSTEM)
    nobody = pb.Meta(token="nobody")
    assert failure(channel, "dbal.hello", meta=nobody, metadata=BEARER)[0].name == "UNAUTHENTICATED"
    assert channel.call("dbal.hello", meta=SYSTEM, metadata=(("authorization", "Bearer nobody"),))
    assert serving.tokens


def test_integers_stay_whole_and_nothing_is_tagged(serving: Serving, channel: Grpc) -> None:
    long = 2**60 + 1  # which no double is
    fixture = {**ALICE, "$as": "alice", "createdAt": long}
    reset = {"actors": {}, "fixtures": {"User": [fixture]}}
    made = channel.call("conformance.reset", reset, metadata=BEARER)["rows"]["alice"]
    asked = {"filter": {"createdAt": long}, "limit": 5.0}
    (row,) = channel.call("User.list", asked, metadata=BEARER)["data"]
    assert row == made
    assert row["createdAt"] == long
    of_json = serving.post("User.read", {"id": row["id"]}, BOOTSTRAP)
    assert of_json["createdAt"] == {"$bigint": str(long)}
    tagged = {"filter": {"createdAt": {"$bigint": str(long)}}}
    assert failure(channel, "User.list", tagged, metadata=BEARER)[0].name == "INVALID_ARGUMENT"


def test_an_average_is_a_double_also_where_it_is_whole(serving: Serving, channel: Grpc) -> None:
    crowd = [{**ALICE, "createdAt": 10}, {"username": "bob", "email": "b@x.org", "createdAt": 30}]
    serving.reset(actors={}, User=crowd)
    asked = {"metrics": {"mean": {"fn": "avg", "field": "createdAt"}, "n": {"fn": "count"}}}
    (group,) = channel.call("User.aggregate", asked, metadata=BEARER)["groups"]
    told = group["values"]
    assert (told, type(told["mean"]), type(told["n"])) == ({"mean": 20.0, "n": 2}, float, int)


@pytest.mark.parametrize(
    ("method", "params", "told"),
    [
        ("User.read", {"id": "x"}, ("NOT_FOUND", "NOT_FOUND")),
        ("User.create", {"data": {}}, ("INVALID_ARGUMENT", "VALIDATION_ERROR")),
        ("no.method", {}, ("INVALID_ARGUMENT", "VALIDATION_ERROR")),
        ("dbal.hello", {"meta": {}}, ("INVALID_ARGUMENT", "VALIDATION_ERROR")),
    ],
)
@pytest.mark.usefixtures("serving")
def test_failures_are_statuses_with_details(
    channel: Grpc, method: str, params: Json, told: tuple[str, str]
) -> None:
    status, detail, rich = failure(channel, method, params, metadata=BEARER)
    (info,) = parts(rich, error_details_pb2.ErrorInfo)
    assert (status.name, detail["name"]) == told
    assert (info.reason, info.domain) == (detail["name"], "dbal")


def test_a_validation_error_names_fields_as_json_does(serving: Serving, channel: Grpc) -> None:
    wrong = {"data": {"username": "a", "email": 5, "more": None}}
    _, detail, rich = failure(channel, "User.create", wrong, metadata=BEARER)
    (bad,) = parts(rich, error_details_pb2.BadRequest)
    told = [entry["field"] for entry in detail["details"]["fields"]]
    assert [violation.field for violation in bad.field_violations] == told
    _, reply, _ = serving.http(
        "POST",
        "/rpc",
        b'{"jsonrpc":"2.0","id":1,"method":"User.create","params":{"data":{"username":"a","email":5,'
        b'"more":null}}}',
        {"Content-Type": "application/json", "Authorization": f"Bearer {BOOTSTRAP}"},
    )
    assert detail["details"] == reply["error"]["data"]["details"]


def test_conflicts_have_a_status_by_their_reason(serving: Serving, channel: Grpc) -> None:
    channel.call("User.create", {"data": ALICE}, metadata=BEARER)
    status, detail, _ = failure(channel, "User.create", {"data": ALICE}, metadata=BEARER)
    assert (status.name, detail["details"]["reason"]) == ("ALREADY_EXISTS", "unique")
    stale = {"id": serving.post("User.list", {"limit": 1}, BOOTSTRAP)["data"][0]["id"]}
    update = {**stale, "data": {"email": "b@example.com"}, "ifMatch": {"email": "x@example.com"}}
    status, detail, _ = failure(channel, "User.update", update, metadata=BEARER)
    assert (status.name, detail["details"]["reason"]) == ("ABORTED", "precondition")


def test_a_rate_limit_says_when_to_come_back(serving: Serving, channel: Grpc) -> None:
    wrong = {"username": "admin", "password": "not the password"}
    for _ in range(5):
        assert failure(channel, "Credential.verify", wrong)[0].name == "UNAUTHENTICATED"
    status, detail, rich = failure(channel, "Credential.verify", wrong)
    (retry,) = parts(rich, error_details_pb2.RetryInfo)
    assert status.name == "RESOURCE_EXHAUSTED"
    assert retry.retry_delay.seconds == detail["details"]["retryAfter"] >= 1
    assert serving.tokens


def test_an_unclaimed_capability_is_unimplemented(channel: Grpc) -> None:
    meta = pb.Meta(contract="2.0")
    status, detail, _ = failure(channel, "dbal.hello", meta=meta)
    assert (status.name, detail["details"]) == ("UNIMPLEMENTED", {"capability": "contract"})


@pytest.mark.usefixtures("serving")
def test_a_value_without_kind_and_bytes_are_refused(channel: Grpc) -> None:
    nothing = pb.CallRequest(method="User.create", meta=SYSTEM)
    nothing.params.members["data"].map_value.members["username"].SetInParent()
    octets = proto_request("User.create", {"data": ALICE}, SYSTEM)
    octets.params.members["data"].map_value.members["username"].bytes_value = b"alice"
    assert refused(channel, nothing)["details"] == {"reason": "invalid_params"}
    (entry,) = refused(channel, octets)["details"]["fields"]
    assert (entry["field"], entry["code"]) == ("username", "type")


@pytest.mark.parametrize("message", [b"\xff\xff", b"\x0a\x05a", b"\x12\x02\xff\xfe"])
def test_what_is_no_message_is_a_parse_error(channel: Grpc, message: bytes) -> None:
    with pytest.raises(grpc.RpcError) as failed:
        channel.raw(message)
    detail, _ = status_details(failed.value)
    assert (detail["details"]["reason"], detail["code"]) == ("parse_error", -32700)


def test_nesting_beyond_the_library_s_is_a_parse_error(channel: Grpc) -> None:
    asked = pb.CallRequest(method="dbal.hello")
    value = asked.params.members["deep"]
    for _ in range(90):
        value = value.list_value.items.add()
    value.bool_value = True
    with pytest.raises(grpc.RpcError) as failed:
        channel.raw(asked.SerializeToString())
    assert status_details(failed.value)[0]["details"]["reason"] == "parse_error"


def test_the_shorter_deadline_wins(serving: Serving, channel: Grpc) -> None:
    slow = {"kind": "slow", "count": 2, "delayMs": 3000, "method": "User.count"}
    channel.call("conformance.fault", slow, metadata=BEARER)
    began = time.monotonic()
    meta = pb.Meta(token=BOOTSTRAP, deadline_ms=200)
    assert failure(channel, "User.count", meta=meta)[0].name == "DEADLINE_EXCEEDED"
    with pytest.raises(grpc.RpcError) as failed:
        channel.call("User.count", meta=SYSTEM, timeout_s=0.2)
    assert failed.value.code().name == "DEADLINE_EXCEEDED"
    assert time.monotonic() - began < 3
    assert serving.tokens


class Stream:
    """Many calls on one stream."""

    def __init__(self, channel: Grpc) -> None:
        self._asked: Queue[pb.CallRequest | None] = Queue()
        self.replies = channel.stream(iter(self._asked.get, None), metadata=BEARER)

    def ask(self, method: str, params: Json = None, call_id: str = "") -> None:
        asked = proto_request(method, params)
        asked.id = call_id or asked.id
        self._asked.put(asked)

    def call(self, method: str, params: Json = None) -> Json:
        self.ask(method, params)
        return read_value(next(self.replies).result)

    def end(self) -> None:
        self._asked.put(None)


def test_a_stream_answers_in_any_order_and_ends_with_its_client(
    serving: Serving, channel: Grpc
) -> None:
    slow = {"kind": "slow", "count": 1, "delayMs": 400, "method": "User.count"}
    serving.post("conformance.fault", slow, BOOTSTRAP)
    stream = Stream(channel)
    stream.ask("User.count", call_id="slow")
    stream.ask("dbal.hello", call_id="quick")
    stream.ask("dbal.hello", call_id="slow")
    first, second = next(stream.replies), next(stream.replies)
    assert sorted((first.id, second.id)) == ["", "quick"]
    refused = first if first.id == "" else second
    assert read_value(refused.error.details.members["reason"]) == "duplicate_id"
    stream.end()
    assert [reply.id for reply in stream.replies] == ["slow"]


def test_a_transaction_of_a_stream_ends_with_it(serving: Serving, channel: Grpc) -> None:
    stream = Stream(channel)
    handle = stream.call("dbal.begin")["tx"]
    assert serving.service.open_transactions == 1
    stream.end()
    assert list(stream.replies) == []
    until(lambda: serving.service.open_transactions == 0)
    meta = pb.Meta(token=BOOTSTRAP, tx=handle)
    assert failure(channel, "User.count", meta=meta)[0].name == "NOT_FOUND"


def test_health_and_reflection_are_served(serving: Serving) -> None:
    with grpc.insecure_channel(f"127.0.0.1:{serving.port('grpc')}") as raw:
        health: Any = health_pb2_grpc.HealthStub(raw)
        for name in ("", "dbal.v1.DBAL"):
            asked = health_pb2.HealthCheckRequest(service=name)
            assert health.Check(asked).status == health_pb2.HealthCheckResponse.SERVING
        reflection: Any = reflection_pb2_grpc.ServerReflectionStub(raw)
        request: Any = reflection_pb2.ServerReflectionRequest
        ask = request(list_services="")
        (told,) = reflection.ServerReflectionInfo(iter([ask]))
        names = {service.name for service in told.list_services_response.service}
        assert {"dbal.v1.DBAL", "grpc.health.v1.Health"} <= names
        ask = request(file_containing_symbol="dbal.v1.DBAL")
        (told,) = reflection.ServerReflectionInfo(iter([ask]))
        assert told.file_descriptor_response.file_descriptor_proto


def test_a_port_that_is_taken_is_an_error_that_says_so(serving: Serving) -> None:
    taken = f"127.0.0.1:{serving.port('grpc')}"
    with pytest.raises(ValueError, match=f"cannot listen at {taken}"):
        Serving(**{**DOORS, "grpc": taken})

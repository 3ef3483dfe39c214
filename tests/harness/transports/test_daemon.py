"""Each transport against the reference as a program of its own: calls, raw messages, faults."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.harness.transports.peers import TOKEN

from dbal_conform.core.errors import CouldNotRunError, InexpressibleError
from dbal_conform.core.messages import Fault, Json, RawReply, RawRequest, Request, Value
from dbal_conform.corpus.locate import schema_root
from dbal_conform.corpus.target import find_targets
from dbal_conform.transports import Opening, Transport, connect, open_transport

TRANSPORTS = ("stdio", "websocket", "http", "grpc")
HELLO = '{"jsonrpc":"2.0","id":%s,"method":"dbal.hello"}'
PARSE_ERROR = {"reason": "parse_error"}


def opened(transport: str) -> Transport:
    (target,) = find_targets([f"reference-{transport}"])
    values = {
        "bootstrap_token": TOKEN,
        "database.url": "memory:",
        "python": sys.executable,
        "schema": str(schema_root()),
    }
    return open_transport(Opening(target.manifest, target.folder, values, 30.0))


@pytest.fixture(scope="module")
def lines() -> Iterator[dict[str, Transport]]:
    made: dict[str, Transport] = {}
    try:
        for transport in TRANSPORTS:
            made[transport] = opened(transport)
        yield made
    finally:
        for line in made.values():
            line.close()


@pytest.fixture(params=TRANSPORTS)
def line(lines: dict[str, Transport], request: pytest.FixtureRequest) -> Transport:
    return lines[request.param]


def call(line: Transport, method: str, number: int = 1, **args: Json) -> Value | Fault:
    return line.exchange(Request(number, method, args, {"token": TOKEN}), timeout_s=20)


def raw(line: Transport, kind: str, payload: Json, quiet_ms: int | None = None) -> RawReply:
    return line.exchange_raw(RawRequest(1, kind, payload, quiet_ms), timeout_s=20)


def test_a_call_and_its_refusal_are_the_same_over_every_transport(line: Transport) -> None:
    hello = call(line, "dbal.hello")
    assert isinstance(hello, Value)
    assert hello.value["contract"] == "1.0"  # type: ignore[index, call-overload]  # any JSON
    refused = call(line, "User.create", number=2, data={"username": "ab"})
    assert isinstance(refused, Fault)
    assert (refused.id, refused.name, refused.code) == (2, "VALIDATION_ERROR", 422)
    fields: Any = refused.details["fields"]
    assert {(each["field"], each["code"]) for each in fields} == {
        ("username", "min_length"),
        ("email", "required"),
    }


def test_big_integers_and_doubles_come_back_as_they_went(line: Transport) -> None:
    call(line, "conformance.reset")
    data: dict[str, Json] = {"title": "t", "views": {"$bigint": str(2**62)}, "rating": 0.5}
    made = call(line, "Post.create", data=data)
    assert isinstance(made, Value)
    row: Any = made.value
    assert (row["views"], row["rating"], row["body"]) == ({"$bigint": str(2**62)}, 0.5, None)


def test_threads_ask_at_once_and_get_their_own_answers(line: Transport) -> None:
    def ask(number: int) -> int:
        return call(line, "dbal.health", number=number).id

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(100, 164))) == list(range(100, 164))


@pytest.mark.parametrize("transport", ["stdio", "websocket", "http"])
def test_raw_json_is_answered_and_the_line_used_on(
    lines: dict[str, Transport], transport: str
) -> None:
    line = lines[transport]
    came: Any = raw(line, "json", '{"jsonrpc"').json
    assert came["error"]["data"]["details"] == PARSE_ERROR
    assert call(line, "dbal.health").id == 1


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_raw_messages_of_other_transports_could_not_run(
    lines: dict[str, Transport], transport: str
) -> None:
    payloads: dict[str, Json] = {
        "frames": [{"ping": "x"}],
        "http": {"method": "GET", "path": "/"},
        "grpc": {"method": "Hello", "message": {}},
        "line": "x",
    }
    own = {"websocket": "frames", "stdio": "line"}.get(transport, transport)
    for kind in payloads.keys() - {own, "line"}:
        with pytest.raises(CouldNotRunError, match=kind):
            raw(lines[transport], kind, payloads[kind])


def test_lines_of_stdio_are_several_messages_or_none(lines: dict[str, Transport]) -> None:
    line = lines["stdio"]
    both: Any = raw(line, "line", HELLO % 5 + "\n\n" + HELLO % '"six"').json
    assert {each["id"] for each in both} == {5, "six"}
    assert raw(line, "line", "", quiet_ms=100).silent_ms == 100
    with pytest.raises(InexpressibleError, match="two lines"):
        raw(line, "json", '{"jsonrpc":\n"2.0"}')


def test_frames_are_sent_as_they_are(lines: dict[str, Transport]) -> None:
    line = lines["websocket"]
    text = HELLO % 9
    parts: list[Json] = [{"text": text[:9], "final": False}, {"ping": "p"}, {"text": text[9:]}]
    came: Any = raw(line, "frames", parts).json
    assert came["id"] == 9
    many: Any = raw(line, "frames", [{"text": HELLO % number} for number in (1, 2, 3)]).json
    assert sorted(each["id"] for each in many) == [1, 2, 3]
    assert raw(line, "frames", [{"ping": "p"}]).json is not None
    assert raw(line, "frames", [{"text": text, "final": False}], quiet_ms=100).silent_ms == 100


@pytest.mark.parametrize(
    ("kind", "payload", "code"),
    [
        ("frames", [{"binary": "{}"}], 1003),
        ("frames", [{"close": 1000}], 1000),
        ("bytes", "ff fe", 1007),
    ],
)
def test_what_ends_a_websocket_is_told_by_its_code(
    lines: dict[str, Transport], kind: str, payload: Json, code: int
) -> None:
    assert raw(lines["websocket"], kind, payload).close_code == code
    assert call(lines["websocket"], "dbal.health").id == 1


def test_http_goes_out_byte_for_byte(lines: dict[str, Transport]) -> None:
    line = lines["http"]
    wrong = raw(line, "http", {"method": "GET", "path": "/rpc"})
    assert (wrong.http_status, wrong.http_headers["allow"]) == (405, "POST")
    headers: dict[str, Json] = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {TOKEN}",
    }
    asked: dict[str, Json] = {
        "method": "POST",
        "path": "/rpc",
        "headers": headers,
        "body": HELLO % 4,
    }
    right = raw(line, "http", asked)
    came: Any = right.json
    assert (right.http_status, came["id"]) == (200, 4)


def test_grpc_takes_messages_in_the_json_form_of_protobuf(lines: dict[str, Transport]) -> None:
    line = lines["grpc"]
    hello: Any = raw(line, "grpc", {"method": "Hello", "message": {}}).json
    assert "mapValue" in hello["hello"]
    refused = raw(line, "grpc", {"method": "Call", "message": {"id": "1", "method": "Nope.list"}})
    details: Any = refused.grpc_details
    assert refused.grpc_code == "INVALID_ARGUMENT"
    assert details["ErrorInfo"] == {"reason": "VALIDATION_ERROR", "domain": "dbal"}
    calls: Json = [{"id": name, "method": "dbal.health"} for name in "abc"]
    several: Any = raw(line, "grpc", {"method": "Stream", "message": {"calls": calls}}).json
    assert sorted(each["id"] for each in several) == ["a", "b", "c"]
    health: dict[str, Json] = {"method": "/grpc.health.v1.Health/Check", "message": {"hex": ""}}
    assert raw(line, "grpc", health).json == {"hex": "0801"}


def test_what_the_meta_of_grpc_lacks_is_told_before_it_is_sent(lines: dict[str, Transport]) -> None:
    for meta in ({"role": "admin"}, {"deadlineMs": "soon"}, {"token": 5}):
        with pytest.raises(InexpressibleError):
            lines["grpc"].exchange(Request(1, "dbal.hello", {}, {**meta}), timeout_s=5)


@pytest.mark.parametrize("transport", ["websocket", "http", "grpc"])
def test_a_connection_that_was_dropped_is_made_anew(
    lines: dict[str, Transport], transport: str
) -> None:
    line = lines[transport]
    for fault in ("drop", "half-close"):
        if (transport, fault) != ("grpc", "half-close"):
            line.disturb(fault)
            assert isinstance(call(line, "dbal.health"), Value)


def test_where_the_connection_is_the_target_it_is_not_dropped(lines: dict[str, Transport]) -> None:
    with pytest.raises(CouldNotRunError, match="ends the target"):
        lines["stdio"].disturb("drop")
    with pytest.raises(CouldNotRunError, match="one way"):
        lines["grpc"].disturb("half-close")


def test_a_missing_package_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "h11", None)
    monkeypatch.delitem(sys.modules, "dbal_conform.transports.http", raising=False)
    (target,) = find_targets(["reference-http"])
    with pytest.raises(CouldNotRunError, match=r"needs the package h11: .*dbal-conform\[http\]"):
        connect(Opening(target.manifest, Path(), {}, 1.0))

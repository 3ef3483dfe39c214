import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbal_conform.core.errors import TargetProtocolError
from dbal_conform.core.messages import Fault, Request, Value
from dbal_conform.transports.jsonrpc import MAX_DEPTH, decode, decode_any, encode

ERROR = {
    "code": 404,
    "message": "m",
    "data": {"name": "NOT_FOUND", "details": {"a": 1}, "retryable": False},
}


def reply(**members: object) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 3, **members}).encode()


def test_arguments_and_meta_make_the_params() -> None:
    request = Request(3, "User.read", {"id": "x"}, {"token": "t"})
    assert json.loads(encode(request)) == {
        "jsonrpc": "2.0",
        "id": 3,
        "method": "User.read",
        "params": {"id": "x", "meta": {"token": "t"}},
    }


def test_empty_meta_is_left_out() -> None:
    assert json.loads(encode(Request(1, "dbal.hello")))["params"] == {}


@pytest.mark.parametrize("value", [2**64, -(2**70), "\ud800", "\u2028\x00", 1.5, 10**40])
def test_any_value_of_a_vector_can_be_sent(value: object) -> None:
    sent = json.loads(encode(Request(1, "m", {"v": value})))  # type: ignore[dict-item]  # any JSON
    assert sent["params"]["v"] == value


def test_a_result_is_a_value() -> None:
    assert decode(reply(result={"a": [1, 2.0, None]}), 3) == Value(3, {"a": [1, 2.0, None]})
    assert decode(reply(result=None), 3) == Value(3, None)
    assert decode(reply(result=2**70), 3) == Value(3, 2**70)


def test_an_error_is_a_fault() -> None:
    assert decode(reply(error=ERROR), 3) == Fault(3, "NOT_FOUND", 404, False, {"a": 1}, "m")  # noqa: FBT003 -- as on the wire


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b'{"jsonrpc":"2.0","id":3,"result":NaN}', "not JSON"),
        (b'{"jsonrpc":"2.0","id":3,"result":1e999}', "not"),
        (b'{"jsonrpc":"2.0","id":3,"result":1} x', "not JSON"),
        (b'{"jsonrpc":"2.0","id":3,"result":' + b"[" * 9999 + b"]" * 9999 + b"}", "not JSON"),
        (b"[]", "RPC-MSG-003: not a reply"),
        (reply(result=1, id=4), "RPC-MSG-002: the reply has id 4, the request 3"),
        (reply(result=1, id="3"), "RPC-MSG-002: the reply has id '3'"),
        (reply(result=1, id=3.0), "RPC-MSG-002: the reply has id 3.0"),
        (reply(result=1, id=True), "RPC-MSG-002: the reply has id True"),
        (reply(result=1, id=None), "RPC-MSG-002: the reply has id None"),
        (reply(result=1, jsonrpc="1.0"), "RPC-MSG-002: jsonrpc is '1.0'"),
        (reply(), "RPC-MSG-002: the reply has neither"),
        (reply(result=1, error=ERROR), "RPC-MSG-002: the reply has both"),
        (reply(result=1, extra=2), "RPC-MSG-003: not a reply.*extra"),
        (reply(error={**ERROR, "code": "404"}), "RPC-MSG-003"),
        (reply(error={**ERROR, "stack": "at /home"}), "RPC-MSG-003"),
        (reply(error={"code": 404, "message": "m"}), "RPC-MSG-003.*data"),
        (reply(error={**ERROR, "data": {"name": "X", "retryable": False}}), "RPC-MSG-003.*details"),
        (reply(error={**ERROR, "data": {**ERROR["data"], "details": []}}), "RPC-MSG-003"),  # type: ignore[dict-item]  # a mapping
        (None, "answered with NoneType, not bytes"),
        ('{"jsonrpc":"2.0","id":3,"result":1}', "answered with str, not bytes"),
    ],
)
def test_what_is_no_reply_is_a_protocol_violation(raw: object, why: str) -> None:
    with pytest.raises(TargetProtocolError, match=why):
        decode(raw, 3)


@pytest.mark.parametrize("member", ["result", "error"])
def test_a_reply_may_be_so_deep_and_no_deeper(member: str) -> None:
    def nested(levels: int) -> bytes:
        text = b"[" * levels + b"]" * levels
        if member == "result":
            return reply(result="?").replace(b'"?"', text)
        data = {"name": "X", "details": {"x": "?"}, "retryable": False}
        return reply(error={**ERROR, "data": data}).replace(b'"?"', text)

    deepest = MAX_DEPTH if member == "result" else MAX_DEPTH - 1
    decode(nested(deepest), 3)
    with pytest.raises(TargetProtocolError, match=f"deeper than {MAX_DEPTH}"):
        decode(nested(deepest + 1), 3)


def test_brackets_in_text_are_no_depth() -> None:
    assert decode(reply(result="[" * 1000), 3) == Value(3, "[" * 1000)


def test_a_wide_reply_is_not_deep() -> None:
    assert decode(reply(result=[[]] * 1000), 3) == Value(3, [[]] * 1000)


def test_a_long_reply_is_not_read() -> None:
    raw = reply(result="x" * 100)
    assert decode(raw, 3, limit=len(raw)) == Value(3, "x" * 100)
    with pytest.raises(
        TargetProtocolError, match=f"has {len(raw)} bytes, more than {len(raw) - 1}"
    ):
        decode(raw, 3, limit=len(raw) - 1)


def test_a_raw_reply_may_be_any_json() -> None:
    assert decode_any(b"[1, null]") == [1, None]
    assert decode_any(b"1") == 1
    for raw in (b"", b"{", b"[" * 200 + b"]" * 200, None):
        with pytest.raises(TargetProtocolError):
            decode_any(raw)


@given(st.binary(max_size=60))
def test_no_bytes_do_worse_than_be_refused(raw: bytes) -> None:
    with pytest.raises(TargetProtocolError):
        decode(raw, 3)

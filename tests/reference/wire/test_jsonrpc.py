"""The table of section 16, message by message (RPC-MSG)."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.reference.talk import BOOTSTRAP, Json, Talk

from dbal_reference.wire.jsonrpc import Connection, Handler

HELLO = '"method":"dbal.hello"'


def message(key: str = "1", method: str = "dbal.hello", params: str | None = None) -> str:
    """The text of a request, from texts of JSON."""
    tail = "" if params is None else ',"params":' + params
    return '{"jsonrpc":"2.0","id":' + key + ',"method":"' + method + '"' + tail + "}"


def reply(talk: Talk, text: str | bytes) -> Json:
    return talk.raw(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))


def refusal(talk: Talk, text: str | bytes) -> tuple[Json, int, Json]:
    """Id, code and reason of the error that a message is answered with."""
    got = reply(talk, text)
    error = got["error"]
    assert error.keys() == {"code", "message", "data"}
    assert error["data"].keys() == {"name", "details", "retryable"}
    assert (error["data"]["name"], error["data"]["retryable"]) == ("VALIDATION_ERROR", False)
    assert error["message"]
    assert got["jsonrpc"] == "2.0"
    return got["id"], error["code"], error["data"]["details"].get("reason")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "{",
        '{"jsonrpc":"2.0","id":1,"method":"dbal.hello"} x',
        b'{"jsonrpc":"2.0","id":"\xff","method":"dbal.hello"}',
        b'\xef\xbb\xbf{"jsonrpc":"2.0","id":1,"method":"dbal.hello"}',
        '{"jsonrpc":"2.0","id":1,"method":"dbal.hello","params":{"a":NaN}}',
        '{"jsonrpc":"2.0","id":1,"method":"dbal.hello","params":{"a":"\\ud800","b":Infinity}}',
        '{"jsonrpc":"2.0","id":1,"method":"dbal.hello","params":{"a":01}}',
        '{"jsonrpc":"2.0","id":1,"id":1,"method":"dbal.hello"}',
        '{"jsonrpc":"2.0","id":1,"method":"dbal.hello","params":{"a":1,"\\u0061":1}}',
        "[" * 129 + "]" * 129,
        "[" * 100_000,
        '{"a":' * 100_000,
        "[" * 200 + '"' + '\\"' * 100_000,
    ],
    ids=range(15),
)
def test_what_is_no_json_cannot_be_parsed(talk: Talk, text: str | bytes) -> None:
    assert refusal(talk, text) == (None, -32700, "parse_error")


LONGEST = '"' + "\U0001f600" * 128 + '"'
TOO_LONG = '"' + "x" * 129 + '"'
NO_IDS = (
    *("null", "true", "1.5", "{}", "[1]", "1e999", TOO_LONG, r'"\ud800"'),
    "1.00000000000000000001",
)


@pytest.mark.parametrize(
    "text",
    [
        "5",
        '"text"',
        "null",
        "[]",
        "[" + message() + "]",
        '{"jsonrpc":"2.0",' + HELLO + "}",
        *(message(key) for key in NO_IDS),
        '{"id":{},"method":5}',
    ],
)
def test_what_is_no_request_has_no_id(talk: Talk, text: str) -> None:
    assert refusal(talk, text) == (None, -32600, "invalid_request")


@pytest.mark.parametrize(
    "members",
    [
        '"method":"dbal.hello"',
        '"jsonrpc":"1.0","method":"dbal.hello"',
        '"jsonrpc":2.0,"method":"dbal.hello"',
        '"jsonrpc":"2.0"',
        '"jsonrpc":"2.0","method":5',
        '"jsonrpc":"2.0","method":null',
        '"jsonrpc":"2.0","method":"dbal.hello","extra":1',
        '"jsonrpc":"2.0","method":"dbal.hello","result":1',
    ],
)
@pytest.mark.parametrize("key", ["7", '"seven"', "7.0", "-0", '""'])
def test_an_invalid_request_is_answered_to_its_id(talk: Talk, members: str, key: str) -> None:
    text = '{"id":' + key + "," + members + "}"
    assert refusal(talk, text) == (json.loads(key), -32600, "invalid_request")


@pytest.mark.parametrize(
    "key",
    [
        "0",
        "-5",
        "1.0",
        "1e2",
        "123456789012345678901234567890",
        '""',
        LONGEST,
    ],
)
def test_an_id_comes_back_with_type_and_value(talk: Talk, key: str) -> None:
    got = reply(talk, message(key))
    assert got["result"]["contract"] == "1.0"
    sent = json.loads(key)
    assert (type(got["id"]), got["id"]) == (type(sent), sent)


@pytest.mark.parametrize("params", ["null", "[]", "5", '"x"', '{"meta":null}', '{"meta":[]}'])
def test_params_and_meta_are_objects_before_the_method_is_looked_at(
    talk: Talk, params: str
) -> None:
    for method in ("dbal.hello", "no.such"):
        assert refusal(talk, message("1", method, params)) == (1, -32602, "invalid_params")


def test_what_is_in_meta_comes_before_the_method_too(talk: Talk) -> None:
    text = '{"jsonrpc":"2.0","id":1,"method":"no.such","params":{"meta":{"zzz":1}}}'
    assert refusal(talk, text) == (1, 422, None)
    text = '{"jsonrpc":"2.0","id":1,"method":"no.such"}'
    assert refusal(talk, text) == (1, -32601, "method_not_found")


def test_containers_may_be_nested_128_deep(talk: Talk) -> None:
    for depth, code in ((126, 422), (127, -32700)):
        nested = "[" * depth + "]" * depth
        assert refusal(talk, message(params='{"a":' + nested + "}"))[1] == code
    brackets = "[" * 500
    text = message(params='{"a":"' + brackets + '\\"' + brackets + '"}')
    assert refusal(talk, text)[1] == 422  # brackets in text are not nesting


def test_a_request_may_have_a_mebibyte_and_no_more(talk: Talk) -> None:
    room = 1048576 - len(message(params='{"a":""}'))
    for more, answer in ((0, (1, 422, None)), (1, (None, -32600, "too_large"))):
        text = message(params='{"a":"' + "x" * (room + more) + '"}')
        assert refusal(talk, text) == answer


def test_lone_surrogates_are_told_by_field(talk: Talk) -> None:
    data = r'{"code":"A","label":"\ud800","\udfff":1}'
    params = '{"data":' + data + ',"meta":{"token":"' + BOOTSTRAP + '"}}'
    got = reply(talk, message(method="Probe.create", params=params))
    fields = got["error"]["data"]["details"]["fields"]
    assert [field["code"] for field in fields] == ["charset", "unknown_field"]


def test_names_that_cannot_be_written_are_told_escaped(talk: Talk) -> None:
    for params, path in (
        (r'{"\udfff":1}', r"\udfff"),
        (r'{"meta":{"\udfff":1}}', r"meta.\udfff"),
    ):
        got = reply(talk, message(params=params))
        (field,) = got["error"]["data"]["details"]["fields"]
        assert (field["field"], field["code"]) == (path, "unknown_field")


def test_the_codes_of_refusals(talk: Talk) -> None:
    got = reply(talk, '{"jsonrpc":"2.0","id":1,"method":"User.list"}')
    assert got["error"]["code"] == 401
    assert got["error"]["data"] == {"name": "UNAUTHORIZED", "details": {}, "retryable": False}


def test_an_id_in_flight_cannot_be_taken_and_then_is_free_again(talk: Talk) -> None:
    fault = {"kind": "slow", "count": 1, "method": "User.list", "delayMs": 300}
    talk.call("conformance.fault", "system", **fault)
    slow = b'{"jsonrpc":"2.0","id":"x","method":"User.list"}'
    quick = message('"x"')
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(talk.raw, slow)
        while not waiting.running():
            pass
        answers = [reply(talk, quick)]
        while "error" not in answers[-1] and not waiting.done():
            answers.append(reply(talk, quick))
        assert refusal(talk, quick) == (None, -32600, "duplicate_id")
        handler = Handler(talk.target.service)
        other = json.loads(handler.handle(quick.encode(), Connection()))
        assert other["result"]["contract"] == "1.0"  # another connection has ids of its own
        assert waiting.result()["error"]["data"]["name"] == "UNAUTHORIZED"
    assert reply(talk, quick)["result"]["contract"] == "1.0"


def test_a_connection_lends_its_token(talk: Talk) -> None:
    handler = Handler(talk.target.service)
    connection = Connection(talk.token("admin"))
    text = b'{"jsonrpc":"2.0","id":1,"method":"User.count"}'
    assert json.loads(handler.handle(text, connection))["result"] == 7
    meta = b'{"jsonrpc":"2.0","id":1,"method":"User.count","params":{"meta":{"token":"bad"}}}'
    assert json.loads(handler.handle(meta, connection))["error"]["code"] == 401


def test_a_reply_that_would_be_too_long_is_a_refusal_on_limit(talk: Talk) -> None:
    body = "\u0001" * 170_000  # six bytes each in a reply
    for _ in range(17):
        talk.call("Post.create", "admin", data={"title": "t", "body": body})
    refused = talk.refused("Post.list", "admin", limit=100)
    assert (refused.name, refused.fields) == ("VALIDATION_ERROR", {"limit": "limit"})
    assert talk.audit()[-1]["code"] == "VALIDATION_ERROR"
    assert len(talk.call("Post.list", "admin", limit=10)["data"]) == 10

"""HTTP-RPC, over real connections; what no HTTP library would send goes over a socket."""

import json
import socket
from typing import Any

import pytest
from tests.reference.daemon.serving import DOORS, Serving, request, until
from tests.reference.talk import BOOTSTRAP, Json, Refusal

JSON = {"Content-Type": "application/json"}
SYSTEM = {"token": BOOTSTRAP}


def raw(serving: Serving, text: bytes) -> bytes:
    """What comes back on a connection until the server closes it."""
    with socket.create_connection(("127.0.0.1", serving.port("http")), timeout=10) as peer:
        peer.sendall(text)
        told = b""
        while part := peer.recv(65_536):
            told += part
        return told


def ended(peer: socket.socket) -> bool:
    """Whether the server hangs up without a word."""
    try:
        return peer.recv(1) == b""
    except ConnectionResetError:
        return True


def head(length: int, *more: str) -> bytes:
    """A request line and headers, which ask to close."""
    lines = (
        "POST /rpc HTTP/1.1",
        "Host: x",
        "Connection: close",
        "Content-Type: application/json",
        f"Content-Length: {length}",
        *more,
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def reason(reply: Json) -> str:
    """Of an error of the envelope."""
    assert reply["id"] is None
    told: str = reply["error"]["data"]["details"]["reason"]
    return told


def test_a_call_is_answered_with_200(serving: Serving) -> None:
    status, reply, headers = serving.http("POST", "/rpc", request("dbal.hello"), JSON)
    assert (status, headers["content-type"]) == (200, "application/json")
    assert reply["result"]["conformance"] is True


@pytest.mark.parametrize(
    ("message", "status", "code"),
    [
        (b"nonsense", 400, -32700),
        (b"[]", 400, -32600),
        (b'{"jsonrpc":"2.0","method":"dbal.hello"}', 400, -32600),
        (request("dbal.nothing"), 404, -32601),
        (request("dbal.hello", {"meta": 5}), 422, -32602),
        (request("dbal.hello", {"more": 5}), 422, 422),
        (request("User.list", {}, {"token": "nobody"}), 401, 401),
        (request("User.read", {"id": "x"}, SYSTEM), 404, 404),
        (request("dbal.hello", {}, {"contract": "2.0"}), 501, 501),
    ],
)
def test_the_status_is_that_of_the_error(
    serving: Serving, message: bytes, status: int, code: int
) -> None:
    got, reply, _ = serving.http("POST", "/rpc", message, JSON)
    assert (got, reply["error"]["code"]) == (status, code)


@pytest.mark.parametrize(
    "kind", ["text/plain", "", "application/jsonx", "application/json;charset=latin1"]
)
def test_another_type_is_415(serving: Serving, kind: str) -> None:
    status, reply, _ = serving.http("POST", "/rpc", request("dbal.hello"), {"Content-Type": kind})
    assert (status, reason(reply)) == (415, "invalid_request")


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_may_say_that_it_is_utf_8(serving: Serving, kind: str) -> None:
    status, _, _ = serving.http("POST", "/rpc", request("dbal.hello"), {"Content-Type": kind})
    assert status == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_another_method_is_405_and_says_which_is_allowed(serving: Serving, method: str) -> None:
    status, reply, headers = serving.http(method, "/rpc")
    assert (status, headers["allow"], reason(reply)) == (405, "POST", "invalid_request")


@pytest.mark.parametrize("path", ["/", "/rpc/", "/RPC", "/other", "/healthy"])
def test_another_path_is_404(serving: Serving, path: str) -> None:
    status, reply, _ = serving.http("POST", path, request("dbal.hello"), JSON)
    assert (status, reason(reply)) == (404, "invalid_request")


def test_what_is_too_large_is_413_and_the_connection_usable_afterwards(serving: Serving) -> None:
    most = serving.service.schema.limits["max_request_bytes"]
    large, small = b" " * (most + 1), request("dbal.hello")
    first = head(len(large)).replace(b"Connection: close\r\n", b"")
    told = raw(serving, first + large + head(len(small)) + small)
    assert told.startswith(b"HTTP/1.1 413 ")
    assert b'"reason":"too_large"' in told
    assert told.count(b"HTTP/1.1 200 OK") == 1


def test_a_chunked_body_that_never_ends_is_413(serving: Serving) -> None:
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    start = head(0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    assert raw(serving, start + chunk * 17).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "more",
    [
        "Transfer-Encoding: chunked",
        "Content-Length: 3",
        "Transfer-Encoding: chunked\r\nContent-Length: 2",
    ],
)
def test_two_ways_to_tell_the_length_are_400_and_the_end(serving: Serving, more: str) -> None:
    told = raw(
        serving, head(2, more).replace(b"Connection: close\r\n", b"") + b"{}" + head(2) + b"{}"
    )
    assert told.startswith(b"HTTP/1.1 400 ")
    assert told.count(b"HTTP/1.1") == 1
    assert reason(json.loads(told.partition(b"\r\n\r\n")[2])) == "invalid_request"


@pytest.mark.parametrize(
    "text",
    [
        b"nonsense\r\n\r\n",
        b"GET /rpc HTTP/1.1\r\nHost x\r\n\r\n",
        b"GET /rpc HTTP/9.9\r\n\r\n",
        b"POST /rpc HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /" + b"a" * 40_000,
        b"GET / HTTP/1.1\r\nX: " + b"a" * 40_000,
    ],
    ids=["words", "header", "version", "length", "tls", "url", "head"],
)
def test_what_is_no_http_is_400_and_the_end(serving: Serving, text: bytes) -> None:
    told = raw(serving, text)
    assert told.startswith(b"HTTP/1.1 400 ")
    assert b"Traceback" not in told


def test_the_token_is_of_the_header_or_of_meta_but_not_two(serving: Serving) -> None:
    assert serving.post("conformance.digest", {}, BOOTSTRAP)
    assert serving.post("conformance.digest", {"meta": SYSTEM})
    assert serving.post("conformance.digest", {"meta": SYSTEM}, BOOTSTRAP)
    other = serving.tokens["admin"]
    for method in ("dbal.hello", "User.list"):
        with pytest.raises(Refusal, match="UNAUTHORIZED"):
            serving.post(method, {"meta": SYSTEM}, other)
        with pytest.raises(Refusal, match="UNAUTHORIZED"):
            serving.post(method, {"meta": {"token": other}}, BOOTSTRAP)


def test_headers_that_state_a_role_are_ignored(serving: Serving) -> None:
    headers = {**JSON, "X-User-Role": "supergod", "X-User-Id": "1", "Cookie": f"token={BOOTSTRAP}"}
    status, _, _ = serving.http("POST", "/rpc", request("conformance.digest"), headers)
    assert status == 401


def test_401_and_429_say_what_to_do(serving: Serving) -> None:
    status, _, headers = serving.http("POST", "/rpc", request("conformance.digest"), JSON)
    assert (status, headers["www-authenticate"]) == (401, "Bearer")
    wrong = {"username": "admin", "password": "not the password"}
    told: list[tuple[int, Any]] = []
    for _ in range(6):
        status, _, headers = serving.http("POST", "/rpc", request("Credential.verify", wrong), JSON)
        told.append((status, headers["retry-after"]))
    assert [status for status, _ in told] == [401] * 5 + [429]
    assert 1 <= int(told[-1][1]) <= 300


def test_a_transaction_is_bound_to_no_connection(serving: Serving) -> None:
    handle = serving.post("dbal.begin", {}, BOOTSTRAP)["tx"]
    data = {"username": "alice", "email": "alice@example.com"}
    meta = {"meta": {"tx": handle}}
    made = serving.post("User.create", {"data": data, **meta}, BOOTSTRAP)
    with pytest.raises(Refusal, match="NOT_FOUND"):
        serving.post("User.read", {"id": made["id"]}, BOOTSTRAP)
    assert serving.post("dbal.commit", {"tx": handle}, BOOTSTRAP) is True
    assert serving.post("User.read", {"id": made["id"]}, BOOTSTRAP)["username"] == "alice"


def test_requests_follow_each_other_on_one_connection(serving: Serving) -> None:
    one = request("dbal.hello")
    first = head(len(one)).replace(b"Connection: close\r\n", b"") + one
    assert raw(serving, first * 3 + head(len(one)) + one).count(b"HTTP/1.1 200 OK") == 4


def test_half_a_request_is_given_up_and_holds_up_nobody() -> None:
    with Serving(http=DOORS["http"], limits={"read_s": 0.5}) as strict:
        for half in (b"", b"POST /rpc HTTP/1.1\r\nHost:", head(100) + b"{"):
            with socket.create_connection(("127.0.0.1", strict.port("http")), timeout=10) as slow:
                slow.sendall(half)
                assert strict.post("dbal.hello")
                assert ended(slow)


def test_one_connection_too_many_is_dropped() -> None:
    with Serving(http=DOORS["http"], limits={"connections": 1}) as full:
        address = ("127.0.0.1", full.port("http"))
        with socket.create_connection(address, timeout=10):
            until(lambda: full.doors.connections == 1)
            with socket.create_connection(address, timeout=10) as other:
                assert ended(other)
        until(lambda: full.doors.connections == 0)
        assert full.post("dbal.hello")

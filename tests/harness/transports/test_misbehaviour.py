"""Each way to break the wire, over each transport, and the verdict that it earns."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from tests.harness.transports.peers import line, started
from tests.peers import certificates, grpc, http, websocket
from tests.peers.behaviour import HELLO
from tests.peers.tcp import serving

from dbal_conform.core.errors import TargetError, TargetProtocolError, TargetTimeoutError
from dbal_conform.core.messages import Request, Value
from dbal_conform.transports import Transport, jsonrpc

TALKING = {"websocket": websocket.talking, "http": http.talking}
LIMIT = 20_000
HELLO_REQUEST = Request(7, "dbal.hello")

COMMON = {
    "wrong-id": ("protocol_violation", "RPC-MSG-002"),
    "garbage": ("protocol_violation", "not JSON|CallReply"),
    "too-big": ("protocol_violation", "longer than|more than"),
    "never": ("timeout", "no reply"),
}
JSON = {
    "text-id": ("protocol_violation", "RPC-MSG-002"),
    "no-outcome": ("protocol_violation", "RPC-MSG-002"),
    "half": ("protocol_violation", "closed"),
    "close": ("protocol_violation", "closed"),
    "drip": ("timeout", "no reply"),
}
WAYS = [
    *(
        (transport, *each)
        for transport in ("websocket", "http")
        for each in {**COMMON, **JSON}.items()
    ),
    *(("grpc", *each) for each in COMMON.items()),
    *(("stdio", *each) for each in COMMON.items()),
    *(("stdio", name, JSON[name]) for name in ("text-id", "no-outcome", "drip")),
    # Its one connection is the program itself: with it, the program has ended.
    ("stdio", "half", ("crash", "in the middle of a line")),
    ("stdio", "close", ("crash", "exit status 0")),
    ("stdio", "logs", ("protocol_violation", "not JSON")),
    ("stdio", "crash", ("crash", "SIGSEGV.*\n.*about to divide by zero")),
    ("stdio", "leaves", ("crash", "exit status 7.*\n.*giving up")),
    ("websocket", "binary", ("protocol_violation", "WS-CONN-001")),
    ("websocket", "unmasked-garbage", ("protocol_violation", "RFC 6455")),
    ("websocket", "polite-close", ("protocol_violation", "close code 1011")),
    ("http", "not-http", ("protocol_violation", "HTTP-RPC-001")),
    ("http", "page", ("protocol_violation", "HTTP-RPC-002.*text/html")),
    ("http", "two-lengths", ("protocol_violation", "HTTP-RPC-001")),
    ("http", "wrong-status", ("protocol_violation", "HTTP-RPC-002: status 500 with a result")),
    ("grpc", "twice", ("protocol_violation", "RPC-MSG-002: 2 replies")),
    ("grpc", "nothing", ("protocol_violation", "RPC-MSG-002: 0 replies")),
    ("grpc", "undetailed", ("protocol_violation", "NOT_FOUND without details")),
    ("grpc", "odd-details", ("protocol_violation", "GRPC-ERR-001")),
    ("grpc", "error-inside", ("protocol_violation", "without result")),
    ("grpc", "kindless", ("protocol_violation", "GRPC-VAL-002")),
]


@pytest.fixture
def reach() -> Iterator["Reach"]:
    with ExitStack() as stack:
        yield Reach(stack)


class Reach:
    """Opens lines to peers, and ends both."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def __call__(self, transport: str, behaviour: str) -> Transport:
        if transport == "stdio":
            opened = started(behaviour)
        elif transport == "grpc":
            opened = line("grpc", self._stack.enter_context(grpc.serving(behaviour)))
        else:
            peer = self._stack.enter_context(serving(TALKING[transport](behaviour)))
            opened = line(transport, peer.port)
        return self._stack.enter_context(closing(opened))


@pytest.mark.parametrize("transport", ["stdio", "websocket", "http", "grpc"])
def test_a_peer_that_behaves_is_understood_again_and_again(reach: Reach, transport: str) -> None:
    target = reach(transport, "well")
    for number in (7, 8, 7):
        assert target.exchange(Request(number, "dbal.hello"), timeout_s=5) == Value(number, HELLO)


@pytest.mark.parametrize(
    ("transport", "behaviour", "earned"), WAYS, ids=[f"{way[0]}-{way[1]}" for way in WAYS]
)
def test_each_way_to_misbehave_earns_its_verdict(
    reach: Reach, transport: str, behaviour: str, earned: tuple[str, str]
) -> None:
    target = reach(transport, behaviour)
    target.reply_limit = LIMIT
    patience_s = 0.5 if earned[0] == "timeout" else 10.0
    with pytest.raises(TargetError, match=f"(?s){earned[1]}") as caught:
        target.exchange(HELLO_REQUEST, timeout_s=patience_s)
    assert caught.value.how == earned[0]


@pytest.mark.parametrize("transport", ["stdio", "websocket", "http"])
def test_a_second_answer_is_found_by_the_next_call(reach: Reach, transport: str) -> None:
    target = reach(transport, "twice")
    target.exchange(HELLO_REQUEST, timeout_s=5)
    time.sleep(0.2)
    with pytest.raises(TargetProtocolError, match="RPC-MSG-002"):
        target.exchange(Request(8, "dbal.hello"), timeout_s=5)


@pytest.mark.parametrize("transport", ["websocket", "http"])
def test_an_answer_that_comes_late_is_never_taken_for_another(reach: Reach, transport: str) -> None:
    target = reach(transport, "late")
    with pytest.raises(TargetTimeoutError):
        target.exchange(HELLO_REQUEST, timeout_s=0.3)
    assert target.exchange(Request(7, "dbal.hello"), timeout_s=10) == Value(7, HELLO)


def test_a_peer_that_is_no_websocket_is_told_at_once() -> None:
    with (
        serving(websocket.talking("no-upgrade")) as peer,
        pytest.raises(TargetProtocolError, match=r"WS-CONN-001: .*HTTP 200"),
    ):
        line("websocket", peer.port)


@pytest.mark.parametrize(
    ("kind", "words"),
    [("wrong-name", "mismatch"), ("expired", "expired"), ("unknown", "unable to get|self.signed")],
)
@pytest.mark.parametrize("transport", ["websocket", "http", "grpc"])
def test_a_certificate_that_does_not_hold_is_no_target(
    tmp_path: Path, transport: str, kind: str, words: str
) -> None:
    authority, key, chain = certificates.issue(tmp_path, kind)
    with ExitStack() as stack:
        if transport == "grpc":
            port = stack.enter_context(grpc.serving("well", (key, chain)))
        else:
            context = certificates.context(tmp_path, key, chain)
            port = stack.enter_context(serving(TALKING[transport]("well"), context)).port
        with pytest.raises(TargetProtocolError, match=f"TLS: .*({words})"):
            stack.enter_context(
                closing(line(transport, port, tls=authority.name, folder=tmp_path))
            ).exchange(HELLO_REQUEST, timeout_s=10)


@pytest.mark.parametrize("transport", ["websocket", "http", "grpc"])
def test_a_certificate_that_holds_lets_us_speak(tmp_path: Path, transport: str) -> None:
    authority, key, chain = certificates.issue(tmp_path, "good")
    with ExitStack() as stack:
        if transport == "grpc":
            port = stack.enter_context(grpc.serving("well", (key, chain)))
        else:
            context = certificates.context(tmp_path, key, chain)
            port = stack.enter_context(serving(TALKING[transport]("well"), context)).port
        target = stack.enter_context(
            closing(line(transport, port, tls=authority.name, folder=tmp_path))
        )
        assert target.exchange(HELLO_REQUEST, timeout_s=10) == Value(7, HELLO)


def test_what_protobuf_alone_would_take_in_is_limited_too(
    reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jsonrpc, "HIGHEST_LIMIT", LIMIT)
    with pytest.raises(TargetProtocolError, match="RESOURCE_EXHAUSTED"):
        reach("grpc", "too-big").exchange(HELLO_REQUEST, timeout_s=5)

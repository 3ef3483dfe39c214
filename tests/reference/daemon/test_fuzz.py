"""Whatever arrives is answered, tells nothing of the inside, and harms nobody (issue 5, section 6).

Hypothesis draws a call and a seed, from which 60 wrong messages are made; they go straight to the
handlers of the wire. Some hundreds more go over real sockets.
"""

import json
import socket
from collections import Counter
from collections.abc import Iterator

import grpc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.reference.daemon import variations
from tests.reference.daemon.serving import Grpc, Serving, request, status_details, upgraded
from tests.reference.talk import BOOTSTRAP, Json
from websockets.frames import Frame, Opcode

from dbal_reference.conformance import Target, open_target
from dbal_reference.errors import CLASSES, DbalError
from dbal_reference.wire.jsonrpc import Connection
from dbal_reference.wire.protobuf import dbal_pb2 as pb
from dbal_reference.wire.protobuf.handler import ProtoHandler, call_reply

EACH = 60  # messages of one draw
DRAWS = {"json": 250, "proto": 100}  # 21,000 messages in all
OVER_SOCKETS = 40  # draws for each door, of 5 messages
_INSIDE = ("Traceback", ".py", "dbal_reference", "sqlite", "psycopg", "Exception", "object at 0x")

calls = st.sampled_from(variations.CALLS)
metas = st.sampled_from(variations.METAS)
seeds = st.integers(0, 2**32)
fuzzed = settings(deadline=None, suppress_health_check=list(HealthCheck), database=None)


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    opened = open_target({"database": "memory:", "bootstrap_token": BOOTSTRAP})
    yield opened
    opened.close()


def judge(name: str, told: str) -> None:
    """An error of the contract that is no defect, and tells nothing of the inside."""
    assert name in CLASSES
    assert name != "INTERNAL_ERROR"
    assert not [inside for inside in _INSIDE if inside in told]


def judge_json(reply: bytes | str) -> str:
    """How a message ended; it was answered as it must be."""
    told: Json = json.loads(reply)
    assert told.keys() in ({"jsonrpc", "id", "result"}, {"jsonrpc", "id", "error"})
    if "result" in told:
        return "ok"
    name: str = told["error"]["data"]["name"]
    judge(name, json.dumps(told["error"]))
    return name


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("User.list", {"meta": {"tenant": "\ud800"}}),
        ("PageConfig.list", {"filter": {"componentTree": {"path": ["a"], "eq": 10**400}}}),
    ],
)
def test_what_was_found_once_is_refused(target: Target, method: str, params: Json) -> None:
    params = {**params, "meta": {"token": BOOTSTRAP, **params.get("meta", {})}}
    assert judge_json(target.handle(request(method, params))) == "VALIDATION_ERROR"


def test_every_message_of_json_is_answered(target: Target) -> None:
    ends: Counter[str] = Counter()

    @settings(fuzzed, max_examples=DRAWS["json"])
    @given(calls, metas, seeds)
    def fuzz(call: tuple[str, dict[str, Json]], meta: Json, seed: int) -> None:
        random = variations.seeded(seed)
        for _ in range(EACH):
            message = variations.json_message(*call, meta, random)
            ends[judge_json(target.handle(message))] += 1

    fuzz()
    assert ends.total() >= DRAWS["json"] * EACH
    # It goes deep: not only what cannot be read, but also what is refused late, and what is done.
    assert {"ok", "VALIDATION_ERROR", "UNAUTHORIZED", "NOT_FOUND", "CONFLICT"} <= ends.keys()
    assert judge_json(target.handle(request("dbal.hello"))) == "ok"


def test_every_message_of_protobuf_is_answered(target: Target) -> None:
    handler, peer = ProtoHandler(target.service), Connection()
    ends: Counter[str] = Counter()

    def end_of(message: bytes) -> str:
        try:
            reply = handler.answer(handler.read_call(message), peer, shape=call_reply)
        except DbalError as refusal:
            error = refusal
        else:
            return "ok" if pb.CallReply.FromString(reply).HasField("result") else "empty"
        told = pb.CallReply.FromString(handler.failure("", error)).error
        judge(told.name, str(told))
        assert handler.status(error) in grpc.StatusCode.__members__
        return told.name

    @settings(fuzzed, max_examples=DRAWS["proto"])
    @given(calls, metas, seeds)
    def fuzz(call: tuple[str, dict[str, Json]], meta: Json, seed: int) -> None:
        random = variations.seeded(seed)
        for _ in range(EACH):
            ends[end_of(variations.proto_message(*call, meta, random))] += 1

    fuzz()
    assert ends.total() >= DRAWS["proto"] * EACH
    assert {"ok", "VALIDATION_ERROR", "UNAUTHORIZED"} <= ends.keys()
    assert "empty" not in ends


def test_websocket_frames_of_any_kind_harm_nobody(shared: Serving) -> None:
    @settings(fuzzed, max_examples=OVER_SOCKETS)
    @given(calls, metas, seeds)
    def fuzz(call: tuple[str, dict[str, Json]], meta: Json, seed: int) -> None:
        random = variations.seeded(seed)
        with upgraded(shared) as peer:
            peer.settimeout(20)
            for _ in range(5):
                message = variations.json_message(*call, meta, random)
                frame = Frame(Opcode.TEXT, message).serialize(mask=True)
                sent = frame if random.random() < 0.5 else variations.mangle(frame, random)
                try:
                    peer.sendall(sent)
                except OSError:  # closed already for what came before
                    break

    fuzz()
    with shared.socket() as peer:
        assert peer.call("dbal.hello")


def test_http_requests_of_any_kind_harm_nobody(shared: Serving) -> None:
    @settings(fuzzed, max_examples=OVER_SOCKETS)
    @given(calls, metas, seeds)
    def fuzz(call: tuple[str, dict[str, Json]], meta: Json, seed: int) -> None:
        random = variations.seeded(seed)
        for _ in range(5):
            body = variations.json_message(*call, meta, random)
            head = b"POST /rpc HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            head += b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
            if random.random() < 0.7:
                head = variations.mangle(head, random)
            with socket.create_connection(("127.0.0.1", shared.port("http")), 20) as peer:
                peer.sendall(head + body)
                peer.shutdown(socket.SHUT_WR)
                reply = b""
                while part := peer.recv(65_536):
                    reply += part
            if reply:
                start, _, told = reply.partition(b"\r\n\r\n")
                assert start.startswith(b"HTTP/1.1 ")
                judge_json(told)

    fuzz()
    assert shared.post("dbal.hello")


def test_grpc_messages_of_any_kind_harm_nobody(channel: Grpc) -> None:
    @settings(fuzzed, max_examples=OVER_SOCKETS)
    @given(calls, metas, seeds)
    def fuzz(call: tuple[str, dict[str, Json]], meta: Json, seed: int) -> None:
        random = variations.seeded(seed)
        for _ in range(5):
            message = variations.proto_message(*call, meta, random)
            try:
                channel.raw(message)
            except grpc.RpcError as refusal:
                error = refusal
            else:
                continue
            detail, _ = status_details(error)
            judge(detail["name"], str(detail))

    fuzz()
    assert channel.hello()

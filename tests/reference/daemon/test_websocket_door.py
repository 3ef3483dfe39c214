"""WS-CONN and WS-FRAME, over a real connection."""

import json
import socket
from contextlib import suppress

import pytest
from tests.reference.daemon.serving import DOORS, Serving, request, until, upgraded
from tests.reference.talk import BOOTSTRAP, Refusal
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import CloseCode, Frame, Opcode
from websockets.sync.client import connect
from websockets.typing import Origin

SYSTEM = {"token": BOOTSTRAP}
SLOW = {"kind": "slow", "count": 1, "delayMs": 400}


def closing_code(door: Serving, *frames: Frame) -> int:
    """What the server closes with after these frames."""
    with door.socket() as peer:
        with peer.raw.protocol_mutex:
            for frame in frames:
                peer.raw.socket.sendall(frame.serialize(mask=True))
        with pytest.raises(ConnectionClosed) as closed:
            peer.raw.recv(timeout=10)
    received = closed.value.rcvd
    assert received is not None
    return received.code


def test_a_call_is_answered(serving: Serving) -> None:
    with serving.socket() as peer:
        assert peer.call("dbal.hello")["contract"] == "1.0"


@pytest.mark.parametrize("path", ["/", "/rpc/", "/other"])
def test_another_path_is_not_found(serving: Serving, path: str) -> None:
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(f"ws://127.0.0.1:{serving.port('websocket')}{path}"),
    ):
        pass
    assert refused.value.response.status_code == 404


def test_the_token_of_the_upgrade_stands_for_the_connection(serving: Serving) -> None:
    with serving.socket(BOOTSTRAP) as peer:
        assert peer.call("conformance.digest")
        with pytest.raises(Refusal, match="UNAUTHORIZED"):
            peer.call("dbal.hello", meta={"token": "nobody's"})


@pytest.mark.parametrize("header", ["Basic eDp5", "Bearer", "Bearer nobody", BOOTSTRAP])
def test_credentials_that_mean_nothing_are_refused(serving: Serving, header: str) -> None:
    with connect(serving.urls["websocket"], additional_headers={"Authorization": header}) as raw:
        raw.send(request("dbal.hello"), text=True)
        assert json.loads(raw.recv(timeout=10))["error"]["data"]["name"] == "UNAUTHORIZED"


def test_a_slow_call_holds_up_no_other(serving: Serving) -> None:
    with serving.socket(BOOTSTRAP) as peer:
        peer.call("conformance.fault", {**SLOW, "method": "User.list"})
        peer.raw.send(request("User.list", id="slow"), text=True)
        first = peer.exchange(request("dbal.health", id="quick"))
        assert (first["id"], peer.receive()["id"]) == ("quick", "slow")


def test_an_id_in_flight_is_refused_and_free_after_its_reply(serving: Serving) -> None:
    with serving.socket(BOOTSTRAP) as peer:
        peer.call("conformance.fault", {**SLOW, "method": "User.list"})
        peer.raw.send(request("User.list", id=7), text=True)
        refused = peer.exchange(request("dbal.health", id=7))
        assert (refused["id"], refused["error"]["data"]["details"]["reason"]) == (
            None,
            "duplicate_id",
        )
        assert "result" in peer.receive()
        assert "result" in peer.exchange(request("dbal.health", id=7))


def test_more_than_the_most_in_flight_wait_and_are_answered(serving: Serving) -> None:
    with serving.socket(BOOTSTRAP) as peer:
        peer.call("conformance.fault", {**SLOW, "count": 40, "method": "User.count"})
        for number in range(40):
            peer.raw.send(request("User.count", id=number), text=True)
        assert {peer.receive()["id"] for _ in range(40)} == set(range(40))


def test_a_binary_frame_closes_with_1003(serving: Serving) -> None:
    assert closing_code(serving, Frame(Opcode.BINARY, b"{}")) == 1003


def test_text_that_is_not_utf_8_closes_with_1007(serving: Serving) -> None:
    assert closing_code(serving, Frame(Opcode.TEXT, b'{"a":"\xff"}')) == 1007


def test_a_message_too_large_closes_with_1009_also_in_fragments(serving: Serving) -> None:
    most = serving.service.schema.limits["max_request_bytes"]
    half = b" " * (most // 2 + 1)
    assert closing_code(serving, Frame(Opcode.TEXT, b" " * (most + 1))) == 1009
    fragments = (Frame(Opcode.TEXT, half, fin=False), Frame(Opcode.CONT, half))
    assert closing_code(serving, *fragments) == 1009


def test_fragments_are_put_together_and_the_largest_message_is_read(serving: Serving) -> None:
    most = serving.service.schema.limits["max_request_bytes"]
    message = request("dbal.hello").ljust(most)
    with serving.socket() as peer:
        peer.raw.send([message[:9].decode(), message[9:].decode()])
        assert peer.receive()["result"]["contract"] == "1.0"


def test_pings_are_answered(serving: Serving) -> None:
    with serving.socket() as peer:
        assert peer.raw.ping().wait(10)


def test_a_page_of_another_origin_is_turned_away(serving: Serving) -> None:
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(serving.urls["websocket"], origin=Origin("https://evil.example")),
    ):
        pass
    assert refused.value.response.status_code == 403


def test_one_connection_too_many_is_turned_away_and_leaves_room_when_one_goes() -> None:
    limits = {"connections": 1}
    with Serving(websocket=DOORS["websocket"], limits=limits) as full:
        with full.socket() as peer:
            assert peer.call("dbal.hello")
            with pytest.raises(InvalidStatus) as refused, full.socket():
                pass
            assert refused.value.response.status_code == 503
        until(lambda: full.doors.connections == 0)
        with full.socket() as peer:
            assert peer.call("dbal.hello")


def test_a_reader_that_takes_no_replies_is_dropped_and_holds_up_nobody() -> None:
    with Serving(**DOORS, limits={"write_s": 0.5}) as strict, upgraded(strict) as lazy:
        crowd = [{"username": f"u{n:03}", "email": f"u{n}@example.com"} for n in range(100)]
        strict.reset(User=crowd)
        with strict.socket() as other:
            until(lambda: strict.doors.connections == 2)
            for _ in range(400):  # 12 MB of replies: far more than buffers hold
                asked = request("User.list", {"limit": 100}, meta=SYSTEM)
                with suppress(BlockingIOError):
                    lazy.send(Frame(Opcode.TEXT, asked).serialize(mask=True))
            assert other.call("dbal.hello")
            until(lambda: strict.doors.connections == 1)
            assert other.call("dbal.hello")


def test_who_says_nothing_is_closed_with_1001_and_who_calls_is_not() -> None:
    with (
        Serving(websocket=DOORS["websocket"], limits={"idle_s": 1.0}) as strict,
        strict.socket() as idle,
        strict.socket() as busy,
    ):
        while strict.doors.connections == 2:
            assert busy.call("dbal.hello")
        with pytest.raises(ConnectionClosed) as closed:
            idle.raw.recv(timeout=10)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == CloseCode.GOING_AWAY


def test_half_a_handshake_is_given_up() -> None:
    with Serving(websocket=DOORS["websocket"], limits={"read_s": 0.5}) as strict:
        address = ("127.0.0.1", strict.port("websocket"))
        with socket.create_connection(address, timeout=10) as half:
            half.sendall(b"GET /rpc HTTP/1.1\r\nHost:")
            while half.recv(4096):  # a refusal, perhaps, and then the end
                pass

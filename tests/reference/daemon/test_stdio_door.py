"""STD-LINE, through real pipes."""

import asyncio
import json
import os
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
from tests.reference.daemon.serving import Serving, request, until
from tests.reference.talk import BOOTSTRAP, Json

from dbal_reference.daemon.stdio_door import StdioDoor

SYSTEM = {"token": BOOTSTRAP}


class Lines:
    """The other end of the pipes."""

    def __init__(self, serving: Serving) -> None:
        theirs, to_it = os.pipe()
        from_it, ours = os.pipe()
        self.to_it = os.fdopen(to_it, "wb")
        self.from_it = os.fdopen(from_it, "rb")
        self._files = os.fdopen(theirs, "rb"), os.fdopen(ours, "wb")
        self.ended = threading.Event()
        self.serving = serving
        core = serving.doors.core
        limits = serving.settings.limits.of_doors
        self.door = StdioDoor(core, limits, *self._files, self.ended.set)
        serving.run(self.door.open())

    def send(self, *lines: bytes) -> None:
        self.to_it.write(b"".join(line + b"\n" for line in lines))
        self.to_it.flush()

    def receive(self) -> Json:
        line = self.from_it.readline()
        assert line.endswith(b"\n")
        return json.loads(line)

    def call(self, method: str, params: Json = None, meta: Json = None) -> Json:
        self.send(request(method, params, meta))
        return self.receive()["result"]

    def close(self) -> None:
        for end in (self.to_it, self.from_it):
            end.close()
        self.serving.run(self.door.close())
        for file in self._files:
            with suppress(BrokenPipeError):
                file.close()


@pytest.fixture
def lines(serving: Serving) -> Iterator[Lines]:
    pipes = Lines(serving)
    yield pipes
    pipes.close()


def test_each_line_is_answered_with_a_line(lines: Lines) -> None:
    assert lines.call("dbal.hello")["contract"] == "1.0"
    lines.send(b"nonsense")
    assert lines.receive()["error"]["code"] == -32700


def test_blank_lines_are_skipped_and_line_ends_may_be_of_windows(lines: Lines) -> None:
    lines.send(b"", b"  \t", b"\r", request("dbal.hello", id=5) + b"\r")
    assert lines.receive()["id"] == 5


def test_replies_come_in_any_order(lines: Lines) -> None:
    slow = {"kind": "slow", "count": 1, "delayMs": 400, "method": "User.count"}
    lines.call("conformance.fault", slow, SYSTEM)
    lines.send(request("User.count", id="slow"), request("dbal.hello", id="quick"))
    assert [lines.receive()["id"], lines.receive()["id"]] == ["quick", "slow"]


@pytest.mark.parametrize("beyond", [0, 1, 2, 3, 100_000])
def test_an_oversize_line_is_answered_and_skipped_to_its_end(lines: Lines, beyond: int) -> None:
    most = lines.serving.service.schema.limits["max_request_bytes"]
    line = request("dbal.hello").ljust(most + beyond)
    writer = threading.Thread(target=lines.send, args=(line, request("dbal.health", id="next")))
    writer.start()
    by_id = {reply["id"]: reply for reply in (lines.receive(), lines.receive())}
    writer.join()
    assert by_id.pop("next")["result"]["status"] == "ok"
    ((_, other),) = by_id.items()
    if beyond == 0:
        assert other["result"]["contract"] == "1.0"
    else:
        assert other["error"]["data"]["details"]["reason"] == "too_large"


def test_at_the_end_of_the_input_everything_is_answered_and_then_it_ends(lines: Lines) -> None:
    slow = {"kind": "slow", "count": 3, "delayMs": 300, "method": "User.count"}
    lines.call("conformance.fault", slow, SYSTEM)
    lines.send(*(request("User.count", id=number) for number in range(3)))
    lines.to_it.write(request("dbal.hello", id="last"))  # without an end of line
    lines.to_it.close()
    assert {lines.receive()["id"] for _ in range(4)} == {0, 1, 2, "last"}
    assert lines.ended.wait(10)


def test_what_was_begun_is_rolled_back_at_the_end(lines: Lines) -> None:
    lines.call("dbal.begin", {}, SYSTEM)
    assert lines.serving.service.open_transactions == 1
    lines.serving.run(lines.door.close())
    assert lines.serving.service.open_transactions == 0


def test_a_reader_that_takes_nothing_holds_up_nobody_else(lines: Lines) -> None:
    def ask_much() -> None:
        try:
            lines.send(*(request("dbal.hello") for _ in range(2000)))
        except OSError:  # the pipe was closed before all of it was taken
            return

    writer = threading.Thread(target=ask_much)
    writer.start()
    assert lines.serving.post("dbal.hello")
    writer.join(0.2)
    assert writer.is_alive()  # it is not read from until it reads itself
    for _ in range(2000):
        assert lines.receive()["result"]
    writer.join()


def test_closing_waits_no_longer_than_its_grace() -> None:
    with Serving(http="127.0.0.1:0", limits={"grace_s": 0.2}) as serving:
        pipes = Lines(serving)
        slow = {"kind": "slow", "count": 1, "delayMs": 1500, "method": "User.count"}
        pipes.call("conformance.fault", slow, SYSTEM)
        pipes.send(request("User.count"))
        until(lambda: serving.doors.core.running == 1)
        serving.run(asyncio.wait_for(pipes.door.close(), 1.0))
        assert serving.doors.core.running == 1
        pipes.close()

"""The drive loop, with scripted machines and transports."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dbal_conform.core.database import database_of
from dbal_conform.core.errors import (
    CouldNotRunError,
    HarnessError,
    TargetCrashError,
    TargetProtocolError,
    TargetTimeoutError,
)
from dbal_conform.core.messages import RawReply, RawRequest, Reply, Request, Silence, Value
from dbal_conform.core.play.actions import (
    Action,
    Answer,
    Await,
    Environment,
    Launch,
    Pause,
    Race,
    Send,
    SendRaw,
    Unable,
)
from dbal_conform.environments import open_environment
from dbal_conform.environments.base import Base
from dbal_conform.executors.serial import Line, drive


class Script:
    """A machine that asks for each of its actions in turn."""

    def __init__(self, *actions: Action) -> None:
        self._actions = list(actions)
        self.answers: list[Answer] = []
        self.took_ms: list[float] = []

    def next_action(self) -> Action | None:
        done = len(self.answers)
        return self._actions[done] if done < len(self._actions) else None

    def receive(self, answer: Answer, *, took_ms: float = 0.0) -> None:
        self.answers.append(answer)
        self.took_ms.append(took_ms)


class Peer:
    """A transport that answers by a function of the request."""

    reply_limit = 0
    keeps_lines = True

    def __init__(self, answer: Callable[[Request], object]) -> None:
        self._answer = answer
        self.disturbed: list[str] = []
        self.seen: list[int] = []
        self.closed = 0

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        del timeout_s
        self.seen.append(request.id)
        answer = self._answer(request)
        if isinstance(answer, Exception):
            raise answer
        return Value(request.id, answer)  # type: ignore[arg-type]  # any JSON

    def exchange_raw(self, raw: RawRequest, *, timeout_s: float) -> RawReply:
        del timeout_s
        if raw.kind == "http":
            raise CouldNotRunError("no http here")
        return RawReply(raw.id, json=raw.payload)

    def disturb(self, fault: str) -> None:
        if fault != "drop":
            raise CouldNotRunError(f"no {fault} here")
        self.disturbed.append(fault)

    def close(self) -> None:
        self.closed += 1


def line_to(answer: Callable[[Request], object]) -> tuple[Line, Peer]:
    peer = Peer(answer)
    return Line(peer, open_environment(Base(database_of("memory")), Path(), "1")), peer


def send(number: int, method: str = "m") -> Send:
    return Send(Request(number, method), 5.0)


def test_actions_are_answered_in_turn_and_timed() -> None:
    line, _ = line_to(lambda request: request.method)
    script = Script(send(1, "a"), Pause(0.02), send(2, "b"))
    drive(script, line)
    assert script.answers == [Value(1, "a"), None, Value(2, "b")]
    assert script.took_ms[1] >= 20


def test_a_raw_message_is_exchanged() -> None:
    line, _ = line_to(lambda _: 0)
    script = Script(SendRaw(RawRequest(4, "json", "[]"), 1.0))
    drive(script, line)
    assert script.answers == [RawReply(4, json="[]")]


def test_a_raw_message_that_the_transport_lacks_could_not_run() -> None:
    line, _ = line_to(lambda _: 0)
    with pytest.raises(CouldNotRunError):
        drive(Script(SendRaw(RawRequest(1, "http", {}), 1.0)), line)


@pytest.mark.parametrize(
    ("error", "how"), [(TargetCrashError("boom"), "crash"), (TargetTimeoutError("boom"), "timeout")]
)
def test_after_a_target_died_nothing_more_is_sent(error: Exception, how: str) -> None:
    line, peer = line_to(lambda _: error)
    script = Script(send(1), send(2), SendRaw(RawRequest(3, "json", "{}"), 1.0))
    drive(script, line)
    assert [answer.how for answer in script.answers if isinstance(answer, Silence)] == [how] * 3
    assert script.answers[1] == Silence(2, how, "not sent, since earlier: boom")  # type: ignore[arg-type]  # a literal
    assert peer.seen == [1]
    assert line.spoilt is not None


def test_after_a_broken_reply_the_line_is_used_on() -> None:
    line, peer = line_to(lambda request: TargetProtocolError("odd") if request.id == 1 else "well")
    script = Script(send(1), send(2))
    drive(script, line)
    assert script.answers == [Silence(1, "protocol_violation", "odd"), Value(2, "well")]
    assert peer.seen == [1, 2]
    assert line.spoilt is None


def test_after_a_broken_reply_a_line_that_keeps_none_is_used_no_more() -> None:
    line, peer = line_to(lambda _: TargetProtocolError("odd"))
    peer.keeps_lines = False
    drive(Script(send(1), send(2)), line)
    assert peer.seen == [1]
    assert line.spoilt == Silence(1, "protocol_violation", "odd")


def test_the_connection_is_the_transports_to_break() -> None:
    line, peer = line_to(lambda _: 0)
    script = Script(Environment(connection="drop"), Environment(connection="half-close"))
    drive(script, line)
    assert script.answers == [None, Unable("no half-close here")]
    assert peer.disturbed == ["drop"]
    assert not line.shaken


def test_branches_run_at_once_and_each_in_its_order() -> None:
    meeting = threading.Barrier(3, timeout=5)

    def answer(request: Request) -> object:
        if request.method == "meet":
            meeting.wait()
        return request.id

    line, _ = line_to(answer)
    branches = [Script(send(n, "meet"), send(n + 10)) for n in (1, 2, 3)]
    script = Script(Race(tuple(branches)), send(99))
    drive(script, line)
    assert [branch.answers for branch in branches] == [
        [Value(n, n), Value(n + 10, n + 10)] for n in (1, 2, 3)
    ]
    assert script.answers == [None, Value(99, 99)]


def test_a_branch_that_dies_leaves_the_others_their_end() -> None:
    line, _ = line_to(lambda request: TargetCrashError("boom") if request.id == 1 else 0)
    branches = [Script(send(1)), Script(Pause(0.1), send(2))]
    drive(Script(Race(tuple(branches))), line)
    assert [type(branch.answers[-1]) for branch in branches] == [Silence, Silence]


def test_a_fault_of_ours_in_a_branch_is_raised_and_not_waited_for() -> None:
    class Broken(Script):
        def next_action(self) -> Action | None:
            raise LookupError("ours")

    line, _ = line_to(lambda _: 0)
    began = time.monotonic()
    with pytest.raises(LookupError, match="ours"):
        drive(Script(Race((Script(send(1)), Broken()))), line)
    assert time.monotonic() - began < 5


def test_too_many_branches_are_refused() -> None:
    line, _ = line_to(lambda _: 0)
    with pytest.raises(HarnessError, match="129 branches"):
        drive(Script(Race(tuple(Script() for _ in range(129)))), line)


def test_a_launched_call_waits_while_others_run() -> None:
    released = threading.Event()

    def answer(request: Request) -> object:
        if request.id == 1:
            assert released.wait(5)
        else:
            released.set()
        return request.id

    line, _ = line_to(answer)
    script = Script(Launch("p", Request(1, "m"), 5.0), send(2), Await("p", 5.0))
    drive(script, line)
    assert script.answers == [None, Value(2, 2), Value(1, 1)]
    line.settle()
    assert line.spoilt is None


def test_a_launched_call_that_never_ends_is_a_timeout_and_spoils_the_line() -> None:
    stop = threading.Event()
    line, _ = line_to(lambda _: stop.wait(10))
    script = Script(Launch("p", Request(7, "m"), 0.0), Await("p", -0.9))
    drive(script, line)
    assert isinstance(script.answers[1], Silence)
    assert (script.answers[1].id, script.answers[1].how) == (7, "timeout")
    assert line.spoilt is not None
    stop.set()


def test_a_launched_call_that_is_left_running_spoils_the_line() -> None:
    stop = threading.Event()
    line, _ = line_to(lambda _: stop.wait(10))
    drive(Script(Launch("p", Request(1, "m"), 5.0)), line)
    line.settle()
    assert line.spoilt == Silence(0, "timeout", "p was left running")
    stop.set()
    line.close()


def test_awaiting_what_was_never_launched_is_our_fault() -> None:
    line, _ = line_to(lambda _: 0)
    with pytest.raises(HarnessError, match="'p' is awaited"):
        drive(Script(Await("p", 1.0)), line)


def test_a_fault_that_the_ground_cannot_take_is_told_to_the_machine() -> None:
    line, _ = line_to(lambda _: 0)
    script = Script(Environment(database="kill"))
    drive(script, line)
    assert script.answers == [Unable("an embedded database has no server to interfere with")]


def test_closing_closes_the_target_and_then_its_ground() -> None:
    line, peer = line_to(lambda _: 0)
    drive(Script(Race((Script(send(1)),))), line)
    line.close()
    line.close()
    assert peer.closed == 2

"""Drive one machine (a trial, or a branch of a race) over one line, action by action."""

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYetError
from contextlib import contextmanager
from time import perf_counter, sleep
from typing import Any, TypeAlias

from dbal_conform.core.errors import CouldNotRunError, HarnessError, TargetError
from dbal_conform.core.messages import Outcome, RawRequest, Request, Silence
from dbal_conform.core.play.actions import (
    Action,
    Answer,
    Await,
    Environment,
    Launch,
    Machine,
    Mend,
    Pause,
    Race,
    Send,
    SendRaw,
    Unable,
)
from dbal_conform.environments import Environment as Ground
from dbal_conform.transports import Transport

MOST_THREADS = 128  # branches and launched calls of one trial; a vector with more is refused
BARRIER_S = 10.0
LATE_S = 1.0  # beyond its timeout, a call in another thread is not waited for longer
# How often threads take turns while branches race: the usual 5 ms would let a whole call of an
# in-process target pass between two turns, and hide what races are there to find.
TURN_S = 0.0001

Ask: TypeAlias = Callable[[], Outcome]


class Line:
    """An open transport and what it stands on, as one trial after another uses them.

    `spoilt` is the first sign that the target died or hung; from then on nothing more is sent.
    `shaken` is whether something was done to what it stands on.
    """

    def __init__(self, transport: Transport, ground: Ground) -> None:
        self.transport = transport
        self.ground = ground
        self.spoilt: Silence | None = None
        self.shaken = False
        self._threads: ThreadPoolExecutor | None = None
        self._launched: dict[str, tuple[int, Future[Outcome]]] = {}

    def answer(self, action: Action) -> Answer:
        """Do what a machine asks, and return what came of it.

        Raises:
            CouldNotRunError: this transport has no such message.
            HarnessError: the machine asks for what cannot be.
        """
        answer: Answer = None
        match action:
            case Send(request, timeout_s):
                answer = self._send(request, timeout_s)
            case SendRaw(raw, timeout_s):
                answer = self._send_raw(raw, timeout_s)
            case Launch(name, request, timeout_s):
                future = self._in_thread(self._send, request, timeout_s)
                self._launched[name] = (request.id, future)
            case Await(name, timeout_s):
                answer = self._joined(name, timeout_s)
            case Race(branches):
                self._race(branches)
            case Pause(seconds):
                sleep(seconds)
            case Environment(connection=str(fault)):
                answer = _tried(lambda: self.transport.disturb(fault))
            case Environment():
                self.shaken = True
                answer = _tried(lambda: self.ground.apply(action))
            case Mend():
                answer = _tried(self.ground.mend)
        return answer

    def close(self) -> None:
        """Let go of the target, then of its ground; may be called twice."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._threads = None
        try:
            self.transport.close()
        finally:
            self.ground.close()

    def settle(self) -> None:
        """Forget calls that were never awaited; one that still runs spoils the line."""
        for name, (_, future) in self._launched.items():
            if not future.done():
                self.spoilt = Silence(0, "timeout", f"{name} was left running")
        self._launched.clear()

    def _send(self, request: Request, timeout_s: float) -> Outcome:
        return self._outcome(
            request.id, lambda: self.transport.exchange(request, timeout_s=timeout_s)
        )

    def _send_raw(self, raw: RawRequest, timeout_s: float) -> Outcome:
        return self._outcome(raw.id, lambda: self.transport.exchange_raw(raw, timeout_s=timeout_s))

    def _outcome(self, request_id: int, ask: Ask) -> Outcome:
        if self.spoilt is not None:
            before = self.spoilt
            return Silence(request_id, before.how, f"not sent, since earlier: {before.reason}")
        try:
            return ask()
        except TargetError as error:
            silence = Silence(request_id, error.how, str(error))
            if error.how != "protocol_violation" or not self.transport.keeps_lines:
                self.spoilt = silence
            return silence

    def _joined(self, name: str, timeout_s: float) -> Outcome:
        request_id, future = self._launched.pop(name, (0, None))
        if future is None:
            raise HarnessError(f"{name!r} is awaited, but was never launched")
        try:
            return future.result(timeout=timeout_s + LATE_S)
        except NotYetError:
            silence = Silence(request_id, "timeout", f"no reply to {name!r} in {timeout_s:.1f} s")
            self.spoilt = silence
            return silence

    def _race(self, branches: tuple[Machine, ...]) -> None:
        if len(branches) > MOST_THREADS:
            raise HarnessError(f"{len(branches)} branches, more than {MOST_THREADS}")
        start = threading.Barrier(len(branches))

        def run(branch: Machine) -> None:
            try:
                branch.next_action()  # made ready before the start; asking twice changes nothing
                start.wait(BARRIER_S)
            except BaseException:
                start.abort()  # the others need not wait for one that never comes
                raise
            drive(branch, self)

        with _finely_interleaved():
            futures = [self._in_thread(run, branch) for branch in branches]
            errors = [future.exception() for future in futures]
        found = [error for error in errors if error is not None]
        # A broken barrier is only what the others saw of the real cause.
        found.sort(key=lambda error: isinstance(error, threading.BrokenBarrierError))
        if found:
            raise found[0]

    def _in_thread(self, call: Callable[..., Any], *args: object) -> Future[Any]:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(MOST_THREADS * 2, thread_name_prefix="dbal-branch")
        return self._threads.submit(call, *args)


def drive(machine: Machine, line: Line) -> None:
    """Carry actions and answers until the machine has ended.

    A target that gives no reply is a finding, told to the machine; any other error is ours.
    """
    while (action := machine.next_action()) is not None:
        began = perf_counter()
        answer = line.answer(action)
        machine.receive(answer, took_ms=(perf_counter() - began) * 1000)


def _tried(act: Callable[[], None]) -> Answer:
    try:
        act()
    except CouldNotRunError as error:
        return Unable(str(error))
    return None


@contextmanager
def _finely_interleaved() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(TURN_S)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)

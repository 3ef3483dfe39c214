"""A target that the harness starts: the line to it, and the program at its other end."""

from collections.abc import Callable
from time import monotonic, sleep
from typing import TypeVar

from dbal_conform.core.errors import (
    TargetCrashError,
    TargetError,
    TargetProtocolError,
    TargetTimeoutError,
)
from dbal_conform.core.messages import RawReply, RawRequest, Reply, Request
from dbal_conform.processes.program import ENDING_S, Program
from dbal_conform.processes.starting import start
from dbal_conform.transports import Opening, Transport, connect
from dbal_conform.transports.stream import ClosedError, UnreachableError, free_port

FIRST_PAUSE_S = 0.02  # between two looks whether it listens; half as long again each time
LONGEST_PAUSE_S = 0.25
PORT_TRIES = 2  # between finding a free port and using it, another may take it

T = TypeVar("T")


class Hosted:
    """See `Transport`. A call that fails because the program has ended is a crash, with its log."""

    def __init__(self, opening: Opening) -> None:
        for attempt in range(1, PORT_TRIES + 1):
            try:
                self._program, self._line = _ready(opening)
            except _EndedEarlyError:
                if attempt == PORT_TRIES:
                    raise
            else:
                break
        self.keeps_lines = self._line.keeps_lines

    @property
    def reply_limit(self) -> int:
        """See `Transport`."""
        return self._line.reply_limit

    @reply_limit.setter
    def reply_limit(self, limit: int) -> None:
        self._line.reply_limit = limit

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        """See `Transport.exchange`."""
        return self._told(lambda: self._line.exchange(request, timeout_s=timeout_s))

    def exchange_raw(self, raw: RawRequest, *, timeout_s: float) -> RawReply:
        """See `Transport.exchange_raw`."""
        return self._told(lambda: self._line.exchange_raw(raw, timeout_s=timeout_s))

    def disturb(self, fault: str) -> None:
        """See `Transport.disturb`."""
        self._line.disturb(fault)

    def close(self) -> None:
        """Let go of the line and end the program; may be called twice."""
        try:
            self._line.close()
        finally:
            self._program.stop()

    def _told(self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except TargetError as error:
            raise _explained(error, self._program) from error


class _EndedEarlyError(TargetCrashError):
    """It ended before it was ready: perhaps because its port was taken."""


def _ready(opening: Opening) -> tuple[Program, Transport]:
    """Start the target and wait until it answers hello.

    Raises:
        TargetError: it ended, or did not answer in time.
    """
    values = {**opening.values, "port": str(free_port())}
    until = monotonic() + opening.timeout_s
    program = start(opening.manifest, opening.folder, values, opening.owner)
    try:
        begun = opening._replace(values=values, program=program)
        return program, _answering(begun, program, until)
    except BaseException:
        program.stop()
        raise


def _answering(opening: Opening, program: Program, until: float) -> Transport:
    pause_s = FIRST_PAUSE_S
    while True:
        line: Transport | None = None
        try:
            left = max(until - monotonic(), 0.001)
            line = connect(opening._replace(timeout_s=left))
            line.exchange(Request(1, "dbal.hello"), timeout_s=max(until - monotonic(), 0.001))
        except UnreachableError as error:
            if line is not None:
                line.close()
            how = program.ended()
            if how is not None:
                why = f"it ended before it listened: {how}{program.last_words()}"
                raise _EndedEarlyError(why) from error
            if monotonic() > until:
                why = f"it did not listen within {opening.timeout_s:.0f} s"
                raise TargetTimeoutError(f"{why}{program.last_words()}") from error
        except TargetError as error:
            if line is not None:
                line.close()
            if isinstance(error, TargetTimeoutError):
                why = f"it did not answer hello within {opening.timeout_s:.0f} s"
                raise TargetTimeoutError(f"{why}{program.last_words()}") from error
            raise _explained(error, program) from error
        else:
            return line
        sleep(pause_s)
        pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)


def _explained(error: TargetError, program: Program) -> TargetError:
    """Return what happened, where the program's end is what happened."""
    if isinstance(error, TargetTimeoutError):
        return error
    broken = isinstance(error, ClosedError | TargetCrashError)
    # A program that dies is seen first as a connection that breaks.
    how = program.ended(ENDING_S if broken else 0.0)
    if how is not None:
        return TargetCrashError(f"it ended: {how} ({error}){program.last_words()}")
    if isinstance(error, TargetProtocolError):
        return error
    return TargetCrashError(f"{error}{program.last_words()}")

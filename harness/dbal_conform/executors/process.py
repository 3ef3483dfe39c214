"""One worker process: what it does, and the end of its pipe that the pool holds."""

import contextlib
import os
import signal
import sys
from collections import deque
from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import Any, NoReturn, TypeAlias

import msgspec

from dbal_conform.core.errors import InputError
from dbal_conform.core.plan import Trial
from dbal_conform.core.verdict import TrialResult
from dbal_conform.executors.job import Introduction, Job
from dbal_conform.executors.worker import Worker

GRACE_S = 5.0  # a worker ends its trials in time by itself; only when it cannot, it is ended
STOP_S = 2.0  # between asking a worker to stop and ending it

TAIL_LINES = 200  # of the log that goes with a crash (docs/targets.md)
TAIL_BYTES = 32 * 1024
DEBUG = "DBAL_CONFORM_DEBUG"  # set, what workers print stays where people see it

# To the worker: a site to introduce, a batch of trials, or None to end.
Order: TypeAlias = int | tuple[Trial, ...] | None
# From it: an introduction or why there is none, an encoded result, or the seconds in which the next
# word will come when it takes longer than one trial.
Word: TypeAlias = Introduction | InputError | bytes | float

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(TrialResult).decode


class WorkerProcess:
    """A worker and the trials that it was given and has not yet answered, oldest first.

    It is overdue when it hangs where its own time limits cannot reach it: in C code.
    """

    def __init__(self, context: BaseContext, job: Job, name: str, others: Sequence[Any]) -> None:
        self.trials: deque[Trial] = deque()
        self._job = job
        self._log = log_of(job, name)
        self._due = 0.0
        self.pipe, theirs = context.Pipe()
        foreign = [self.pipe, *(other.pipe for other in others)]
        # Only a forked worker holds these ends too, and must let go of them: while it holds them,
        # the others would not notice that the run has ended.
        inherited = foreign if context.get_start_method() == "fork" else []
        self.process = context.Process(  # type: ignore[attr-defined]  # absent from the stubs
            target=_serve,
            args=(theirs, job, name, inherited),
            name=f"dbal-worker-{name}",
            daemon=True,
        )
        self.process.start()
        theirs.close()

    @property
    def overdue(self) -> bool:
        """Whether it should long have said something."""
        return bool(self.trials) and monotonic() > self._due

    def order(self, order: Order) -> None:
        """Send an order; one that is dead says so when it is next heard."""
        if isinstance(order, tuple):
            idle = not self.trials
            self.trials.extend(order)
            if idle:
                self._expect()
        with contextlib.suppress(OSError):
            self.pipe.send(order)

    def hear(self) -> Introduction | InputError | TrialResult | None:
        """Return what the worker says.

        Raises:
            EOFError: it is dead.
        """
        try:
            word: Word = self.pipe.recv()
        except OSError as error:
            raise EOFError from error
        if isinstance(word, float):
            self._expect(word)
            return None
        if not isinstance(word, bytes):
            return word
        self.trials.popleft()
        self._expect()
        return _decode(word)

    def end(self, *, kill: bool = False) -> str:
        """End the process and return how it ended, in words."""
        if kill:
            self.process.kill()
        else:
            self.process.terminate()
        self.process.join(STOP_S)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        code = self.process.exitcode or 0
        self.pipe.close()
        self.process.close()
        if code < 0:
            with contextlib.suppress(ValueError):
                return f"signal {signal.Signals(-code).name}"
        return f"exit status {code}"

    def _expect(self, within_s: float = 0.0) -> None:
        limit_s = self._job.limit_s(self.trials[0].case) if self.trials else 0.0
        self._due = monotonic() + max(within_s, limit_s) + GRACE_S

    def buried(self) -> str:
        """Wait for a process whose pipe has closed; return how it ended, and its last words."""
        self.process.join(STOP_S)
        return f"{self.end()}{tail(self._log)}"


def _serve(pipe: Connection, job: Job, name: str, inherited: Sequence[Connection]) -> None:
    """Do what the pool orders until it closes its end of the pipe."""
    # A Ctrl-C reaches every process of the terminal; the run decides what becomes of its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # there is nothing to tidy up yet
    for end in inherited:
        end.close()
    if not os.environ.get(DEBUG):
        _into_log(log_of(job, name))
    worker = Worker(job, name, alive=pipe.send)
    with contextlib.suppress(KeyboardInterrupt):  # there is one at most
        signal.signal(signal.SIGTERM, _interrupt)
        with contextlib.suppress(EOFError, OSError):
            _obey(pipe, worker)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    worker.close()


def _obey(pipe: Connection, worker: Worker) -> None:
    while (order := pipe.recv()) is not None:
        if isinstance(order, int):
            pipe.send(_introduced(worker, order))
            continue
        for trial in order:
            pipe.send(_encode(worker.run(trial)))


def log_of(job: Job, name: str) -> Path:
    """Return the file in which all lands that a target prints in that worker's process."""
    return job.scratch / f"worker-{name}.log"


def tail(log: Path) -> str:
    """Return the last lines of a log, each begun on a line of its own; empty when it is."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return "".join(f"\n| {line}" for line in text.splitlines()[-TAIL_LINES:])


def _into_log(log: Path) -> None:
    """Let what a target prints spoil neither our output nor the terminal."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)


def _introduced(worker: Worker, site: int) -> Introduction | InputError:
    try:
        return worker.introduce(site)
    except InputError as error:
        return error


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # what follows is the tidying up
    raise KeyboardInterrupt  # passes through a target's `except Exception`

"""One program: started in a group of its own, stopped for certain, its last words kept."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from dbal_conform.core.errors import InputError
from dbal_conform.processes.log import Log

EOF_S = 1.0  # for a program that ends when its input ends
TERM_S = 6.0  # between SIGTERM and SIGKILL: calls in flight are given 5 s (WS-CONN-005)
ENDING_S = 1.0  # between a connection's end and that of the program which held it

_PR_SET_PDEATHSIG = 1
_INHERITED = ("PATH", "HOME", "LANG")


class Launch(NamedTuple):
    """How a program is started.

    `env` is all that it gets beside PATH, HOME and LANG. With `piped`, its input and output are
    pipes for messages and only its errors are a log; else both outputs are.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str]
    folder: Path
    piped: bool = False


class Program:
    """A program that runs, with all that it has started.

    Raises:
        InputError: there is no such program.
    """

    def __init__(self, launch: Launch) -> None:
        self._remains: list[Callable[[], object]] = []
        pipe = subprocess.PIPE if launch.piped else subprocess.DEVNULL
        ours, theirs = os.pipe()
        try:
            self._process = subprocess.Popen(  # noqa: S603 -- the user named the manifest
                launch.argv,
                bufsize=0,
                stdin=pipe,
                stdout=pipe if launch.piped else theirs,
                stderr=theirs,
                cwd=launch.folder,
                env={**_inherited(), **launch.env},
                start_new_session=True,
                preexec_fn=_end_with_us(),  # noqa: PLW1509 -- calls one C function, made ready before
            )
        except (OSError, ValueError) as error:
            os.close(ours)
            words = error.strerror if isinstance(error, OSError) else str(error)
            raise InputError(f"start.command: {launch.argv[0]!r} cannot be started: {words}") from (
                error
            )
        finally:
            os.close(theirs)
        self._log = Log(ours)

    @property
    def pipes(self) -> tuple[int, int]:
        """The descriptors of its input and its output, of a piped program that runs."""
        process = self._process
        if process.stdin is None or process.stdout is None:
            raise ValueError("it was not started with pipes")
        return process.stdin.fileno(), process.stdout.fileno()

    def ended(self, within_s: float = 0.0) -> str | None:
        """Return how it ended, in words, or None while it still runs after `within_s`."""
        try:
            code = self._process.wait(within_s) if within_s else self._process.poll()
        except subprocess.TimeoutExpired:
            return None
        if code is None:
            return None
        if code < 0:
            with contextlib.suppress(ValueError):
                return f"signal {signal.Signals(-code).name}"
        return f"exit status {code}"

    def last_words(self) -> str:
        """Return the end of its log; see `Log.tail`."""
        return self._log.tail()

    def afterwards(self, remove: Callable[[], object]) -> None:
        """Have something removed once it has ended."""
        self._remains.append(remove)

    def stop(self) -> None:
        """End it and what it has started; may be called twice."""
        process = self._process
        if process.stdin is not None and not process.stdin.closed:
            with contextlib.suppress(OSError):
                process.stdin.close()
            self.ended(EOF_S)
        if self.ended() is None:
            self._signal(signal.SIGTERM)
            self.ended(TERM_S)
        # Also when it has ended: what it started may not have.
        self._signal(signal.SIGKILL)
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
        while self._remains:
            self._remains.pop()()

    def _signal(self, number: signal.Signals) -> None:
        # The group has the number of its leader, and keeps it while anything of it runs.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


def _inherited() -> dict[str, str]:
    return {name: os.environ[name] for name in _INHERITED if name in os.environ}


def _end_with_us() -> Callable[[], None] | None:
    """Return what makes the kernel end a child whose parent was killed; None where none can."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    kill, parent = int(signal.SIGKILL), os.getpid()

    def prepare() -> None:
        prctl(_PR_SET_PDEATHSIG, kill)
        if os.getppid() != parent:  # it died before it could be asked for
            os._exit(1)

    return prepare

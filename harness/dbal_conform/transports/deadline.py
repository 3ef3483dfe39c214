"""Calls into a Python target that end in time, although they run in this very process.

On the main thread an alarm cuts the call short where it is; that costs 3 us a call and stops
any Python code, sleeps and lock waits. Anywhere else, and where there are no alarms, the call is
made on a thread of its own, which is abandoned when its time is up; that costs 45 us. What
hangs inside C code for good is beyond both: the process pool then ends the whole worker.
"""

import contextlib
import signal
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Any, TypeAlias

from dbal_conform.core.errors import TargetTimeoutError

Handle: TypeAlias = Callable[[bytes], Any]

AGAIN_S = 0.25  # a target that swallows the alarm is interrupted again and again


class _AlarmError(BaseException):
    """Raised inside the target's code; no `except Exception` there may stop it."""


class _Alarm:
    """The process has one alarm: whether it may ring now."""

    armed = False

    @classmethod
    def ring(cls, _signal: int, _frame: FrameType | None) -> None:
        """Cut the running call short."""
        if cls.armed:
            raise _AlarmError


_ring = _Alarm.ring  # one object, so that it can be told from a handler of the target's own


class Bounded:
    """A handler that may be called with a time limit, from any thread."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._main = threading.main_thread().ident
        self._callers: dict[int, _Caller] = {}

    def __call__(self, payload: bytes, timeout_s: float) -> object:
        """Return what the handler returns; what it raises passes through.

        Raises:
            TargetTimeoutError: it did not return within `timeout_s` seconds.
        """
        if timeout_s <= 0:
            raise TargetTimeoutError("the trial's time was up before this call")
        me = threading.get_ident()
        if me == self._main and hasattr(signal, "setitimer"):
            return self._alarmed(payload, timeout_s)
        caller = self._callers.get(me)
        if caller is None or caller.lost:
            caller = self._callers[me] = _Caller(self._handle)
        return caller.call(payload, timeout_s)

    def close(self) -> None:
        """End the threads that wait for work; those that hang were given up already."""
        for caller in self._callers.values():
            caller.close()
        self._callers.clear()

    def _alarmed(self, payload: bytes, timeout_s: float) -> object:
        if signal.getsignal(signal.SIGALRM) is not _ring:
            signal.signal(signal.SIGALRM, _ring)
        try:
            _Alarm.armed = True
            signal.setitimer(signal.ITIMER_REAL, timeout_s, AGAIN_S)
            try:
                return self._handle(payload)
            finally:
                _Alarm.armed = False
                signal.setitimer(signal.ITIMER_REAL, 0)
        except _AlarmError:
            _Alarm.armed = False
            signal.setitimer(signal.ITIMER_REAL, 0)
            raise TargetTimeoutError(f"no reply in {timeout_s:.1f} s") from None


class _Caller:
    """A thread that makes calls for another, so that this other can stop waiting."""

    def __init__(self, handle: Handle) -> None:
        self.lost = False
        self._handle = handle
        self._work: SimpleQueue[bytes | None] = SimpleQueue()
        self._done: SimpleQueue[tuple[object, BaseException | None]] = SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="dbal-target-call", daemon=True)
        self._thread.start()

    def call(self, payload: bytes, timeout_s: float) -> object:
        self._work.put(payload)
        try:
            answer, error = self._done.get(timeout=timeout_s)
        except Empty:
            self.lost = True
            self.close()
            _interrupt(self._thread)
            raise TargetTimeoutError(f"no reply in {timeout_s:.1f} s") from None
        if error is not None:
            raise error
        return answer

    def close(self) -> None:
        self._work.put(None)

    def _serve(self) -> None:
        with contextlib.suppress(SystemExit):  # how `_interrupt` ends a thread
            while (payload := self._work.get()) is not None:
                try:
                    self._done.put((self._handle(payload), None))
                except BaseException as error:  # noqa: BLE001 -- handed to the thread that asked
                    self._done.put((None, error))


def _interrupt(thread: threading.Thread) -> None:
    """Ask a thread that is given up to end, so that a busy loop does not slow the rest down."""
    import ctypes  # noqa: PLC0415 -- only when a target hangs

    if thread.ident is not None:
        ident, kind = ctypes.c_ulong(thread.ident), ctypes.py_object(SystemExit)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, kind)

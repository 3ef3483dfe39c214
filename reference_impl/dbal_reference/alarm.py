"""Work that is due at some time: a thread that exists only while something is."""

import threading
from collections.abc import Callable
from math import inf
from time import monotonic
from typing import TypeAlias

_LINGERS_S = 5.0  # a thread with nothing to wait for; starting one costs more than keeping it

Ring: TypeAlias = Callable[[], float | None]


class Alarm:
    """Calls `ring` when it is due; any number of threads may set it.

    Args:
        ring: does what is due and gives the seconds until more will be; None: nothing is in sight.
        name: of the thread.
    """

    def __init__(self, ring: Ring, name: str) -> None:
        self._ring = ring
        self._name = name
        self._changed = threading.Condition()
        self._due = inf
        self._thread: threading.Thread | None = None
        self._open = True

    def set(self, within_s: float) -> None:
        """Ring in so many seconds at the latest; a time set before, if earlier, stays."""
        due = monotonic() + within_s
        with self._changed:
            if not self._open or due >= self._due:
                return
            self._due = due
            if self._thread is None:
                self._thread = threading.Thread(target=self._wait, name=self._name, daemon=True)
                self._thread.start()
            else:
                self._changed.notify()

    def close(self) -> None:
        """Ring no more; the thread ends by itself."""
        with self._changed:
            self._open = False
            self._changed.notify()

    def _wait(self) -> None:
        while self._comes_due():
            again_s = self._ring()
            if again_s is not None:
                self.set(again_s)

    def _comes_due(self) -> bool:
        """Sleep until it is time; False if it will not be."""
        with self._changed:
            while (left_s := self._due - monotonic()) > 0:
                rung = self._open and self._changed.wait(min(left_s, self._longest_wait()))
                if not self._open or (not rung and self._due == inf):
                    self._thread = None
                    return False
            self._due = inf
        return True

    def _longest_wait(self) -> float:
        return _LINGERS_S if self._due == inf else threading.TIMEOUT_MAX

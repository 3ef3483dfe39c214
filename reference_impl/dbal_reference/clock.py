"""The one source of time for everything the DBAL reads (CTL-CLOCK-001); deadlines use real time."""

import time
from collections.abc import Callable
from threading import Lock

LATEST_MS = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z: the last instant RFC 3339 can write


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


class Clock:
    """Epoch milliseconds that follow the wall, set or stopped by `conformance.clock`.

    Args:
        wall_ms: the real time; another one makes a test repeatable.
    """

    def __init__(self, wall_ms: Callable[[], int] = _wall_ms) -> None:
        self._wall_ms = wall_ms
        self._lock = Lock()
        self._offset = 0
        self._frozen_at: int | None = None
        self._watchers: list[Callable[[], None]] = []

    @property
    def frozen(self) -> bool:
        """Whether time stands still."""
        return self._frozen_at is not None

    def now_ms(self) -> int:
        """The present instant, in epoch milliseconds."""
        frozen_at = self._frozen_at
        return self._wall_ms() + self._offset if frozen_at is None else frozen_at

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` whenever the clock was moved, stopped or let run."""
        self._watchers.append(watcher)

    def set(self, instant_ms: int) -> None:
        """Go to an instant, which is not before the present one; `frozen` stays as it is.

        Raises:
            ValueError: it lies in the past, or beyond what RFC 3339 can write.
        """
        with self._lock:
            if not self.now_ms() <= instant_ms <= LATEST_MS:
                raise ValueError(instant_ms)
            if self._frozen_at is not None:
                self._frozen_at = instant_ms
            else:
                self._offset = instant_ms - self._wall_ms()
        self._tell()

    def freeze(self, *, frozen: bool) -> None:
        """Stand still at the present instant, or run on from it."""
        with self._lock:
            now = self.now_ms()
            self._frozen_at = now if frozen else None
            self._offset = now - self._wall_ms()
        self._tell()

    def restore(self) -> None:
        """Back to real time (CTL-RESET-001)."""
        with self._lock:
            self._offset = 0
            self._frozen_at = None
        self._tell()

    def _tell(self) -> None:
        for watcher in self._watchers:
            watcher()

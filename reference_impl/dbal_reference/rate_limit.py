"""Failures of `Credential.verify`, counted for each username as written (CRD-VERIFY-004..010)."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

from dbal_reference.clock import Clock
from dbal_reference.errors import RateLimitError, TimeoutExceededError

_SWEEP_ABOVE = 10_000  # names kept before those with nothing but old failures are dropped


class _Attempts:
    """What is known of one username: instants of failures, and how many are being judged."""

    __slots__ = ("failures", "pending")

    def __init__(self) -> None:
        self.failures: list[int] = []
        self.pending = 0


class Attempt:
    """One attempt that may be judged; say how it went before the block ends."""

    __slots__ = ("succeeded",)

    def __init__(self) -> None:
        self.succeeded: bool | None = None  # None: not judged (an outage is no failure)


class FailureLimit:
    """At most `failures` judged failures for a name within `window_ms`, over all connections.

    An attempt in progress may yet fail, so others wait rather than slip past (CRD-VERIFY-010), and
    right passwords are never refused for being tried at once.
    """

    def __init__(self, clock: Clock, *, failures: int, window_ms: int) -> None:
        self._clock = clock
        self._most = failures
        self._window_ms = window_ms
        self._names: dict[str, _Attempts] = {}
        self._changed = Condition()
        self._sweep_above = _SWEEP_ABOVE

    @contextmanager
    def attempt(self, name: str, deadline: float) -> Iterator[Attempt]:
        """Take a place among the attempts for a name.

        Raises:
            RateLimitError: five failures are not yet old enough; this attempt is none of them.
            TimeoutExceededError: `deadline` (monotonic) passed while others were being judged.
        """
        self._admit(name, deadline)
        attempt = Attempt()
        try:
            yield attempt
        finally:
            self._settle(name, attempt)

    def clear(self) -> None:
        """Forget every failure (CTL-RESET-001)."""
        with self._changed:
            for attempts in self._names.values():
                attempts.failures.clear()
            self._drop_idle()

    def _admit(self, name: str, deadline: float) -> None:
        with self._changed:
            if len(self._names) > self._sweep_above:
                self._drop_idle()
                self._sweep_above = max(_SWEEP_ABOVE, 2 * len(self._names))
            while True:
                attempts = self._names.setdefault(name, _Attempts())
                self._expire(attempts)
                if len(attempts.failures) >= self._most:
                    raise RateLimitError(retryAfter=self._wait_s(attempts))
                if len(attempts.failures) + attempts.pending < self._most:
                    attempts.pending += 1
                    return
                if not self._changed.wait(max(0.0, deadline - time.monotonic())):
                    raise TimeoutExceededError

    def _settle(self, name: str, attempt: Attempt) -> None:
        with self._changed:
            attempts = self._names[name]
            attempts.pending -= 1
            if attempt.succeeded is True:
                attempts.failures.clear()
            elif attempt.succeeded is False:
                attempts.failures.append(self._clock.now_ms())
            self._changed.notify_all()

    def _expire(self, attempts: _Attempts) -> None:
        oldest = self._clock.now_ms() - self._window_ms
        attempts.failures[:] = [instant for instant in attempts.failures if instant > oldest]

    def _wait_s(self, attempts: _Attempts) -> int:
        """Whole seconds, rounded up, until the oldest failure no longer counts (ERR-FORM-007)."""
        wait_ms = attempts.failures[0] + self._window_ms - self._clock.now_ms()
        return max(1, -(-wait_ms // 1000))

    def _drop_idle(self) -> None:
        for name, attempts in list(self._names.items()):
            self._expire(attempts)
            if not attempts.failures and not attempts.pending:
                del self._names[name]

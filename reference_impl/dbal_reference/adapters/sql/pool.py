"""Connections that are kept, each used by one thread at a time."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Generic, NamedTuple, Protocol, TypeVar, runtime_checkable

from dbal_reference.adapters import OverdueError, UnavailableError


class Pooled(Protocol):
    """A connection that opens itself when it is used, also after it was lost."""

    def close(self) -> None:
        """Hang up; twice is harmless."""
        ...


class PoolUse(NamedTuple):
    """How busy a pool is: of `size` connections, leased, and callers that wait for one."""

    size: int
    leased: int
    waiting: int


@runtime_checkable
class HasPools(Protocol):
    """An adapter that keeps connections."""

    def pools(self) -> dict[str, PoolUse]:
        """How busy each of its pools is, by what it is for: `read`, `write`."""
        ...


P = TypeVar("P", bound=Pooled)


class Pool(Generic[P]):
    """At most `size` connections, the one used last first.

    Pools of libraries wait for one fixed time; here each caller waits until its own deadline.
    """

    def __init__(self, make: Callable[[], P], size: int) -> None:
        self._make = make
        self._size = size
        self._free = threading.BoundedSemaphore(size)
        self._idle: deque[P] = deque()
        self._leased: set[P] = set()
        self._stale: set[P] = set()
        self._waiting: set[int] = set()  # threads
        self._open = True

    @property
    def use(self) -> PoolUse:
        """How busy it is at this moment."""
        return PoolUse(self._size, len(self._leased), len(self._waiting))

    @contextmanager
    def lease(self, deadline: float) -> Iterator[P]:
        """Have a connection for oneself.

        Raises:
            OverdueError: none became free before the deadline.
            UnavailableError: the pool is closed.
        """
        if not self._open:
            raise UnavailableError
        if not self._free.acquire(blocking=False):
            self._wait(deadline)
        try:
            if not self._open:
                raise UnavailableError
            connection = self._take()
            self._leased.add(connection)
            try:
                yield connection
            finally:
                self._leased.discard(connection)
                if connection in self._stale:
                    self._stale.discard(connection)
                    connection.close()
                self._idle.append(connection)
                if not self._open:
                    self._hang_up()
        finally:
            self._free.release()

    def fill(self) -> None:
        """Make every connection now, before any is leased."""
        while len(self._idle) < self._size:
            self._idle.append(self._make())

    def renew(self) -> None:
        """Have every connection opened anew before it is leased again."""
        self._stale = set(self._leased)
        self._hang_up()

    def close(self) -> None:
        """Close what is idle now, and the rest when it comes back."""
        self._open = False
        self._hang_up()

    def _wait(self, deadline: float) -> None:
        thread = threading.get_ident()
        self._waiting.add(thread)
        try:
            if not self._free.acquire(timeout=max(0.0, deadline - monotonic())):
                raise OverdueError
        finally:
            self._waiting.discard(thread)

    def _take(self) -> P:
        try:
            return self._idle.pop()
        except IndexError:
            return self._make()

    def _hang_up(self) -> None:
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was quicker
                return
            connection.close()

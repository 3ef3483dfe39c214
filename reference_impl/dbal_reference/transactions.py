"""The transactions that callers hold open: whose they are, their levels, and when they end (TXN).

Handles name levels: that of the transaction itself, and one for each transaction within it. All
levels of one transaction are a stack, since nothing is done in one that has a child (TXN-NEST-003).
"""

import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic
from typing import TypeAlias

from dbal_reference.adapters import (
    Adapter,
    OverdueError,
    Transaction,
    UnavailableError,
    WriteConflictError,
)
from dbal_reference.alarm import Alarm
from dbal_reference.clock import Clock
from dbal_reference.errors import (
    ConflictError,
    DatabaseError,
    NotFoundError,
    RateLimitError,
    TimeoutExceededError,
    ValidationFailedError,
)

MOST = 1024  # open at once
MOST_OF_ONE = 64  # of one user
MOST_LEVELS = 32
_SHORTEST_WAIT_MS = 100  # between looks at one in which a call is at work all the time

Owner: TypeAlias = str  # the id of a user, or `system`


class OpenTransaction:
    """One transaction; `mutex` is held by the call that works in it, one at a time."""

    def __init__(self, work: Transaction, owner: Owner, peer: object, now_ms: int) -> None:
        self.work = work
        self.owner = owner
        self.peer = peer
        self.handles: list[str] = []  # of its levels, innermost last
        self.mutex = Lock()
        self.touched_ms = now_ms
        self.ended = False

    def release(self) -> None:
        """Let another call in; whoever is last out of one that has ended rolls it back."""
        if self.ended:
            self.work.rollback()
        self.mutex.release()
        self.clear()

    def clear(self) -> None:
        """Roll back what has ended, unless a call is at work in it, which then will."""
        if self.ended and self.mutex.acquire(blocking=False):
            try:
                self.work.rollback()
            finally:
                self.mutex.release()


class Transactions:
    """All that are open. None outlives `idle_ms` of the DBAL's clock without a call (TXN-BASE-006).

    Args:
        adapter: where they are begun.
        clock: says when they are idle too long, also when it is moved.
        idle_ms: how long they may be.
    """

    def __init__(self, adapter: Adapter, clock: Clock, *, idle_ms: int) -> None:
        self._adapter = adapter
        self._clock = clock
        self._idle_ms = idle_ms
        self._lock = Lock()  # of the two tables; never held while the database works
        self._by_handle: dict[str, OpenTransaction] = {}
        self._of_owner: Counter[Owner] = Counter()
        self._alarm = Alarm(self._end_idle, "dbal-idle-transactions")
        clock.watch(self._follow_clock)

    @property
    def count(self) -> int:
        """How many are open."""
        with self._lock:
            return self._of_owner.total()

    def begin(self, owner: Owner, peer: object = None) -> str:
        """Begin one; its handle.

        Args:
            owner: who may use it.
            peer: the connection with which it ends.

        Raises:
            RateLimitError: too many are open.
        """
        handle = secrets.token_urlsafe(24)
        opened = OpenTransaction(self._adapter.transaction(), owner, peer, self._clock.now_ms())
        opened.handles.append(handle)
        with self._lock:
            if self._of_owner[owner] >= MOST_OF_ONE or self._of_owner.total() >= MOST:
                raise RateLimitError("too many transactions are open", retryAfter=1)
            self._by_handle[handle] = opened
            self._of_owner[owner] += 1
        self._alarm.set(self._idle_ms / 1000)
        return handle

    def begin_within(self, parent: str, owner: Owner, deadline: float) -> str:
        """Begin a child; its handle.

        Raises:
            NotFoundError: the owner has no such transaction.
            ConflictError: `open_child`.
            ValidationFailedError: it would be too deep.
        """
        handle = secrets.token_urlsafe(24)
        with self.joined(parent, owner, deadline) as opened:
            if len(opened.handles) >= MOST_LEVELS:
                entry = {"field": "parent", "code": "limit", "message": f"at most {MOST_LEVELS}"}
                raise ValidationFailedError("too many levels", fields=[entry])
            opened.work.open_level(deadline)
            with self._lock:
                if not opened.ended:
                    opened.handles.append(handle)
                    self._by_handle[handle] = opened
        return handle

    def commit(self, handle: str, owner: Owner, deadline: float) -> None:
        """Keep what was written: for good, or in the parent (TXN-NEST-002).

        Raises:
            NotFoundError: the owner has no such transaction.
            ConflictError: `open_child`, or `write_conflict`: nothing was kept.
        """
        with self.joined(handle, owner, deadline) as opened:
            if len(opened.handles) > 1:
                opened.work.keep_level(deadline)
                self._forget(opened, handle)
                return
            try:
                opened.work.commit(deadline)
            finally:
                self._end(opened)

    def rollback(self, handle: str, owner: Owner, deadline: float) -> None:
        """Undo what was written since its begin, by its children too (TXN-NEST-003).

        Raises:
            NotFoundError: the owner has no such transaction.
        """
        opened = self._find(handle, owner)
        with self._working(opened, handle, deadline):
            if opened.handles[0] == handle:
                self._end(opened)
                return
            while handle in opened.handles:
                opened.work.undo_level(deadline)
                self._forget(opened, opened.handles[-1])

    @contextmanager
    def joined(self, handle: str, owner: Owner, deadline: float) -> Iterator[OpenTransaction]:
        """Be the one call at work in it.

        What ends a transaction (TXN-BASE-003) ends it, if it is raised in the block.

        Raises:
            NotFoundError: it is unknown, finished or another's (TXN-BASE-004).
            ConflictError: `open_child`.
            OverdueError: another call was at work in it all the time; it is ended.
        """
        opened = self._find(handle, owner)
        _need_innermost(opened, handle)
        with self._working(opened, handle, deadline):
            _need_innermost(opened, handle)
            yield opened

    @contextmanager
    def looked_into(self, handle: str, deadline: float) -> Iterator[Transaction]:
        """See it as it is, whosever it is (conformance.digest).

        Raises:
            NotFoundError: it is unknown or finished.
        """
        opened = self._find(handle, None)
        with self._held(opened, handle, deadline):
            yield opened.work

    def abandon(self, handle: str, owner: Owner) -> None:
        """End one, if the owner has it: a call in it failed before it came so far."""
        with self._lock:
            opened = self._by_handle.get(handle)
        if opened is not None and opened.owner == owner:
            self._end(opened)
            opened.clear()

    def leave(self, peer: object) -> None:
        """End those that were begun on a connection that is closed now."""
        self._end_all(opened for opened in self._all() if opened.peer is peer)

    def end_all(self) -> None:
        """End every one (CTL-RESET-001)."""
        self._end_all(iter(self._all()))

    def close(self) -> None:
        """End every one, and wait for none."""
        self._alarm.close()
        self.end_all()

    def _find(self, handle: str, owner: Owner | None) -> OpenTransaction:
        with self._lock:
            opened = self._by_handle.get(handle)
        if (
            opened is None
            or self._end_if_idle(opened)
            or (owner is not None and opened.owner != owner)
        ):
            raise NotFoundError("there is no such transaction")
        return opened

    @contextmanager
    def _working(self, opened: OpenTransaction, handle: str, deadline: float) -> Iterator[None]:
        try:
            with self._held(opened, handle, deadline):
                try:
                    yield
                finally:
                    opened.touched_ms = self._clock.now_ms()
        except Exception as error:
            if ends_transaction(error):
                self._end(opened)
                opened.clear()
            raise

    @contextmanager
    def _held(self, opened: OpenTransaction, handle: str, deadline: float) -> Iterator[None]:
        if not opened.mutex.acquire(timeout=max(0.0, deadline - monotonic())):
            raise OverdueError
        try:
            if opened.ended or handle not in opened.handles:
                raise NotFoundError("there is no such transaction")
            yield
        finally:
            opened.release()

    def _end(self, opened: OpenTransaction) -> None:
        """Its handles name nothing any more; who holds the mutex has yet to roll it back."""
        with self._lock:
            if opened.ended:
                return
            opened.ended = True
            self._of_owner -= Counter({opened.owner: 1})  # forgets whom nothing is left of
            for handle in opened.handles:
                self._by_handle.pop(handle, None)

    def _forget(self, opened: OpenTransaction, handle: str) -> None:
        with self._lock:
            opened.handles.remove(handle)
            self._by_handle.pop(handle, None)

    def _all(self) -> list[OpenTransaction]:
        with self._lock:
            return list({id(opened): opened for opened in self._by_handle.values()}.values())

    def _end_all(self, which: Iterator[OpenTransaction]) -> None:
        for opened in which:
            self._end(opened)
            opened.clear()

    def _end_if_idle(self, opened: OpenTransaction) -> bool:
        """End it if it has been idle for too long; what a call is at work in is not."""
        if not self._is_idle(opened) or not opened.mutex.acquire(blocking=False):
            return opened.ended
        try:
            if self._is_idle(opened):
                self._end(opened)
        finally:
            opened.release()
        return opened.ended

    def _is_idle(self, opened: OpenTransaction) -> bool:
        return self._clock.now_ms() - opened.touched_ms >= self._idle_ms

    def _end_idle(self) -> float | None:
        """End those that are idle for too long; seconds until the next may be."""
        left = [opened for opened in self._all() if not self._end_if_idle(opened)]
        if not left or self._clock.frozen:
            return None
        oldest_ms = self._clock.now_ms() - min(opened.touched_ms for opened in left)
        return max(_SHORTEST_WAIT_MS, self._idle_ms - oldest_ms) / 1000

    def _follow_clock(self) -> None:
        """Time may have jumped, or runs again."""
        if self._by_handle:
            self._end_idle()
            self._alarm.set(self._idle_ms / 1000)


def ends_transaction(error: Exception) -> bool:
    """Whether nothing is left of a transaction in which a call failed so (TXN-BASE-003)."""
    if isinstance(error, ConflictError):
        return error.details.get("reason") == "write_conflict"
    return isinstance(
        error,
        DatabaseError | TimeoutExceededError | UnavailableError | OverdueError | WriteConflictError,
    )


def _need_innermost(opened: OpenTransaction, handle: str) -> None:
    if opened.handles[-1:] != [handle] and handle in opened.handles:
        raise ConflictError("a transaction within it is open", reason="open_child")

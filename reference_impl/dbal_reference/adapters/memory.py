"""The memory adapter, which is the oracle: dicts, replaced and never altered.

What is committed is one immutable `State`. A write unit builds the next one and puts it in place
with a single assignment; readers keep the state they began with, so nobody sees half a write.
"""

import platform
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from dbal_reference.adapters import OverdueError, Row, UnavailableError
from dbal_reference.adapters.constraints import references
from dbal_reference.adapters.memory_state import MemoryUnit, State, Table, grown
from dbal_reference.model import Schema
from dbal_reference.schema.growth import Growth

_PATIENCE_S = 30.0  # of calls that state no deadline; the default of calls that do


class MemoryTransaction:
    """A `Transaction`: the state that it will leave behind, once it has written something.

    A level is the state at its begin, None if nothing was written by then.
    """

    def __init__(self, adapter: "MemoryAdapter") -> None:
        self._adapter = adapter
        self._state: State | None = None
        self._levels: list[State | None] = []
        self._ended = False

    @contextmanager
    def unit(self, *, write: bool, deadline: float) -> Iterator[MemoryUnit]:
        """Begin a unit: outside until there is something to see inside."""
        self._need_open()
        if self._state is None and not write:
            with self._adapter.unit(write=False, deadline=deadline) as unit:
                yield unit
            return
        try:
            unit = self._adapter.unit_on(self._begun(deadline), write=write)
            yield unit
            _check(deadline, write=write)
        except (OverdueError, UnavailableError):
            self.rollback()
            raise
        except BaseException:
            if self._adapter.is_current(self._state):
                self._let_go()
            raise
        self._state = unit.state

    def glance(self, deadline: float) -> AbstractContextManager[MemoryUnit]:
        """See what was written."""
        return self.unit(write=False, deadline=deadline)

    def open_level(self, deadline: float) -> None:  # noqa: ARG002 -- nothing to wait for
        """Begin a transaction within the innermost."""
        self._need_open()
        self._levels.append(self._state)

    def keep_level(self, deadline: float) -> None:  # noqa: ARG002 -- nothing to wait for
        """Let what the innermost level wrote be part of the one around it."""
        self._need_open()
        self._levels.pop()

    def undo_level(self, deadline: float) -> None:  # noqa: ARG002 -- nothing to wait for
        """Undo what was written since the innermost level was begun."""
        self._need_open()
        before = self._levels.pop()
        if before is None:
            self._let_go()
        else:
            self._state = before

    def commit(self, deadline: float) -> None:
        """Keep everything."""
        self._need_open()
        try:
            if time.monotonic() > deadline:
                raise OverdueError
            if self._state is not None:
                self._adapter.keep(self._state)
        finally:
            self.rollback()

    def rollback(self) -> None:
        """Undo what is not kept."""
        self._ended = True
        self._let_go()

    def dump(self) -> Iterable[tuple[str, list[Row]]]:
        """Every row as the transaction sees it."""
        self._need_open()
        return self._adapter.dump_of(self._state)

    def _begun(self, deadline: float) -> State:
        if self._state is None:
            self._state = self._adapter.lock(deadline)
        return self._state

    def _let_go(self) -> None:
        if self._state is not None:
            self._state = None
            self._adapter.unlock()

    def _need_open(self) -> None:
        if self._ended:
            raise UnavailableError


def _check(deadline: float, *, write: bool) -> None:
    if write and time.monotonic() > deadline:
        raise OverdueError


class MemoryAdapter:
    """Rows in this process, gone with it."""

    name = "memory"
    version = platform.python_version()
    capabilities: frozenset[str] = frozenset(
        {
            *("transactions.flat", "transactions.nested", "ttl", "migrations"),
            *("joins", "relations", "fullTextSearch", "jsonQueries", "aggregations"),
        }
    )

    def __init__(self, schema: Schema) -> None:
        self.schema = self._base = schema
        self._renew: Callable[[Schema], None] = lambda _schema: None
        self._links = references(schema)
        self._empty: State = {name: Table(entity) for name, entity in schema.entities.items()}
        self._state = self._empty
        self._revision = 0
        self._writing = threading.Lock()
        self._open = True

    @contextmanager
    def unit(self, *, write: bool, deadline: float, lazy: bool = False) -> Iterator[MemoryUnit]:  # noqa: ARG002 -- there is nothing to gain
        """Begin; one writer at a time, readers never wait."""
        if not self._open:
            raise UnavailableError
        if not write:
            yield self.unit_on(self._state, write=False)
            return
        state = self.lock(deadline)
        try:
            unit = self.unit_on(state, write=True)
            yield unit
            if time.monotonic() > deadline:
                raise OverdueError
            self.keep(unit.state)
        finally:
            self.unlock()

    def glance(self, deadline: float) -> AbstractContextManager[MemoryUnit]:  # noqa: ARG002 -- nothing to wait for
        """Read what is committed."""
        if not self._open:
            raise UnavailableError
        return nullcontext(self.unit_on(self._state, write=False))

    def transaction(self) -> MemoryTransaction:
        """Begin a transaction; it locks nothing."""
        return MemoryTransaction(self)

    def follow(self, renew: Callable[[Schema], None]) -> None:
        """See `adapters.Migrates`; there are no other processes."""
        self._renew = renew

    def migrate(self, change: Callable[[Schema], Growth], *, now_ms: int, deadline: float) -> None:
        """See `adapters.Migrates`."""
        state = self.lock(deadline)
        try:
            growth = change(self.schema)
            _check(deadline, write=True)
            if growth.changes:
                self.keep(grown(state, self.schema, growth.schema, now_ms))
                self._adopt(growth.schema)  # after the tables: who reads may find them too wide
        finally:
            self.unlock()

    def revision(self) -> object:
        """Equal between two calls only if nothing was written between them."""
        return self._revision

    def dump(self) -> Iterable[tuple[str, list[Row]]]:
        """Every row of every entity by key."""
        return self.dump_of(None)

    def clear(self) -> None:
        """Remove every row of every entity, and what migrations added to the schema."""
        self.lock(time.monotonic() + _PATIENCE_S)
        try:
            if self.schema is not self._base:
                self._adopt(self._base)
            self.keep(self._empty)
        finally:
            self.unlock()

    def holds_rows(self) -> bool:
        """Whether any entity has a row."""
        return any(table.rows for table in self._state.values())

    def ping(self) -> bool:
        """Whether it is open."""
        return self._open

    def close(self) -> None:
        """Forget everything."""
        self._open = False
        self._state = self._empty

    def lock(self, deadline: float) -> State:
        """Exclude other writers until `unlock`; what is committed.

        Raises:
            OverdueError: the deadline passed while waiting.
            UnavailableError: it was closed.
        """
        if not self._writing.acquire(timeout=max(0.0, deadline - time.monotonic())):
            raise OverdueError
        if not self._open:
            self._writing.release()
            raise UnavailableError
        return self._state

    def unlock(self) -> None:
        """Let others write."""
        self._writing.release()

    def unit_on(self, state: State, *, write: bool) -> MemoryUnit:
        """Make a unit of work on a state."""
        return MemoryUnit(state, self._links, write=write)

    def is_current(self, state: State | None) -> bool:
        """Whether the state is the committed one."""
        return state is self._state

    def keep(self, state: State) -> None:
        """Commit a state."""
        if state is not self._state and self._open:
            self._revision += 1
            self._state = state

    def _adopt(self, schema: Schema) -> None:
        self.schema = schema
        self._links = references(schema)
        self._renew(schema)

    def dump_of(self, state: State | None) -> Iterable[tuple[str, list[Row]]]:
        """Every row of a state by key; of the committed one, if None."""
        tables = self._state if state is None else state
        return [
            (name, [table.handed(table.rows[key]) for key in sorted(table.rows)])
            for name, table in tables.items()
        ]

"""A transaction of several units on one connection of any SQL database."""

import contextlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from time import monotonic
from typing import Protocol

from dbal_reference.adapters import OverdueError, Row, UnavailableError, WriteConflictError
from dbal_reference.adapters.sql.unit import Connection, SqlUnit

PATIENCE_S = 30.0  # of calls that state no deadline; the default of calls that do
ENDING = (UnavailableError, OverdueError, WriteConflictError)  # nothing of the transaction is left


class WritingConnection(Connection, Protocol):
    """The connection of whoever writes."""

    def begin(self, deadline: float) -> None:
        """Begin a transaction, as soon as nobody else writes."""
        ...

    def prolong(self, deadline: float) -> None:
        """Go on with it until another deadline."""
        ...

    def set_savepoint(self, name: str) -> None:
        """Remember this point."""
        ...

    def undo(self, name: str) -> None:
        """Go back to the point, and forget it."""
        ...

    def forget(self, name: str) -> None:
        """Let what was done since then be part of what was done before."""
        ...

    def commit(self) -> None:
        """Keep what was done; see `adapters.Transaction.commit`."""
        ...

    def end(self) -> None:
        """Roll back what is not kept, and forget the deadline."""
        ...


class Home(Protocol):
    """What a transaction needs of its adapter."""

    def unit(self, *, write: bool, deadline: float) -> AbstractContextManager[SqlUnit]:
        """Begin a unit outside."""
        ...

    def glance(self, deadline: float) -> AbstractContextManager[SqlUnit]:
        """Read outside, by one statement."""
        ...

    def writer(self, deadline: float) -> AbstractContextManager[WritingConnection]:
        """Have the connection for writing for oneself; nothing is begun on it."""
        ...

    def unit_on(self, connection: Connection, *, write: bool) -> SqlUnit:
        """Make a unit on a connection on which a transaction was begun."""
        ...

    def dump_of(self, unit: SqlUnit) -> list[tuple[str, list[Row]]]:
        """Read everything."""
        ...

    def begin_writing(self, connection: WritingConnection, deadline: float) -> None:
        """Begin a transaction under the newest schema."""
        ...

    def note_commit(self) -> None:
        """Something was written (`revision`)."""
        ...


class SqlTransaction:
    """A `Transaction`. It has a connection if, and only if, something was written in it.

    A level that was begun before that needs no savepoint: undoing it undoes everything.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lease = ExitStack()
        self._connection: WritingConnection | None = None
        self._savepoints: list[str | None] = []  # one for each level
        self._ended = False

    @contextmanager
    def unit(self, *, write: bool, deadline: float) -> Iterator[SqlUnit]:
        """Begin a unit: outside until there is something to see inside."""
        self._need_open()
        with self._lost_after_errors():
            if self._connection is not None:
                self._connection.prolong(deadline)
                yield from self._inside(self._connection, deadline, write=write)
            elif write:
                yield from self._first(deadline)
            else:
                with self._home.unit(write=False, deadline=deadline) as unit:
                    yield unit

    @contextmanager
    def glance(self, deadline: float) -> Iterator[SqlUnit]:
        """See what was written, if anything was."""
        inside = self._ended or self._connection is not None
        look = self.unit(write=False, deadline=deadline) if inside else self._home.glance(deadline)
        with self._lost_after_errors(), look as unit:
            yield unit

    def open_level(self, deadline: float) -> None:
        """Begin a transaction within the innermost."""
        self._need_open()
        name = None
        if self._connection is not None:
            name = f"level_{len(self._savepoints) + 1}"
            with self._lost_after_errors():
                self._connection.prolong(deadline)
                self._connection.set_savepoint(name)
        self._savepoints.append(name)

    def keep_level(self, deadline: float) -> None:
        """Let what the innermost level wrote be part of the one around it."""
        self._need_open()
        name = self._savepoints.pop()
        if name is not None and self._connection is not None:
            with self._lost_after_errors():
                self._connection.prolong(deadline)
                self._connection.forget(name)

    def undo_level(self, deadline: float) -> None:
        """Undo what was written since the innermost level was begun."""
        self._need_open()
        name = self._savepoints.pop()
        if name is None:
            self._let_go()
        elif self._connection is not None:
            with self._lost_after_errors():
                self._connection.prolong(deadline)
                self._connection.undo(name)

    def commit(self, deadline: float) -> None:
        """Keep everything."""
        self._need_open()
        try:
            if self._connection is not None:
                self._connection.prolong(deadline)
                if monotonic() > deadline:
                    raise OverdueError
                self._connection.commit()
                self._home.note_commit()
        finally:
            self.rollback()

    def rollback(self) -> None:
        """Undo what is not kept."""
        self._ended = True
        self._let_go()

    def dump(self) -> Iterable[tuple[str, list[Row]]]:
        """Every row as the transaction sees it."""
        with self.unit(write=False, deadline=monotonic() + PATIENCE_S) as unit:
            return self._home.dump_of(unit)

    def _first(self, deadline: float) -> Iterator[SqlUnit]:
        """The first unit that writes; if it fails, nobody need wait for what is to come."""
        connection = self._lease.enter_context(self._home.writer(deadline))
        self._connection = connection
        try:
            self._home.begin_writing(connection, deadline)
            yield from self._inside(connection, deadline, write=True)
        except BaseException:
            self._let_go()
            raise

    def _inside(
        self, connection: WritingConnection, deadline: float, *, write: bool
    ) -> Iterator[SqlUnit]:
        with connection.savepoint() if write else contextlib.nullcontext():
            yield self._home.unit_on(connection, write=write)
            if write and monotonic() > deadline:
                raise OverdueError

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        with self._lease:
            if connection is not None:
                connection.end()

    def _need_open(self) -> None:
        if self._ended:
            raise UnavailableError

    @contextmanager
    def _lost_after_errors(self) -> Iterator[None]:
        try:
            yield
        except ENDING:
            self.rollback()
            raise

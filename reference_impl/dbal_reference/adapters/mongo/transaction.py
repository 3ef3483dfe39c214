"""A transaction of several units, on one session of the server."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from time import monotonic
from typing import Final, Protocol

from dbal_reference.adapters import OverdueError, Row, UnavailableError, WriteConflictError
from dbal_reference.adapters.mongo.session import Session
from dbal_reference.adapters.mongo.unit import Journal, MongoUnit

PATIENCE_S: Final = 30.0  # of calls that state no deadline; the default of calls that do
ENDING: Final = (UnavailableError, OverdueError, WriteConflictError)  # nothing of it is left
_UNDO_S: Final = 5.0


class Home(Protocol):
    """What a transaction needs of its adapter."""

    def unit(self, *, write: bool, deadline: float) -> AbstractContextManager[MongoUnit]:
        """Begin a unit outside."""
        ...

    def writing(self, deadline: float) -> AbstractContextManager[Session]:
        """Be the only one that writes; what is not kept in the block is rolled back."""
        ...

    def unit_on(self, session: Session, *, write: bool, journal: Journal | None) -> MongoUnit:
        """Make a unit on a session on which something was begun."""
        ...


class MongoTransaction:
    """A `Transaction`. It has a session if, and only if, something was written in it.

    The journal stands in for savepoints, which MongoDB does not have: a unit that fails, and a
    level that is undone, are written back within the transaction, which nobody else sees. A level
    that was begun before anything was written is undone by undoing everything.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lease = ExitStack()
        self._session: Session | None = None
        self._journal = Journal()
        self._levels: list[int | None] = []
        self._ended = False

    @contextmanager
    def unit(self, *, write: bool, deadline: float) -> Iterator[MongoUnit]:
        """Begin a unit: outside until there is something to see inside."""
        self._need_open()
        with self._lost_after_errors():
            if self._session is not None:
                self._session.deadline = deadline
                yield from self._inside(self._session, deadline, write=write)
            elif write:
                yield from self._first(deadline)
            else:
                with self._home.unit(write=False, deadline=deadline) as unit:
                    yield unit

    def glance(self, deadline: float) -> AbstractContextManager[MongoUnit]:
        """See what was written."""
        return self.unit(write=False, deadline=deadline)

    def open_level(self, deadline: float) -> None:  # noqa: ARG002 -- nothing to wait for
        """Begin a transaction within the innermost."""
        self._need_open()
        self._levels.append(None if self._session is None else len(self._journal))

    def keep_level(self, deadline: float) -> None:  # noqa: ARG002 -- nothing to wait for
        """Let what the innermost level wrote be part of the one around it."""
        self._need_open()
        self._levels.pop()

    def undo_level(self, deadline: float) -> None:
        """Undo what was written since the innermost level was begun."""
        self._need_open()
        mark = self._levels.pop()
        if mark is None:
            self._let_go()
        elif self._session is not None:
            with self._lost_after_errors():
                self._session.deadline = deadline
                self._journal.undo(self._session, mark)

    def commit(self, deadline: float) -> None:
        """Keep everything."""
        self._need_open()
        try:
            if self._session is not None:
                self._session.deadline = deadline
                self._session.commit()
        finally:
            self.rollback()

    def rollback(self) -> None:
        """Undo what is not kept."""
        self._ended = True
        self._let_go()

    def dump(self) -> Iterable[tuple[str, list[Row]]]:
        """Every row as the transaction sees it."""
        with self.unit(write=False, deadline=monotonic() + PATIENCE_S) as unit:
            return unit.everything()

    def _first(self, deadline: float) -> Iterator[MongoUnit]:
        """The first unit that writes; if it fails, nobody need wait for what is to come."""
        session = self._lease.enter_context(self._home.writing(deadline))
        self._session = session
        try:
            yield self._home.unit_on(session, write=True, journal=self._journal)
            _check(deadline)
        except BaseException:
            self._let_go()
            raise

    def _inside(self, session: Session, deadline: float, *, write: bool) -> Iterator[MongoUnit]:
        mark = len(self._journal)
        try:
            yield self._home.unit_on(session, write=write, journal=self._journal)
            if write:
                _check(deadline)
        except ENDING:
            raise
        except BaseException:
            session.deadline = max(deadline, monotonic() + _UNDO_S)
            if not session.spoiled:
                self._journal.undo(session, mark)
            raise

    def _let_go(self) -> None:
        self._session = None
        self._journal.clear()
        self._lease.close()

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


def _check(deadline: float) -> None:
    if monotonic() > deadline:
        raise OverdueError

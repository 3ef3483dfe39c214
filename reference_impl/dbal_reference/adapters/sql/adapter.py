"""What the adapters of all SQL databases do alike; how to connect is for the subclass."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from time import monotonic

from dbal_reference.adapters import OverdueError, Row, UnavailableError
from dbal_reference.adapters.sql.editions import Editions
from dbal_reference.adapters.sql.statements import Statements
from dbal_reference.adapters.sql.transaction import (
    PATIENCE_S as PATIENCE_S,  # noqa: PLC0414 -- for subclasses too
)
from dbal_reference.adapters.sql.transaction import SqlTransaction, WritingConnection
from dbal_reference.adapters.sql.unit import Connection, SqlUnit
from dbal_reference.model import Schema

PING_S = 5.0  # SYS-HEALTH-001


class SqlAdapter(ABC):
    """An `Adapter`, but for connecting, clearing, telling its revision and closing."""

    name: str
    version: str
    capabilities: frozenset[str] = frozenset({"transactions.flat", "transactions.nested", "ttl"})

    def __init__(self, schema: Schema, statements: Statements) -> None:
        self.schema = schema
        self._statements = statements
        self._editions = Editions(schema, statements)
        self._renew: Callable[[Schema], None] = lambda _schema: None

    @abstractmethod
    def _transaction(self, *, write: bool, deadline: float) -> AbstractContextManager[Connection]:
        """Begin; commit at the end, roll back if the block raises.

        Raises:
            UnavailableError: the database is not there.
            OverdueError: the deadline passed while waiting, or before a write ended.
        """

    @abstractmethod
    def _glance(self, deadline: float) -> AbstractContextManager[Connection]:
        """Have a connection for reading on which nothing is begun; raises as `_transaction`."""

    @abstractmethod
    def writer(self, deadline: float) -> AbstractContextManager[WritingConnection]:
        """Have the connection for writing for oneself; nothing is begun on it.

        Raises:
            UnavailableError: the adapter is closed.
            OverdueError: the deadline passed while waiting.
        """

    @abstractmethod
    def revision(self) -> object:
        """Equal between two calls only if nothing was written between them."""

    @abstractmethod
    def clear(self) -> None:
        """Remove every row of every entity."""

    @abstractmethod
    def close(self) -> None:
        """Let go of everything."""

    @contextmanager
    def unit(self, *, write: bool, deadline: float, lazy: bool = False) -> Iterator[SqlUnit]:
        """Begin a unit of work."""
        with self._transaction(write=write, deadline=deadline) as connection:
            yield SqlUnit(connection, self._statements, write=write, lazy=lazy)

    @contextmanager
    def glance(self, deadline: float) -> Iterator[SqlUnit]:
        """Read by statements each by itself; nothing is begun."""
        with self._glance(deadline) as connection:
            yield SqlUnit(connection, self._statements, write=False)

    def unit_on(self, connection: Connection, *, write: bool) -> SqlUnit:
        """Make a unit on a connection on which a transaction was begun."""
        return SqlUnit(connection, self._statements, write=write)

    def follow(self, renew: Callable[[Schema], None]) -> None:
        """See `adapters.Migrates`."""
        self._renew = renew

    def transaction(self) -> SqlTransaction:
        """Begin a transaction, of which the database does not know yet."""
        return SqlTransaction(self)

    @abstractmethod
    def begin_writing(self, connection: WritingConnection, deadline: float) -> None:
        """Begin a transaction for writing under the newest schema; raises as `_transaction`."""

    def note_commit(self) -> None:  # noqa: B027 -- for those that count
        """A transaction has written something."""

    def dump(self) -> Iterable[tuple[str, list[Row]]]:
        """Every row of every entity by key, as of one moment."""
        with self.unit(write=False, deadline=monotonic() + PATIENCE_S) as unit:
            return self.dump_of(unit)

    def dump_of(self, unit: SqlUnit) -> list[tuple[str, list[Row]]]:
        """Every row of every entity by key, as the unit sees it."""
        return unit.everything()

    def holds_rows(self) -> bool:
        """Whether any entity has a row."""
        with self._transaction(write=False, deadline=monotonic() + PATIENCE_S) as connection:
            return bool(connection.query(*self._statements.any_rows())[0][0])

    def ping(self) -> bool:
        """Whether the database answers."""
        try:
            with self._transaction(write=False, deadline=monotonic() + PING_S) as connection:
                connection.query(*self._statements.any_rows())
        except (UnavailableError, OverdueError):
            return False
        return True

    def _adopt(self, schema: Schema) -> None:
        """Put another schema in force, here and in the service above."""
        self._statements = self._editions.of(schema)
        self.schema = schema
        self._renew(schema)

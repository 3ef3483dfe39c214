"""What the adapters of database servers do alike: pools, and following the schema on record."""

import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from time import monotonic
from typing import Final

from dbal_reference.adapters import OverdueError, WriteConflictError
from dbal_reference.adapters.sql.adapter import PATIENCE_S, SqlAdapter
from dbal_reference.adapters.sql.pool import Pool, PoolUse
from dbal_reference.adapters.sql.record import Record
from dbal_reference.adapters.sql.server_connection import NewVersionError, ServerConnection
from dbal_reference.adapters.sql.server_tables import ServerTables
from dbal_reference.adapters.sql.statements import Statements
from dbal_reference.adapters.sql.transaction import WritingConnection
from dbal_reference.model import Schema
from dbal_reference.schema.growth import Growth, on_record

_ATTEMPTS: Final = 5  # others may migrate again and again meanwhile


class ServerAdapter(SqlAdapter):
    """Any number of threads read at once, each on a connection of its own.

    One thread writes at a time, of all adapters on one database: the first thing that a unit for
    writing does is to take a lock that the server keeps for it until it ends. So the one connection
    for writing is enough, and who waits for it costs the server nothing.

    Other processes may migrate (docs/decisions/062). A unit for writing finds that out as it begins
    and fails with NewVersionError; by then the adapter has followed, so that it can begin anew.
    """

    capabilities = SqlAdapter.capabilities | {"joins", "relations", "migrations"}

    def __init__(self, schema: Schema, statements: Statements, *, readers: int) -> None:
        super().__init__(schema, statements)
        self._readers = Pool(lambda: self._connection(write=False), readers)
        self._writers = Pool(lambda: self._connection(write=True), 1)
        self._base = schema
        self._record = Record(statements.dialect)
        self._version: int | None = None  # on record, of the schema in force
        self._adopting = threading.Lock()  # who has it waits for nobody who waits for it

    def clear(self) -> None:
        """Remove every row, and what migrations added to the schema."""
        deadline = monotonic() + PATIENCE_S
        for _ in range(_ATTEMPTS):
            with suppress(NewVersionError):
                if self.schema is not self._base:
                    self._restore(deadline)
                    return
                with self._transaction(write=True, deadline=deadline) as connection:
                    self._empty(connection)
                return
        raise WriteConflictError

    def migrate(self, change: Callable[[Schema], Growth], *, now_ms: int, deadline: float) -> None:
        """See `adapters.Migrates`."""
        with self._changing(deadline) as tables, self._adopting:
            known = tables.version() == self._version
            current = self.schema if known else tables.current(self._base)
            growth = change(current)
            if monotonic() > deadline:  # not to begin what is bound to break off
                raise OverdueError
            if growth.changes:
                tables.change(current, growth.schema, growth.changes, now_ms)
            version = tables.version()
        self._put_in_force(growth.schema, version)

    def begin_writing(self, connection: WritingConnection, deadline: float) -> None:
        """See `SqlAdapter`; a transaction cannot begin anew later on, so it asks now."""
        if not isinstance(connection, ServerConnection):
            raise TypeError("the connection is not of this adapter")
        for _ in range(_ATTEMPTS):
            connection.expected = self._version
            try:
                connection.begin(deadline)
                connection.settle()
            except NewVersionError:
                connection.end()
                self._catch_up(deadline)
            else:
                return
        raise WriteConflictError

    def close(self) -> None:
        """Close all connections; a unit at work is let finish."""
        self._readers.close()
        self._writers.close()

    @abstractmethod
    def _connection(self, *, write: bool) -> ServerConnection:
        """Make a connection that is not open yet."""

    @abstractmethod
    def _empty(self, connection: ServerConnection) -> None:
        """Delete every row."""

    @abstractmethod
    def _changing(self, deadline: float) -> AbstractContextManager[ServerTables]:
        """Have the tables for oneself, to change them; what was done is kept at the end.

        Raises:
            UnavailableError, OverdueError, WriteConflictError: as for units.
        """

    def pools(self) -> dict[str, PoolUse]:
        """See `HasPools`."""
        return {"read": self._readers.use, "write": self._writers.use}

    @contextmanager
    def writer(self, deadline: float) -> Iterator[ServerConnection]:
        """Have the connection for writing for oneself; nothing is begun on it."""
        with self._writers.lease(deadline) as connection:
            yield connection

    @contextmanager
    def _transaction(self, *, write: bool, deadline: float) -> Iterator[ServerConnection]:
        with (self._writers if write else self._readers).lease(deadline) as connection:
            connection.expected = self._version
            try:
                connection.begin(deadline)
                yield connection
                if write:
                    connection.commit()
            except NewVersionError:
                connection.end()
                self._catch_up(deadline)
                raise
            finally:
                connection.end()

    @contextmanager
    def _glance(self, deadline: float) -> Iterator[ServerConnection]:
        with self._readers.lease(deadline) as connection:
            connection.look(deadline)
            try:
                yield connection
            finally:
                connection.deadline = float("inf")

    def _prepare(self) -> None:
        """Make what is missing; safe where several start at once.

        Raises:
            SchemaError: tables are not as they were left, or contradict the schema.
        """
        with self._changing(monotonic() + PATIENCE_S) as tables:
            schema = tables.prepare(self._base, _now_ms())
            version = tables.version()
        self._put_in_force(schema, version)

    def _restore(self, deadline: float) -> None:
        """Empty all tables, and put the first schema in force."""
        with self._changing(deadline) as tables, self._adopting:
            known = tables.version() == self._version
            current = self.schema if known else tables.current(self._base)
            tables.restore(current, self._base, _now_ms())
            version = tables.version()
        self._put_in_force(self._base, version)

    def _catch_up(self, deadline: float) -> None:
        """Follow what another process has made of the schema."""
        with self._transaction(write=False, deadline=deadline) as connection:
            latest = self._record.latest(connection)
        if latest is not None and latest.number != self._version:
            self._put_in_force(on_record(self._base, latest.definitions), latest.number)

    def _put_in_force(self, schema: Schema, version: int | None) -> None:
        """First the schema: who begins in between finds the version wrong, and begins anew."""
        with self._adopting:
            if schema is not self.schema and (version is None or version != self._version):
                self._adopt(schema)
            self._version = version


def _now_ms() -> int:
    return time.time_ns() // 1_000_000

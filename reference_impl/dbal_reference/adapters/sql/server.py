"""What the adapters of database servers do alike: pools, and making the tables that are missing."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from time import monotonic
from typing import NamedTuple

from dbal_reference.adapters.sql import ddl
from dbal_reference.adapters.sql.adapter import PATIENCE_S, SqlAdapter
from dbal_reference.adapters.sql.pool import Pool, PoolUse
from dbal_reference.adapters.sql.server_connection import ServerConnection
from dbal_reference.adapters.sql.statements import Statements
from dbal_reference.errors import SchemaError
from dbal_reference.model import Schema


class Inventory(NamedTuple):
    """What a database has: the columns of each table, and the names of everything else."""

    columns: Mapping[str, frozenset[str]]
    names: frozenset[str]


class ServerAdapter(SqlAdapter):
    """Any number of threads read at once, each on a connection of its own.

    One thread writes at a time, of all adapters on one database: the first thing that a unit for
    writing does is to take a lock that the server keeps for it until it ends. So the one connection
    for writing is enough, and who waits for it costs the server nothing.
    """

    capabilities = SqlAdapter.capabilities | {"joins", "relations"}

    def __init__(self, schema: Schema, statements: Statements, *, readers: int) -> None:
        super().__init__(schema, statements)
        self._readers = Pool(lambda: self._connection(write=False), readers)
        self._writers = Pool(lambda: self._connection(write=True), 1)

    def clear(self) -> None:
        """Remove every row of every entity, in one round trip between begin and commit."""
        with self._transaction(write=True, deadline=monotonic() + PATIENCE_S) as connection:
            self._empty(connection)

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
    def _creating(self) -> AbstractContextManager[ServerConnection]:
        """Have a connection on which tables are made, and by nobody else meanwhile."""

    @abstractmethod
    def _inventory(self, connection: ServerConnection) -> Inventory:
        """Look at what is there."""

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
        pool = self._writers if write else self._readers
        with pool.lease(deadline) as connection:
            try:
                connection.begin(deadline)
                yield connection
                if write:
                    connection.commit()
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

    def _create_tables(self) -> None:
        """Make what is missing; safe where several start at once.

        Raises:
            SchemaError: a table has other columns than the schema.
        """
        metadata = self._statements.metadata
        with self._creating() as connection:
            there = self._inventory(connection)
            for table in metadata.tables.values():
                found = there.columns.get(table.name)
                if found is not None and found != set(table.columns.keys()):
                    raise SchemaError(
                        f"table {table.name} has other columns than the schema; name a new "
                        "database, or one made with this schema"
                    )
            for text in ddl.create(metadata, self._statements.dialect, there.names):
                connection.execute(text)

"""The SQLite adapter: a file with a write-ahead log, or a private database, gone with it."""

import json
import re
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import compress
from typing import Any

from sqlalchemy import Integer, UnaryExpression, column, func, select
from sqlalchemy.dialects.sqlite.pysqlite import dialect as pysqlite
from sqlalchemy.types import TypeEngine

from dbal_reference.adapters import OverdueError, UnavailableError
from dbal_reference.adapters.sql import record
from dbal_reference.adapters.sql.adapter import PATIENCE_S, SqlAdapter
from dbal_reference.adapters.sql.dialect import Dialect, Expression
from dbal_reference.adapters.sql.pool import Pool, PoolUse
from dbal_reference.adapters.sql.statements import Statements
from dbal_reference.adapters.sql.transaction import WritingConnection
from dbal_reference.adapters.sql.unit import Connection, SqlUnit
from dbal_reference.adapters.sqlite_connection import SqliteConnection
from dbal_reference.adapters.sqlite_functions import SqliteFunctions
from dbal_reference.adapters.sqlite_tables import Tables
from dbal_reference.model import Field, Schema
from dbal_reference.schema.growth import Growth

_READERS = 64  # at once, of a file; opened as they are needed
_PRIVATE_READERS = 8  # opened at start, since later there is no name to open
_ANYTHING = "SELECT count(*) FROM sqlite_master"
_SETTINGS = (
    "PRAGMA busy_timeout = 30000",  # for others that recover or check-point the log
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
)
_LASTING = "PRAGMA synchronous = NORMAL"  # safe with a write-ahead log; waits for check-points only
_PASSING = "PRAGMA synchronous = OFF"  # a private database ends with the process, whatever happens


class SqliteDialect(Dialect):
    """Text compares by its UTF-8 bytes (BINARY) and nulls are lowest: SQLite's own defaults."""

    mixes_exactly = True
    functions = places = SqliteFunctions()

    def __init__(self) -> None:
        super().__init__(pysqlite(paramstyle="qmark"))
        self.decoders = {**self.decoders, "boolean": bool}
        self.furniture = {record.TABLE: record.Record(self).create}

    def column_type(self, field: Field, width: int | None) -> TypeEngine[Any]:
        """Booleans are 0 and 1."""
        return Integer() if field.type == "boolean" else super().column_type(field, width)

    def ascending(self, column: Expression) -> UnaryExpression[Any]:
        """Order with null first."""
        return column.asc()

    def descending(self, column: Expression) -> UnaryExpression[Any]:
        """Order with null last."""
        return column.desc()

    def contains(self, column: Expression, text: Expression) -> Expression:
        """Find; LIKE would fold case and read wildcards."""
        return func.instr(column, text) > 0

    def starts_with(self, column: Expression, text: Expression, length: Expression) -> Expression:
        """Compare the first characters."""
        return func.substr(column, 1, length) == text

    def ends_with(self, column: Expression, text: Expression, length: Expression) -> Expression:
        """Compare the last characters; counted from the front, since -0 would mean all."""
        return func.substr(column, func.length(column) - length + 1) == text

    def packs(self, field: Field) -> bool:
        """All but doubles, whose decimals SQLite reads exactly only where C has long doubles."""
        return field.type != "double"

    def pack(self, values: Sequence[Any]) -> str:
        """Make a JSON array, without what no row can have and JSON would mangle (TYP-STR-005)."""
        possible = [v for v in values if not isinstance(v, str) or _IMPOSSIBLE.search(v) is None]
        return json.dumps(possible, ensure_ascii=False, separators=(",", ":"))

    def member(self, column: Expression, packed: Expression) -> Expression:
        """Look into the array."""
        return column.in_(select(_VALUE).select_from(func.json_each(packed)))


_VALUE: Expression = column("value")
_IMPOSSIBLE = re.compile("[\0\ud800-\udfff]")


class SqliteAdapter(SqlAdapter):
    """`path` is None for a private database, gone with the adapter.

    One connection writes, which whoever writes has for himself; as many read as there are threads
    that do, and never wait for it. Other processes may use the file as well. A private database is
    a file too, without a name (docs/decisions/060): a connection in memory would be the only one.
    """

    name = "sqlite"
    capabilities = SqlAdapter.capabilities | {
        "migrations",
        *("joins", "relations", "fullTextSearch", "jsonQueries", "aggregations"),
    }
    version = sqlite3.sqlite_version

    def __init__(self, schema: Schema, path: str | None = None) -> None:
        super().__init__(schema, Statements(schema, SqliteDialect()))
        self._private = path is None
        self._lock = threading.Lock()  # of the writing connection
        self._watching = threading.Lock()  # of the watching one, which waits for no writer
        self._open = True
        self._revision = 0
        self._base = schema
        self._layout = 0
        readers = _READERS if path is not None else _PRIVATE_READERS
        self._readers = Pool(self._connect, readers)
        if path is not None:
            self._path = path
            self._open_file()
            return
        with tempfile.TemporaryDirectory(prefix="dbal-", ignore_cleanup_errors=True) as folder:
            self._path = f"{folder}/private.db"
            self._open_file()
            self._readers.fill()  # they stay when the folder goes, and the file goes with them

    def pools(self) -> dict[str, PoolUse]:
        """See `HasPools`."""
        return {"read": self._readers.use}

    def revision(self) -> object:
        """Count own writes, and ask a connection that never writes for those of other processes."""
        if self._private:
            return self._revision
        with self._watching:
            if not self._open:
                raise UnavailableError
            return (self._revision, self._watch.query("PRAGMA data_version")[0][0])

    def clear(self) -> None:
        """Remove every row, and what migrations added to the schema."""

        def empty(writer: SqliteConnection, tables: Tables) -> Schema:
            if self.schema is not self._base:
                tables.restore(self.schema, self._base, _now_ms())
            self._empty(writer)
            return self._base

        self._change(time.monotonic() + PATIENCE_S, empty)

    def refill(self, fill: Callable[[SqlUnit], None], deadline: float) -> bool:
        """See `adapters.Refills`."""
        done = False

        def renew(writer: SqliteConnection, _tables: Tables) -> Schema:
            nonlocal done
            if self.schema is self._base and self._knows(writer):
                self._empty(writer)
                fill(self.unit_on(writer, write=True))
                done = True
            return self.schema

        self._change(deadline, renew)
        return done

    def migrate(self, change: Callable[[Schema], Growth], *, now_ms: int, deadline: float) -> None:
        """See `adapters.Migrates`."""

        def follow(writer: SqliteConnection, tables: Tables) -> Schema:
            current = self.schema if self._knows(writer) else tables.current(self._base)
            growth = change(current)
            if growth.changes:
                tables.change(current, growth.schema, growth.changes, now_ms)
            return growth.schema

        self._change(deadline, follow)

    def begin_writing(self, connection: WritingConnection, deadline: float) -> None:
        """Begin under the newest schema."""
        connection.begin(deadline)
        self._note_begin(connection)

    def _note_begin(self, connection: Connection) -> None:
        """Follow what another process has made of the schema, before anything is written."""
        if not self._private and not self._knows(connection):
            self._adopt(Tables(connection, self._editions, self._path).current(self._base))
            self._layout = _layout_of(connection)

    def close(self) -> None:
        """Close all connections; a unit at work is let finish for 5 s."""
        if not self._open:
            return
        self._open = False
        held = self._lock.acquire(timeout=5.0)
        try:
            self._readers.close()
            with self._watching:
                for connection in (self._watch, self._writer):
                    connection.close()
        finally:
            if held:
                self._lock.release()

    @contextmanager
    def writer(self, deadline: float) -> Iterator[SqliteConnection]:
        """Have the writing connection for oneself."""
        if not self._lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
            raise OverdueError
        try:
            if not self._open:
                raise UnavailableError
            yield self._writer
        finally:
            self._lock.release()

    def note_commit(self) -> None:
        """Count what transactions write."""
        self._revision += 1

    @contextmanager
    def _transaction(self, *, write: bool, deadline: float) -> Iterator[SqliteConnection]:
        if not self._open:
            raise UnavailableError
        if not write:
            with self._readers.lease(deadline) as reader, reader.reading(deadline):
                yield reader
            return
        with self.writer(deadline) as writer:
            before = writer.changes
            with writer.writing(deadline):
                self._note_begin(writer)
                yield writer
            self._revision += writer.changes != before

    @contextmanager
    def _glance(self, deadline: float) -> Iterator[SqliteConnection]:
        if not self._open:
            raise UnavailableError
        with self._readers.lease(deadline) as reader:
            reader.deadline = deadline
            try:
                yield reader
            finally:
                reader.deadline = float("inf")

    def _empty(self, writer: SqliteConnection) -> None:
        """Remove the rows of the first schema's entities; with references off, each at once."""
        statements, entities = self._editions.of(self._base), tuple(self._base.entities)
        for entity in compress(entities, writer.query(*statements.rows_in(entities))[0]):
            writer.execute(statements.empty(entity))

    def _open_file(self) -> None:
        self._writer = self._connect()
        try:
            self._create_tables()
            self._watch = self._connect()
        except BaseException:
            self._writer.close()
            raise

    def _connect(self) -> SqliteConnection:
        connection = SqliteConnection(self._path)
        try:
            for setting in (*_SETTINGS, _PASSING if self._private else _LASTING):
                connection.set_up(setting)
            connection.query(_ANYTHING)  # opens the log too, which a private database needs now
        except BaseException:
            connection.close()
            raise
        return connection

    def _create_tables(self) -> None:
        self._writer.set_up("PRAGMA journal_mode = WAL")
        self._change(
            time.monotonic() + PATIENCE_S,
            lambda _writer, tables: tables.prepare(self._base, _now_ms()),
        )
        self._writer.set_up("PRAGMA busy_timeout = 0")

    def _change(self, deadline: float, work: Callable[[SqliteConnection, Tables], Schema]) -> None:
        """Do something with whole tables, for which references are off; its schema is in force."""
        with self.writer(deadline) as writer:
            writer.set_up("PRAGMA foreign_keys = OFF")
            try:
                with writer.writing(deadline):
                    schema = work(writer, Tables(writer, self._editions, self._path))
                self._revision += 1
            finally:
                writer.set_up("PRAGMA foreign_keys = ON")
            self._layout = _layout_of(writer)
            if schema is not self.schema:
                self._adopt(schema)

    def _knows(self, connection: Connection) -> bool:
        """Whether nobody else has changed tables since."""
        return self._layout == _layout_of(connection)


def _layout_of(connection: Connection) -> int:
    """A number that changes with every change of a table, by anyone."""
    return int(connection.query("PRAGMA schema_version", ())[0][0])


def _now_ms() -> int:
    return time.time_ns() // 1_000_000

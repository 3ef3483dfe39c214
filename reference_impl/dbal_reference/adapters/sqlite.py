"""The SQLite adapter: a file (write-ahead log), or a private database in memory."""

import json
import re
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Integer, UnaryExpression, column, func, select
from sqlalchemy.dialects.sqlite.pysqlite import dialect as pysqlite
from sqlalchemy.types import TypeEngine

from dbal_reference.adapters import OverdueError, UnavailableError
from dbal_reference.adapters.sql import ddl
from dbal_reference.adapters.sql.adapter import PATIENCE_S, SqlAdapter
from dbal_reference.adapters.sql.dialect import Dialect, Expression
from dbal_reference.adapters.sql.statements import Statements
from dbal_reference.adapters.sqlite_connection import SqliteConnection
from dbal_reference.errors import SchemaError
from dbal_reference.model import Field, Schema

_IDLE_READERS = 8  # kept open; more are opened when more threads read at once
_COLUMNS = "SELECT name FROM pragma_table_info(?)"
_SETTINGS = (
    "PRAGMA busy_timeout = 30000",  # for others that recover or check-point the log
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = NORMAL",  # safe with a write-ahead log, and no wait for the disk
    "PRAGMA trusted_schema = OFF",
)


class SqliteDialect(Dialect):
    """Text compares by its UTF-8 bytes (BINARY) and nulls are lowest: SQLite's own defaults."""

    def __init__(self) -> None:
        super().__init__(pysqlite(paramstyle="qmark"))
        self.decoders = {**self.decoders, "boolean": bool}

    def column_type(self, field: Field) -> TypeEngine[Any]:
        """Booleans are 0 and 1."""
        return Integer() if field.type == "boolean" else super().column_type(field)

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

    Private: one connection, one unit at a time. File: one writing connection, as many reading
    ones as there are threads that read, and other processes may use the file as well.
    """

    name = "sqlite"
    version = sqlite3.sqlite_version

    def __init__(self, schema: Schema, path: str | None = None) -> None:
        super().__init__(schema, Statements(schema, SqliteDialect()))
        self._path = path
        self._lock = threading.Lock()  # of the writing connection
        self._watching = threading.Lock()  # of the watching one, which waits for no writer
        self._open = True
        self._revision = 0
        self._idle: list[SqliteConnection] = []
        self._writer = self._connect()
        try:
            self._create_tables()
            self._watch = None if path is None else self._connect()
        except BaseException:
            self._writer.close()
            raise

    def revision(self) -> object:
        """Count own writes, and ask a connection that never writes for those of other processes."""
        if self._watch is None:
            return self._revision
        with self._watching:
            if not self._open:
                raise UnavailableError
            return (self._revision, self._watch.query("PRAGMA data_version")[0][0])

    def clear(self) -> None:
        """Remove every row; with references off, whole tables are dropped at once."""
        deadline = time.monotonic() + PATIENCE_S
        with self._held(deadline):
            writer = self._writer
            writer.set_up("PRAGMA foreign_keys = OFF")
            try:
                with writer.writing(deadline):
                    for entity in self._statements.codecs:
                        writer.execute(self._statements.empty(entity))
                self._revision += 1
            finally:
                writer.set_up("PRAGMA foreign_keys = ON")

    def close(self) -> None:
        """Close all connections; a unit at work is let finish for 5 s."""
        if not self._open:
            return
        self._open = False
        held = self._lock.acquire(timeout=5.0)
        try:
            with self._watching:
                for connection in (*self._idle, self._watch, self._writer):
                    if connection is not None:
                        connection.close()
            self._idle.clear()
        finally:
            if held:
                self._lock.release()

    @contextmanager
    def _transaction(self, *, write: bool, deadline: float) -> Iterator[SqliteConnection]:
        if not self._open:
            raise UnavailableError
        if not write and self._path is not None:
            with self._reader() as reader, reader.reading(deadline):
                yield reader
            return
        with self._held(deadline):
            if not write:
                with self._writer.reading(deadline):
                    yield self._writer
                return
            before = self._writer.changes
            with self._writer.writing(deadline):
                yield self._writer
            self._revision += self._writer.changes != before

    @contextmanager
    def _held(self, deadline: float) -> Iterator[None]:
        """Have the writing connection for oneself."""
        if not self._lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
            raise OverdueError
        try:
            if not self._open:
                raise UnavailableError
            yield
        finally:
            self._lock.release()

    @contextmanager
    def _reader(self) -> Iterator[SqliteConnection]:
        reader = self._idle.pop() if self._idle else self._connect()
        try:
            yield reader
        finally:
            if self._open and len(self._idle) < _IDLE_READERS:
                self._idle.append(reader)
            else:
                reader.close()

    def _connect(self) -> SqliteConnection:
        connection = SqliteConnection(self._path)
        try:
            for setting in _SETTINGS:
                connection.set_up(setting)
        except BaseException:
            connection.close()
            raise
        return connection

    def _create_tables(self) -> None:
        writer = self._writer
        if self._path is not None:
            writer.set_up("PRAGMA journal_mode = WAL")
        with writer.writing(time.monotonic() + PATIENCE_S):
            for table in self._statements.metadata.tables.values():
                there = {record[0] for record in writer.query(_COLUMNS, [table.name])}
                if there and there != set(table.columns.keys()):
                    raise SchemaError(
                        f"{self._path}: table {table.name} has other columns than the schema; "
                        "name a new file, or one made with this schema"
                    )
            for text in ddl.create(self._statements.metadata, self._statements.dialect):
                writer.execute(text)
        writer.set_up("PRAGMA busy_timeout = 0")

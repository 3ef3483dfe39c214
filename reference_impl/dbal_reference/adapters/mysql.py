"""The adapter for MariaDB and MySQL; which of them it is, the server says."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Any, Final

from sqlalchemy import Column, Computed, Index, Table, Text, UnaryExpression
from sqlalchemy.dialects.mysql import DOUBLE, LONGTEXT, TINYINT, VARCHAR, pymysql
from sqlalchemy.types import TypeEngine

from dbal_reference.adapters import OverdueError
from dbal_reference.adapters.mysql_connection import WRITER, MysqlConnection, Server
from dbal_reference.adapters.server_url import ServerUrl, parse
from dbal_reference.adapters.sql.adapter import PATIENCE_S
from dbal_reference.adapters.sql.dialect import Dialect, Expression
from dbal_reference.adapters.sql.server import Inventory, ServerAdapter
from dbal_reference.adapters.sql.server_connection import ServerConnection
from dbal_reference.adapters.sql.statements import Statements
from dbal_reference.model import Field, Schema

_PORT: Final = 3306
_OPTIONS: Final = ("ssl_ca", "ssl_cert", "ssl_key", "unix_socket")
_COLUMNS: Final = """
SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = DATABASE()
"""
_NAMES: Final = """
SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()
UNION SELECT index_name FROM information_schema.statistics WHERE table_schema = DATABASE()
UNION SELECT constraint_name FROM information_schema.table_constraints
WHERE table_schema = DATABASE()
"""


class MysqlDialect(Dialect):
    """Text compares by code point and is not padded; null is lowest, as it is for the server."""

    hasty = True  # InnoDB judges restrict row by row
    index_bytes = 3072
    creates_if_missing = False  # MySQL cannot, of indexes

    def __init__(self, server: Server) -> None:
        super().__init__(pymysql.dialect(paramstyle="format"))
        self.decoders = {**self.decoders, "boolean": bool}
        self.furniture = {
            WRITER: f"CREATE TABLE {WRITER} (id TINYINT NOT NULL PRIMARY KEY) ENGINE=InnoDB "
            "SELECT 1 AS id"
        }
        self._collation = server.collation
        self.table_options = {
            "mysql_engine": "InnoDB",
            "mysql_charset": "utf8mb4",
            "mysql_collate": server.collation,
            "mysql_row_format": "DYNAMIC",
        }

    def column_type(self, field: Field, width: int | None) -> TypeEngine[Any]:
        """Text that is indexed has a width; other text is kept outside the row, and has none."""
        if field.type == "boolean":
            return TINYINT(display_width=1)
        kind = super().column_type(field, width)
        if not isinstance(kind, Text):
            return DOUBLE(asdecimal=False) if field.type == "double" else kind
        return LONGTEXT() if width is None else VARCHAR(width)

    def ascending(self, column: Expression) -> UnaryExpression[Any]:
        """Order with null first."""
        return column.asc()

    def descending(self, column: Expression) -> UnaryExpression[Any]:
        """Order with null last."""
        return column.desc()

    def pack(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """PyMySQL writes a tuple as a list in brackets."""
        return tuple(values)

    def member(self, column: Expression, packed: Expression) -> Expression:
        """Look into the list."""
        return column.bool_op("IN")(packed)

    def unique_in_tenant(
        self, table: Table, tenant: str, fields: tuple[str, ...], name: str
    ) -> list[Index]:
        """Make a null tenant one tenant: a column of the database's own, in which it is `""`."""
        own = f"{tenant}_or_none"
        if own not in table.c:
            kind = table.c[tenant].type
            quoted = self.compiler.identifier_preparer.quote(tenant)
            made = Computed(f"coalesce({quoted}, '')", persisted=True)
            table.append_column(Column(own, kind, made))
        return [Index(name, *(table.c[field] for field in fields), table.c[own], unique=True)]


class MysqlAdapter(ServerAdapter):
    """Opens `mariadb://user:password@host:port/database`, or `mysql://...`; either is the other."""

    def __init__(self, schema: Schema, url: str) -> None:
        self._settings = _settings(parsed := parse(url, port=_PORT, options=_OPTIONS))
        server = self._ask()
        self.name, self.version = server.name, str(server)
        statements = Statements(schema, MysqlDialect(server))
        super().__init__(schema, statements, readers=parsed.pool_size)
        try:
            self._create_tables()
        except BaseException:
            self.close()
            raise

    def revision(self) -> object:
        """Nothing tells cheaply whether others wrote; so what is asked for twice is read twice."""
        return object()

    def _ask(self) -> Server:
        connection = self._connection(write=False)
        try:
            connection.begin(monotonic() + PATIENCE_S)
            return connection.server
        finally:
            connection.close()

    def _connection(self, *, write: bool) -> MysqlConnection:
        return MysqlConnection(self._settings, write=write)

    def _empty(self, connection: ServerConnection) -> None:
        """Without references, which InnoDB would follow row by row."""
        texts = [self._statements.empty(name) for name in self._statements.codecs]
        try:
            connection.execute_all(["SET foreign_key_checks = 0", *texts])
            connection.execute("SET foreign_key_checks = 1")
        except BaseException:
            connection.close()
            raise

    @contextmanager
    def _creating(self) -> Iterator[ServerConnection]:
        """DDL commits by itself, so that no lock of a transaction would last."""
        with self._transaction(write=False, deadline=monotonic() + PATIENCE_S) as connection:
            got = connection.query("SELECT GET_LOCK(LEFT(CONCAT('dbal ', DATABASE()), 64), 30)")
            if got != [(1,)]:
                raise OverdueError
            try:
                yield connection
            finally:
                connection.execute("DO RELEASE_LOCK(LEFT(CONCAT('dbal ', DATABASE()), 64))")

    def _inventory(self, connection: ServerConnection) -> Inventory:
        columns: dict[str, set[str]] = {}
        for table, column in connection.query(_COLUMNS):
            columns.setdefault(table, set()).add(column)
        names = frozenset(name for (name,) in connection.query(_NAMES))
        return Inventory({name: frozenset(those) for name, those in columns.items()}, names)


def _settings(url: ServerUrl) -> dict[str, Any]:
    return {
        **url.options,
        "host": url.host,
        "port": url.port,
        "database": url.database,
        "user": url.user,
        "password": url.password or "",
    }

"""The adapter for MariaDB and MySQL; which of them it is, the server says."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, Final

from dbal_reference.adapters import OverdueError
from dbal_reference.adapters.mysql_connection import MysqlConnection
from dbal_reference.adapters.mysql_dialect import MysqlDialect, Server
from dbal_reference.adapters.server_url import ServerUrl, parse
from dbal_reference.adapters.sql.adapter import PATIENCE_S
from dbal_reference.adapters.sql.server import Inventory, ServerAdapter
from dbal_reference.adapters.sql.server_connection import ServerConnection
from dbal_reference.adapters.sql.statements import Statements
from dbal_reference.model import Schema

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


class MysqlAdapter(ServerAdapter):
    """Opens `mariadb://user:password@host:port/database`, or `mysql://...`; either is the other.

    MariaDB claims `jsonQueries`, and MySQL does not (docs/decisions/063).
    """

    capabilities = ServerAdapter.capabilities | {"fullTextSearch", "aggregations"}

    def __init__(self, schema: Schema, url: str) -> None:
        self._settings = _settings(parsed := parse(url, port=_PORT, options=_OPTIONS))
        server = self._ask()
        self.name, self.version = server.name, str(server)
        statements = Statements(schema, MysqlDialect(server))
        if statements.dialect.places is not None:
            self.capabilities |= {"jsonQueries"}
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

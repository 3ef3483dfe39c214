"""The adapter for MariaDB and MySQL; which of them it is, the server says."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, Final

from dbal_reference.adapters import OverdueError, UnavailableError
from dbal_reference.adapters.mysql_alterations import MysqlAlterations
from dbal_reference.adapters.mysql_connection import MysqlConnection
from dbal_reference.adapters.mysql_dialect import MysqlDialect, Server
from dbal_reference.adapters.server_tls import explain_mysql
from dbal_reference.adapters.server_url import ServerUrl, parse
from dbal_reference.adapters.sql.adapter import PATIENCE_S
from dbal_reference.adapters.sql.server import ServerAdapter
from dbal_reference.adapters.sql.server_connection import ServerConnection
from dbal_reference.adapters.sql.server_tables import Hands, ServerTables
from dbal_reference.adapters.sql.statements import Statements
from dbal_reference.model import Schema

_PORT: Final = 3306
_OPTIONS: Final = ("ssl_ca", "ssl_cert", "ssl_key", "unix_socket")


class MysqlAdapter(ServerAdapter):
    """Opens `mariadb://user:password@host:port/database`, or `mysql://...`; either is the other."""

    def __init__(self, schema: Schema, url: str) -> None:
        self._settings = _settings(parsed := parse(url, port=_PORT, options=_OPTIONS))
        self._limits = parsed.limits
        try:
            server = self._ask()
        except UnavailableError as error:
            if told := explain_mysql(parsed, error):
                raise told from error
            raise
        self.name, self.version = server.name, str(server)
        dialect = MysqlDialect(server)
        self.capabilities = capabilities_of(dialect)
        statements = Statements(schema, dialect)
        super().__init__(schema, statements, readers=parsed.pool_size)
        self._alterations = MysqlAlterations(dialect)
        self._place = f"the database {parsed.database}"
        try:
            self._prepare()
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
        return MysqlConnection(self._settings, self._limits, write=write)

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
    def _changing(self, deadline: float) -> Iterator[ServerTables]:
        """By two connections of their own: DDL commits by itself, and would let go of the lock.

        First comes a lock of those who change tables: the table with the other one is yet to be
        made when the first of them comes.
        """
        hands = Hands(self._connection(write=False), self._connection(write=True))
        try:
            self._exclude_others(hands.tables, deadline)
            self._alterations.furnish(hands.tables)
            hands.guard.begin(deadline)
            tables = ServerTables(hands, self._editions, self._alterations, self._place)
            yield tables
            hands.guard.commit()
            tables.tidy()
        finally:
            hands.guard.end()
            hands.guard.close()
            hands.tables.close()  # and its lock goes with it

    def _exclude_others(self, connection: ServerConnection, deadline: float) -> None:
        connection.look(deadline)
        wait = max(1, math.ceil(connection.left_s))
        if connection.query(
            "SELECT GET_LOCK(LEFT(CONCAT('dbal ', DATABASE()), 64), %s)", [wait]
        ) != [(1,)]:
            raise OverdueError
        connection.execute(f"SET foreign_key_checks = 0, lock_wait_timeout = {wait}")


def capabilities_of(dialect: MysqlDialect) -> frozenset[str]:
    """What is claimed; of places inside JSON MariaDB alone can tell (docs/decisions/063)."""
    places = frozenset() if dialect.places is None else frozenset({"jsonQueries"})
    return ServerAdapter.capabilities | {"fullTextSearch", "aggregations"} | places


def _settings(url: ServerUrl) -> dict[str, Any]:
    trust = {"ssl_verify_cert": True} if "ssl_ca" in url.options else {}  # PyMySQL needs both
    return {
        **url.options,
        **trust,
        "host": url.host,
        "port": url.port,
        "database": url.database,
        "user": url.user,
        "password": url.password or "",
    }

"""The PostgreSQL adapter."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import Any, Final

from dbal_reference.adapters import ReferencedError, UnavailableError
from dbal_reference.adapters.postgres_alterations import PostgresAlterations
from dbal_reference.adapters.postgres_connection import PostgresConnection
from dbal_reference.adapters.postgres_dialect import PostgresDialect
from dbal_reference.adapters.server_tls import ask_postgres
from dbal_reference.adapters.server_url import ServerUrl, parse
from dbal_reference.adapters.sql.adapter import PATIENCE_S
from dbal_reference.adapters.sql.server import ServerAdapter
from dbal_reference.adapters.sql.server_connection import ServerConnection
from dbal_reference.adapters.sql.server_tables import Hands, ServerTables
from dbal_reference.adapters.sql.statements import Statements
from dbal_reference.model import Schema

_PORT: Final = 5432
_OPTIONS: Final = ("sslmode", "sslrootcert", "sslcert", "sslkey", "channel_binding", "options")
_SESSION: Final[Mapping[str, Any]] = {
    "application_name": "dbal-reference",
    "client_encoding": "UTF8",
    # Whoever is cut off from the server while it writes holds up all others until the server
    # notices.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}


class PostgresAdapter(ServerAdapter):
    """Opens `postgresql://user:password@host:port/database`, in the schema that comes first."""

    name = "postgresql"
    capabilities = ServerAdapter.capabilities | {"fullTextSearch", "jsonQueries", "aggregations"}

    def __init__(self, schema: Schema, url: str) -> None:
        self._settings = _settings(parsed := parse(url, port=_PORT, options=_OPTIONS))
        self._limits = parsed.limits
        statements = Statements(schema, PostgresDialect())
        super().__init__(schema, statements, readers=parsed.pool_size)
        self._alterations = PostgresAlterations(statements.dialect)
        self._place = f"the PostgreSQL database {parsed.database}"
        try:
            self._prepare()
        except UnavailableError as error:
            self.close()
            if told := ask_postgres(parsed):
                raise told from error
            raise
        except BaseException:
            self.close()
            raise

    def revision(self) -> object:
        """Compare which transactions have ended, of all that ever wrote on the server."""
        with self._transaction(write=False, deadline=monotonic() + PATIENCE_S) as connection:
            return connection.query("SELECT pg_catalog.pg_current_snapshot()::text")[0][0]

    def _connection(self, *, write: bool) -> PostgresConnection:
        return PostgresConnection(self._settings, self._limits, write=write)

    def _adopt(self, schema: Schema) -> None:
        """Forget what was prepared for columns that may have other types now."""
        super()._adopt(schema)
        self._readers.renew()
        self._writers.renew()

    def _empty(self, connection: ServerConnection) -> None:
        tables = [table.name for table in reversed(self._statements.metadata.sorted_tables)]
        try:
            with connection.savepoint():
                connection.execute_all([self._statements.empty(name) for name in tables])
        except ReferencedError:  # tables in a ring, with a restrict in it
            quote = self._statements.dialect.compiler.identifier_preparer.quote
            connection.execute(f"TRUNCATE {', '.join(map(quote, tables))}")

    @contextmanager
    def _changing(self, deadline: float) -> Iterator[ServerTables]:
        """In one transaction, on a connection of its own."""
        connection = self._connection(write=True)
        try:
            connection.begin(deadline)
            self.version = connection.query("SHOW server_version")[0][0].partition(" ")[0]
            self._alterations.furnish(connection)
            hands = Hands(connection, connection)
            tables = ServerTables(hands, self._editions, self._alterations, self._place)
            yield tables
            tables.tidy()
            connection.commit()
        finally:
            connection.end()
            connection.close()


def _settings(url: ServerUrl) -> dict[str, Any]:
    return {
        **_SESSION,
        **url.options,
        "host": url.host,
        "port": url.port,
        "dbname": url.database,
        "user": url.user,
        "password": url.password,
    }

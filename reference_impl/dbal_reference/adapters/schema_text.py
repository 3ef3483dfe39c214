"""The tables of a schema as SQL text, for each kind of database."""

from collections.abc import Callable, Mapping
from typing import Final

from dbal_reference.adapters.mysql_dialect import MysqlDialect, Server
from dbal_reference.adapters.postgres_dialect import PostgresDialect
from dbal_reference.adapters.sql import ddl
from dbal_reference.adapters.sql.dialect import Dialect
from dbal_reference.adapters.sql.tables import make_tables
from dbal_reference.adapters.sqlite import SqliteDialect
from dbal_reference.model import Schema

DIALECTS: Final[Mapping[str, Callable[[], Dialect]]] = {
    "sqlite": SqliteDialect,
    "postgres": PostgresDialect,
    "mariadb": lambda: MysqlDialect(Server("mariadb", (0,))),
    "mysql": lambda: MysqlDialect(Server("mysql", (0,))),
}


def schema_text(schema: Schema, dialect: str) -> str:
    """Write what an adapter of this dialect makes in an empty database.

    Raises:
        KeyError: there is no such dialect.
        SchemaError: the database cannot index what the schema asks for.
    """
    chosen = DIALECTS[dialect]()
    lines = "\n".join(f"{text};" for text in ddl.create(make_tables(schema, chosen), chosen))
    return "".join(f"{line.rstrip()}\n" for line in lines.splitlines())

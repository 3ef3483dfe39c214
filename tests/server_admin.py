"""What tests do on a database server beside the adapters, with the drivers alone."""

import time
from collections.abc import Iterable
from typing import Any, Self, TypeAlias

PASSWORD = "p@ss/w%rd:'\"$`"  # what must survive a URL
Server: TypeAlias = dict[str, Any]  # kind, id, host, port, url

_COLUMNS = """
SELECT table_name, column_name, data_type, is_nullable, collation_name
FROM information_schema.columns WHERE table_schema = %s ORDER BY 1, 2
"""
_CHECKS = """
SELECT constraint_name, check_clause FROM information_schema.check_constraints
WHERE constraint_schema = %s AND constraint_name NOT LIKE '%%not_null' ORDER BY 1, 2
"""
_REFERENCES = """
SELECT constraint_name, unique_constraint_name, update_rule, delete_rule
FROM information_schema.referential_constraints WHERE constraint_schema = %s ORDER BY 1
"""
_INDEXES = {
    "postgres": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = %s ORDER BY 1",
    "mariadb": "SELECT table_name, index_name, seq_in_index, column_name, non_unique "
    "FROM information_schema.statistics WHERE table_schema = %s ORDER BY 1, 2, 3",
}


class Admin:
    """A connection of the owner of everything; `database` None is one of his own."""

    def __init__(self, server: Server, database: str | None = None) -> None:
        at = {"host": server["host"], "port": server["port"], "password": PASSWORD}
        self.kind = "postgres" if server["kind"] == "postgres" else "mariadb"
        self.raw: Any
        if self.kind == "postgres":
            import psycopg  # noqa: PLC0415 -- only where it is installed

            self.raw = psycopg.connect(
                **at, user="dbal", dbname=database or "dbal", autocommit=True
            )
        else:
            import pymysql  # noqa: PLC0415 -- only where it is installed

            self.raw = pymysql.connect(**at, user="root", database=database, autocommit=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.raw.close()

    def run(self, text: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Execute, and give what comes of it."""
        with self.raw.cursor() as cursor:
            cursor.execute(text, parameters or None)
            return list(cursor.fetchall()) if cursor.description else []


def make_database(server: Server, name: str) -> None:
    """Make a database if there is none of the name."""
    with Admin(server) as admin:
        if admin.kind == "mariadb":
            admin.run(f"CREATE DATABASE IF NOT EXISTS `{name}`")
        elif not admin.run("SELECT 1 FROM pg_database WHERE datname = %s", name):
            # The image sorts by en_US.utf8: what orders by code point does so by itself.
            admin.run(f'CREATE DATABASE "{name}"')


def cut(server: Server, database: str) -> None:
    """Cut every connection to a database, and wait until they are gone."""
    with Admin(server) as admin:
        if admin.kind == "postgres":
            admin.run(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
                database,
            )
            return
        theirs = "SELECT id FROM information_schema.processlist WHERE db = %s"
        for (number,) in admin.run(theirs, database):
            admin.run(f"KILL {number}")
        while admin.run(theirs, database):
            time.sleep(0.01)


def run_all(server: Server, database: str, texts: Iterable[str]) -> None:
    """Execute statements."""
    with Admin(server, database) as admin:
        for text in texts:
            if text.strip():
                admin.run(text)


def catalog(server: Server, database: str) -> list[tuple[Any, ...]]:
    """Columns, indexes, references and checks of a database, in order."""
    with Admin(server, database) as admin:
        schema = "public" if admin.kind == "postgres" else database
        return [
            *admin.run(_COLUMNS, schema),
            *admin.run(_INDEXES[admin.kind], schema),
            *admin.run(_REFERENCES, schema),
            *admin.run(_CHECKS, schema),
        ]

"""PostgreSQL's catalog, and its ALTER TABLE; all of it is part of a transaction."""

from collections.abc import Iterator, Sequence
from time import monotonic
from typing import Any, Final

from sqlalchemy import Column

from dbal_reference.adapters import OverdueError
from dbal_reference.adapters.sql.alterations import Alterations, quoted_text
from dbal_reference.adapters.sql.drift import ColumnForm
from dbal_reference.adapters.sql.server_connection import ServerConnection

_COLUMNS: Final = """
SELECT c.relname, a.attname, pg_catalog.upper(pg_catalog.format_type(a.atttypid, a.atttypmod)),
  o.collname, a.attnotnull, a.atthasdef
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_collation o ON o.oid = a.attcollation
WHERE c.relnamespace = pg_catalog.current_schema()::regnamespace AND c.relkind IN ('r', 'p')
"""
_NAMES: Final = """
SELECT relname FROM pg_catalog.pg_class
WHERE relnamespace = pg_catalog.current_schema()::regnamespace
UNION SELECT conname FROM pg_catalog.pg_constraint
WHERE connamespace = pg_catalog.current_schema()::regnamespace
"""
# The locks come all at once or not at all: whoever holds one and waits for another may be what a
# reader waits for, who holds that other.
_LOCK: Final = """
DO $$ BEGIN
  PERFORM pg_catalog.set_config('lock_timeout', '100ms', true);
  LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE;
  PERFORM pg_catalog.set_config('dbal.locked', 'on', true);
EXCEPTION WHEN lock_not_available THEN
  PERFORM pg_catalog.set_config('dbal.locked', 'off', true);
END $$
"""
_LOCKED: Final = "SELECT pg_catalog.current_setting('dbal.locked')"
_PATIENT: Final = "SET LOCAL lock_timeout = 0"


class PostgresAlterations(Alterations):
    """Columns are added at once, since a default that is constant is kept beside the rows."""

    in_transactions = True
    must_loosen = False
    must_reindex = True

    def _columns(self, connection: ServerConnection) -> Iterator[tuple[str, str, ColumnForm, bool]]:
        for table, column, kind, collation, required, default in connection.query(_COLUMNS):
            text = f'{kind} COLLATE "{collation}"' if collation is not None else kind
            yield table, column, ColumnForm(text, bool(required)), bool(default)

    def _names(self, connection: ServerConnection) -> frozenset[str]:
        return frozenset(name for (name,) in connection.query(_NAMES))

    def empty(self, tables: Sequence[str]) -> list[str]:
        """All at once, so that no reference is in the way."""
        return [f"TRUNCATE {', '.join(map(self.quoted, tables))}"]

    def reform(self, column: Column[Any]) -> list[str]:
        """Whether it can be null; types are the same whatever the width."""
        verb = "DROP" if column.nullable else "SET"
        return [f"ALTER COLUMN {self.quoted(column.name)} {verb} NOT NULL"]

    def lock(self, connection: ServerConnection, tables: Sequence[str]) -> None:
        """Try again and again, letting readers pass in between.

        Raises:
            OverdueError: the deadline passed meanwhile.
        """
        text = _LOCK.format(tables=", ".join(map(self.quoted, sorted(tables))))
        while tables:
            connection.define(text)
            if connection.query(_LOCKED) == [("on",)]:
                break
            if monotonic() > connection.deadline:
                raise OverdueError
        connection.define(_PATIENT)

    def _literal(self, value: Any) -> str:  # noqa: ANN401 -- as the driver takes it
        return f"E{quoted_text(value)}" if isinstance(value, str) else repr(value)

"""The catalog of MariaDB and MySQL, and their ALTER TABLE, each of which is kept by itself."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Column, Constraint, ForeignKeyConstraint

from dbal_reference.adapters.mysql_dialect import WRITER, MysqlDialect
from dbal_reference.adapters.sql.alterations import Alterations, quoted_text
from dbal_reference.adapters.sql.drift import ColumnForm
from dbal_reference.adapters.sql.server_connection import ServerConnection

_COLUMNS: Final = """
SELECT table_name, column_name, column_type, collation_name, is_nullable = 'NO',
  column_default IS NOT NULL AND column_default <> 'NULL'
FROM information_schema.columns WHERE table_schema = DATABASE()
"""
_NAMES: Final = """
SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()
UNION SELECT index_name FROM information_schema.statistics WHERE table_schema = DATABASE()
UNION SELECT constraint_name FROM information_schema.table_constraints
WHERE table_schema = DATABASE()
"""
_VERSIONED: Final = f"""
SELECT 1 FROM information_schema.columns
WHERE table_schema = DATABASE() AND table_name = '{WRITER}' AND column_name = 'version'
"""  # noqa: S608 -- a constant
_INTEGER: Final = re.compile(r"INT(EGER)?(\(\d+\))?")  # a display width, of which nothing depends


class MysqlAlterations(Alterations):
    """References must not be checked meanwhile, or their columns could not be changed."""

    in_transactions = False
    must_loosen = True
    must_reindex = False

    def __init__(self, dialect: MysqlDialect) -> None:
        super().__init__(dialect)
        self._collation = dialect.collation

    def furnish(self, connection: ServerConnection) -> None:
        """Databases of before there were versions have writers without one."""
        super().furnish(connection)
        if not connection.query(_VERSIONED):
            connection.define(f"ALTER TABLE {WRITER} ADD COLUMN version INTEGER NOT NULL DEFAULT 0")

    def _columns(self, connection: ServerConnection) -> Iterator[tuple[str, str, ColumnForm, bool]]:
        for table, column, kind, collation, required, default in connection.query(_COLUMNS):
            text = _normal(str(kind).upper())
            if collation not in {None, self._collation}:
                text += f" COLLATE {collation}"
            yield table, column, ColumnForm(text, bool(required)), bool(default)

    def _names(self, connection: ServerConnection) -> frozenset[str]:
        return frozenset(name for (name,) in connection.query(_NAMES))

    def empty(self, tables: Sequence[str]) -> list[str]:
        """One after the other; nobody follows references meanwhile."""
        return [f"DELETE FROM {self.quoted(name)}" for name in tables]  # noqa: S608 -- quoted

    def reform(self, column: Column[Any]) -> list[str]:
        """Say all of it again."""
        return [f"MODIFY COLUMN {self._specified(column)}"]

    def drop_default(self, column: Column[Any]) -> str:
        """A column that can be null has null for a default when it is made."""
        verb = "SET DEFAULT NULL" if column.nullable else "DROP DEFAULT"
        return f"ALTER COLUMN {self.quoted(column.name)} {verb}"

    def drop_constraint(self, constraint: Constraint) -> str:
        """References go by a word of their own."""
        kind = "FOREIGN KEY" if isinstance(constraint, ForeignKeyConstraint) else "CONSTRAINT"
        return f"DROP {kind} {self.quoted(str(constraint.name))}"

    def note(self, version: int) -> str:
        """Writers read it where they take their lock."""
        return f"UPDATE {WRITER} SET version = {version}"  # noqa: S608 -- a number

    def _literal(self, value: Any) -> str:  # noqa: ANN401 -- as the driver takes it
        """In brackets, as MySQL wants it of long text."""
        return f"({quoted_text(value) if isinstance(value, str) else repr(value)})"


def _normal(kind: str) -> str:
    if kind.startswith("BIGINT"):
        return "BIGINT"
    return "INTEGER" if _INTEGER.fullmatch(kind) else kind

"""PostgreSQL's SQL; no driver is needed to write it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Text, func, type_coerce
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql.psycopg import dialect as psycopg
from sqlalchemy.types import TypeEngine

from dbal_reference.adapters.postgres_functions import PostgresFunctions
from dbal_reference.adapters.sql import record
from dbal_reference.adapters.sql.dialect import Dialect, Expression
from dbal_reference.model import Field


class PostgresDialect(Dialect):
    """Text has the collation "C": it compares by its UTF-8 bytes, whatever the database's own."""

    fails_whole = True
    hasty = True  # it judges restrict after the cascades of the row, but not after theirs
    index_bytes = 2700  # a third of a page
    functions = places = PostgresFunctions()

    def __init__(self) -> None:
        super().__init__(psycopg(paramstyle="format"))  # type: ignore[no-untyped-call]  # SQLAlchemy types it not
        self.furniture = {record.TABLE: record.Record(self).create}

    def column_type(self, field: Field, width: int | None) -> TypeEngine[Any]:
        """Text of any length; only its comparison is set."""
        kind = super().column_type(field, width)
        return Text(collation="C") if isinstance(kind, Text) else kind

    def indexed(self, column: Expression) -> Expression:
        """Null comes first, as in `ascending`; backwards it is `descending`."""
        return self.ascending(column)

    def contains(self, column: Expression, text: Expression) -> Expression:
        """Find; POSITION would not take a text with a collation."""
        return func.strpos(column, text) > 0

    def pack(self, values: Sequence[Any]) -> list[Any]:
        """Make an array."""
        return list(values)

    def member(self, column: Expression, packed: Expression) -> Expression:
        """Look into the array."""
        kind = Text() if isinstance(column.type, Text) else column.type
        return column == func.any(type_coerce(packed, ARRAY(kind)))

"""The schema that a database was made with, version by version, in a table of its own."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, func, insert, select
from sqlalchemy.schema import CreateTable
from sqlalchemy.sql import ClauseElement

from dbal_reference.adapters.sql.dialect import Dialect
from dbal_reference.adapters.sql.unit import Connection
from dbal_reference.errors import SchemaError
from dbal_reference.model import Field, Schema
from dbal_reference.schema.comparison import Change
from dbal_reference.schema.growth import definitions_of, on_record

TABLE = "dbal_schema"  # no entity can be called so
_FORM = 1  # of what is written here
_TEXT = Field(name="text", type="text")


class Version(NamedTuple):
    """One version: its number and every entity's definition."""

    number: int
    definitions: dict[str, Any]


class Record:
    """Reads and writes the table, on a connection inside a transaction."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        text = dialect.column_type(_TEXT, None)
        self._table = table = Table(
            TABLE,
            MetaData(),
            Column("version", Integer, primary_key=True, autoincrement=False),
            Column("form", Integer, nullable=False),
            Column("appliedAt", BigInteger, nullable=False),
            Column("changes", text, nullable=False),
            Column("definitions", text, nullable=False),
            **dialect.table_options,
        )
        names = ("version", "form", "appliedAt", "changes", "definitions")
        self.create = self._compiled(CreateTable(table, if_not_exists=True))
        self._insert = self._compiled(insert(table).values(dict.fromkeys(names)))
        newest = select(func.max(table.c.version)).scalar_subquery()
        columns = (table.c.version, table.c.form, table.c.definitions)
        self._latest = self._compiled(select(*columns).where(table.c.version == newest))

    def latest(self, connection: Connection) -> Version | None:
        """The newest version; None if there is none.

        Raises:
            SchemaError: a newer release wrote it.
        """
        records = connection.query(self._latest, ())
        if not records:
            return None
        number, form, definitions = records[0]
        if form > _FORM:
            raise SchemaError(
                "the database was migrated by a newer release: use that one, or newer"
            )
        return Version(number, json.loads(definitions))

    def schema(self, connection: Connection, folder: Schema) -> Schema | None:
        """The newest schema, under the rules and operations of the folder's.

        Raises:
            SchemaError: this release does not understand it.
        """
        version = self.latest(connection)
        return None if version is None else on_record(folder, version.definitions)

    def add(
        self, connection: Connection, schema: Schema, changes: Iterable[Change], now_ms: int
    ) -> None:
        """Put a new version on record; a schema that was written in no file cannot be."""
        if not all(entity.definition for entity in schema.entities.values()):
            return
        version = self.latest(connection)
        number = 1 if version is None else version.number + 1
        told = [
            {name: value for name, value in change._asdict().items() if value is not None}
            for change in changes
        ]
        definitions = json.dumps(definitions_of(schema), separators=(",", ":"))
        parameters = (number, _FORM, now_ms, json.dumps(told), definitions)
        connection.execute(self._insert, parameters)

    def _compiled(self, element: ClauseElement) -> str:
        return str(element.compile(dialect=self._dialect.compiler)).strip()

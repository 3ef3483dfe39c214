"""The schema that a database was made with, version by version, in a table of its own."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    MetaData,
    Table,
    delete,
    func,
    insert,
    not_,
    select,
)
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
            Column("appliedAt", BigInteger),  # null: tables are being changed, or that broke off
            Column("changes", text, nullable=False),
            Column("definitions", text, nullable=False),
            **dialect.table_options,
        )
        names = ("version", "form", "appliedAt", "changes", "definitions")
        self.create = self._compiled(CreateTable(table, if_not_exists=True))
        self._insert = self._compiled(insert(table).values(dict.fromkeys(names)))
        columns = (table.c.version, table.c.form, table.c.definitions)
        applied = table.c.appliedAt.is_not(None)
        newest = select(func.max(table.c.version)).where(applied).scalar_subquery()
        self._latest = self._compiled(select(*columns).where(table.c.version == newest))
        self._announced = self._compiled(select(*columns).where(not_(applied)))
        self._forget = self._compiled(delete(table).where(not_(applied)))
        self._shorten = self._compiled(delete(table))

    def latest(self, connection: Connection) -> Version | None:
        """The newest version; None if there is none.

        Raises:
            SchemaError: a newer release wrote it.
        """
        return _read(connection.query(self._latest, ()))

    def schema(self, connection: Connection, folder: Schema) -> Schema | None:
        """The newest schema, under the rules and operations of the folder's.

        Raises:
            SchemaError: this release does not understand it.
        """
        version = self.latest(connection)
        return None if version is None else on_record(folder, version.definitions)

    def announced(self, connection: Connection, folder: Schema) -> Schema | None:
        """The schema of which tables may already have something; see `announce`.

        Raises:
            SchemaError: this release does not understand it.
        """
        version = _read(connection.query(self._announced, ()))
        return None if version is None else on_record(folder, version.definitions)

    def announce(self, connection: Connection, schema: Schema, changes: Iterable[Change]) -> None:
        """Say what is about to be made, for databases that do not undo changes of tables."""
        self.forget(connection)
        self.add(connection, schema, changes, None)

    def forget(self, connection: Connection) -> None:
        """Forget what was announced."""
        connection.execute(self._forget, ())

    def restart(self, connection: Connection, schema: Schema, now_ms: int) -> int | None:
        """Have one version alone, whose number is new all the same; the number."""
        version = self.latest(connection)
        connection.execute(self._shorten, ())
        return self._write(connection, schema, version, (), now_ms)

    def add(
        self,
        connection: Connection,
        schema: Schema,
        changes: Iterable[Change],
        now_ms: int | None,
    ) -> int | None:
        """Put a new version on record; its number, None if the schema was written in no file."""
        return self._write(connection, schema, self.latest(connection), changes, now_ms)

    def _write(
        self,
        connection: Connection,
        schema: Schema,
        version: Version | None,
        changes: Iterable[Change],
        now_ms: int | None,
    ) -> int | None:
        if not all(entity.definition for entity in schema.entities.values()):
            return None
        number = 1 if version is None else version.number + 1
        told = [
            {name: value for name, value in change._asdict().items() if value is not None}
            for change in changes
        ]
        definitions = json.dumps(definitions_of(schema), separators=(",", ":"))
        parameters = (number, _FORM, now_ms, json.dumps(told), definitions)
        connection.execute(self._insert, parameters)
        return number

    def _compiled(self, element: ClauseElement) -> str:
        return str(element.compile(dialect=self._dialect.compiler)).strip()


def _read(records: Sequence[Sequence[Any]]) -> Version | None:
    if not records:
        return None
    number, form, definitions = records[0]
    if form > _FORM:
        raise SchemaError("the database was migrated by a newer release: use that one, or newer")
    return Version(number, json.loads(definitions))

"""Making, comparing and changing the tables of an SQLite database; all of it in one transaction."""

from collections.abc import Collection, Mapping

from sqlalchemy.schema import CreateTable

from dbal_reference.adapters.sql import ddl, record
from dbal_reference.adapters.sql.drift import ColumnForm, Forms, drifted, forms_of, problems
from dbal_reference.adapters.sql.editions import Editions
from dbal_reference.adapters.sql.rows import Codec
from dbal_reference.adapters.sql.unit import Connection
from dbal_reference.model import Schema
from dbal_reference.schema.comparison import Change, filled
from dbal_reference.schema.growth import changes_between, settle

_COLUMNS = 'SELECT m.name, c.name, c.type, c."notnull" FROM sqlite_master m, '
_COLUMNS += "pragma_table_info(m.name) c WHERE m.type = 'table'"
_NEW = "dbal_new"  # the name of a table that is about to take the place of another


class Tables:
    """The tables on one connection, whose references must be off.

    Args:
        connection: inside a transaction for writing whenever it is used.
        editions: the statements of each schema.
        place: names the database in errors.
    """

    def __init__(self, connection: Connection, editions: Editions, place: str) -> None:
        self._connection = connection
        self._editions = editions
        self._dialect = editions.dialect
        self._place = place

    def prepare(self, folder: Schema, now_ms: int) -> Schema:
        """Make what is missing; the schema to be in force, which the database may have more of.

        Raises:
            SchemaError: tables are not as they were left, or contradict the folder.
        """
        there = self._columns()
        self._connection.execute(self._editions.record.create, ())
        recorded = self._editions.record.schema(self._connection, folder)
        if recorded is None:
            # Tables from before there was a record are taken over if they are the very same.
            self._compare(there, folder, missing_allowed=True)
            self._create(folder)
            self._editions.record.add(self._connection, folder, (), now_ms)
            return folder
        self._compare(there, recorded, missing_allowed=False)
        settled = settle(folder, recorded)
        changes = changes_between(recorded, settled)
        if changes:
            self.change(recorded, settled, changes, now_ms)
        self._create(settled)  # indexes that somebody dropped
        return settled

    def current(self, folder: Schema) -> Schema:
        """The schema on record."""
        return self._editions.record.schema(self._connection, folder) or folder

    def change(self, old: Schema, new: Schema, changes: tuple[Change, ...], now_ms: int) -> None:
        """Bring the tables of one schema to the form of another, and put that on record.

        SQLite cannot change a column, so tables that differ are made anew and filled from the old.
        """
        differing = _differing(new, old)
        before, after = self._made(old, differing), self._made(new, differing)
        for name, text in after.items():
            if name in before and before[name] != text:
                self._remake(old, new, name, text, now_ms)
        self._create(new, differing)
        self._editions.record.add(self._connection, new, changes, now_ms)

    def restore(self, schema: Schema, base: Schema, now_ms: int) -> None:
        """Take away what migrations made; tables that they changed are empty afterwards."""
        for name in _differing(schema, base):
            self._connection.execute(f"DROP TABLE {self._quoted(name)}", ())
        self._create(base, _differing(base, schema))
        self._connection.execute(f"DELETE FROM {record.TABLE}", ())  # noqa: S608 -- a constant
        self._editions.record.add(self._connection, base, (), now_ms)

    def _remake(self, old: Schema, new: Schema, name: str, text: str, now_ms: int) -> None:
        fields = new.entities[name].fields
        added = {
            field.name: filled(field, now_ms)
            for field in fields.values()
            if field.name not in old.entities[name].fields
        }
        kept = [field for field in fields if field not in added]
        values = Codec(new.entities[name], self._dialect).encode(added, added)
        into = ", ".join(map(self._quoted, (*kept, *added)))
        source = ", ".join((*map(self._quoted, kept), *("?" for _ in added)))
        table = self._quoted(name)
        for statement, parameters in (
            (text.replace(f"CREATE TABLE {table}", f"CREATE TABLE {_NEW}", 1), ()),
            (f"INSERT INTO {_NEW} ({into}) SELECT {source} FROM {table}", values),  # noqa: S608 -- quoted
            (f"DROP TABLE {table}", ()),
            (f"ALTER TABLE {_NEW} RENAME TO {table}", ()),
        ):
            self._connection.execute(statement, parameters)

    def _create(self, schema: Schema, only: Collection[str] | None = None) -> None:
        metadata = self._editions.of(schema).metadata
        for text in ddl.create(metadata, self._dialect, only=only):
            self._connection.execute(text, ())

    def _made(self, schema: Schema, names: Collection[str]) -> dict[str, str]:
        """The text that makes each of these tables, as far as the schema has them."""
        compiler, tables = self._dialect.compiler, self._editions.of(schema).metadata.tables
        return {
            name: str(CreateTable(tables[name]).compile(dialect=compiler)).strip()
            for name in names
            if name in tables
        }

    def _compare(
        self, there: Mapping[str, Forms], schema: Schema, *, missing_allowed: bool
    ) -> None:
        """Refuse a database that somebody else has changed (drift)."""
        for name, table in self._editions.of(schema).metadata.tables.items():
            if name not in there and missing_allowed:
                continue
            for problem in problems(there.get(name), [forms_of(table, self._dialect)]):
                raise drifted(self._place, name, problem)

    def _columns(self) -> dict[str, dict[str, ColumnForm]]:
        found: dict[str, dict[str, ColumnForm]] = {}
        for table, column, kind, required in self._connection.query(_COLUMNS, ()):
            found.setdefault(table, {})[column] = ColumnForm(kind, bool(required))
        return found

    def _quoted(self, name: str) -> str:
        return self._dialect.compiler.identifier_preparer.quote(name)


def _differing(schema: Schema, other: Schema) -> tuple[str, ...]:
    """Names of the entities that the other schema lacks, or may have otherwise."""
    return tuple(
        name
        for name, entity in schema.entities.items()
        if entity is not other.entities.get(name)  # schemas share what a migration left alone
    )

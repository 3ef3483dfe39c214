"""Making, comparing and changing the tables of a server, while nobody else writes."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, ForeignKeyConstraint, MetaData, Table

from dbal_reference.adapters.sql import ddl
from dbal_reference.adapters.sql.alterations import Alterations, Found
from dbal_reference.adapters.sql.drift import drifted, forms_of, problems
from dbal_reference.adapters.sql.editions import Editions
from dbal_reference.adapters.sql.leftovers import Leftovers, rules_of
from dbal_reference.adapters.sql.record import Record
from dbal_reference.adapters.sql.rows import Codec
from dbal_reference.adapters.sql.server_connection import ServerConnection, TooMuchError
from dbal_reference.errors import SchemaError
from dbal_reference.model import Schema
from dbal_reference.schema.comparison import Change, filled
from dbal_reference.schema.growth import changes_between, settle


class Hands(NamedTuple):
    """The connections that change tables: `tables` does, and `guard` holds the lock of writers.

    They are one where changes of tables are part of a transaction. Elsewhere `tables` keeps each
    statement at once, and what `guard` writes is kept last.
    """

    tables: ServerConnection
    guard: ServerConnection


class ServerTables:
    """The tables of one server database.

    Args:
        hands: what to work with.
        editions: the statements of each schema.
        alterations: how to look at tables and change them.
        place: names the database in errors.
    """

    def __init__(
        self, hands: Hands, editions: Editions, alterations: Alterations, place: str
    ) -> None:
        self._hands = hands
        self._editions = editions
        self._alterations = alterations
        self._place = place
        self._record = Record(alterations.dialect)
        self._brought: MetaData | None = None

    def prepare(self, folder: Schema, now_ms: int) -> Schema:
        """Make what is missing; the schema to be in force, which the database may have more of.

        What a migration that broke off has left behind is completed if the folder has it, and taken
        away if not.

        Raises:
            SchemaError: tables are not as they were left, or contradict the folder.
        """
        guard = self._hands.guard
        found = self._find()
        recorded = self._record.schema(guard, folder)
        if recorded is None:
            # Tables from before there was a record are taken over if they are the very same.
            self._compare(found, (folder,), missing_allowed=True)
            self._bring(folder, (), now_ms)
            self._note(self._record.add(guard, folder, (), now_ms))
            return folder
        announced = self._record.announced(guard, folder)
        known = (recorded,) if announced is None else (recorded, announced)
        self._compare(found, known, missing_allowed=False)
        settled = settle(folder, recorded)
        changes = changes_between(recorded, settled)
        if changes:
            self.change(recorded, settled, changes, now_ms)
            return settled
        self._bring(settled, known, now_ms)
        if announced is not None:
            self._record.forget(guard)
        self._note(self.version())
        return settled

    def version(self) -> int | None:
        """The number of the schema on record."""
        latest = self._record.latest(self._hands.guard)
        return None if latest is None else latest.number

    def current(self, folder: Schema) -> Schema:
        """The schema on record."""
        return self._record.schema(self._hands.guard, folder) or folder

    def change(self, old: Schema, new: Schema, changes: Sequence[Change], now_ms: int) -> None:
        """Bring the tables of one schema to the form of another, and put that on record.

        Raises:
            SchemaError: the server cannot have such tables; they are as they were.
        """
        guard = self._hands.guard
        known = self._announce(old, new, changes)
        try:
            self._bring(new, known, now_ms)
        except TooMuchError as error:
            if not self._alterations.in_transactions:
                self._bring(old, (*known, new), now_ms)
                self._record.forget(self._hands.tables)
            raise SchemaError(str(error)) from error
        self._record.forget(guard)
        self._note(self._record.add(guard, new, changes, now_ms))

    def restore(self, schema: Schema, base: Schema, now_ms: int) -> None:
        """Empty all tables, and take away what migrations made of them."""
        known = self._announce(schema, base, ())
        names = sorted(self._metadata(schema).tables)
        self._alterations.lock(self._hands.tables, names)
        for text in self._alterations.empty(names):
            self._hands.tables.define(text)
        self._bring(base, known, now_ms)
        self._note(self._record.restart(self._hands.guard, base, now_ms))

    def tidy(self) -> None:
        """Take away the defaults by which existing rows got theirs.

        Last of all: until a version is in force, rows are written by those who do not know of its
        fields.
        """
        if self._brought is None:
            return
        defaults = self._find().defaults
        for name, table in self._brought.tables.items():
            clauses = [
                self._alterations.drop_default(table.c[column])
                for column in defaults.get(name, ())
                if column in table.c
            ]
            self._alter(name, clauses)

    def _announce(self, old: Schema, new: Schema, changes: Sequence[Change]) -> tuple[Schema, ...]:
        """Say what may be found if this breaks off; the schemas of which something may be there."""
        if self._alterations.in_transactions:
            return (old,)
        before = self._record.announced(self._hands.guard, old)
        self._record.announce(self._hands.tables, new, changes)
        return (old,) if before is None else (old, before)

    def _note(self, version: int | None) -> None:
        """Let writers know of a version; it is in force as soon as this is kept."""
        text = None if version is None else self._alterations.note(version)
        if text is not None:
            self._hands.guard.execute(text)

    def _bring(self, goal: Schema, known: Sequence[Schema], now_ms: int) -> None:
        """Bring the tables to this form, whatever is missing of it.

        What is of a known schema and not of this one goes. Rows that exist get the defaults of new
        columns, which stay until `tidy`: in between, both forms can be written to.
        """
        self._brought = self._metadata(goal)
        tables = self._brought.tables
        found = self._find()
        going = Leftovers(found, self._metadata(goal), [self._metadata(each) for each in known])
        altered = {
            name: clauses
            for name, table in tables.items()
            if name in found.columns
            and (clauses := list(self._clauses(goal, table, found, now_ms)))
        }
        loose = self._dependent(tables.values(), found, going)
        made = ddl.create(
            self._metadata(goal), self._alterations.dialect, found.names - going.names
        )
        if made or going.tables or going.names or altered:
            self._alterations.lock(
                self._hands.tables, [name for name in found.columns if name in going.known]
            )
        self._take_away(going)
        for name, clauses in altered.items():
            self._alter(name, clauses)
        for text in made:
            self._hands.tables.define(text)
        self._constrain(found, tables.values(), again=loose)

    def _clauses(self, goal: Schema, table: Table, found: Found, now_ms: int) -> Iterator[str]:
        """Give what is missing of the columns of a table that is there."""
        fields = goal.entities[table.name].fields
        codec = Codec(goal.entities[table.name], self._alterations.dialect)
        for column in table.columns:
            form = found.columns[table.name].get(column.name)
            if form is None:
                default = None
                if column.name in fields:
                    value = filled(fields[column.name], now_ms)
                    (default,) = codec.encode({column.name: value}, (column.name,))
                yield self._alterations.add(column, default)
            elif form != self._alterations.form(column):
                yield from self._alterations.reform(column)

    def _take_away(self, going: Leftovers) -> None:
        for name, constraints in going.constraints.items():
            self._alter(name, [self._alterations.drop_constraint(each) for each in constraints])
        for index in going.indexes:
            self._hands.tables.define(self._alterations.drop_index(index))
        for name, columns in going.columns.items():
            self._alter(name, [self._alterations.drop_column(each) for each in columns])
        if going.tables:
            names = ", ".join(map(self._alterations.quoted, going.tables))
            self._hands.tables.define(f"DROP TABLE {names}")

    def _constrain(self, before: Found, tables: Iterable[Table], *, again: bool) -> None:
        """Add what new columns of tables that were there refer to, and must hold.

        `again`: something that was there was taken away for a while.
        """
        there = [table for table in tables if table.name in before.columns]
        rules = [rule for table in there for rule in rules_of(table)]
        if not again and all(str(rule.name) in before.names for rule in rules):
            return
        names = self._find().names
        for rule in rules:
            if str(rule.name) not in names:
                self._hands.tables.define(self._alterations.add_constraint(rule))

    def _dependent(self, tables: Iterable[Table], found: Found, going: Leftovers) -> bool:
        """Let go what columns cannot change under, or what is otherwise when they have changed.

        Whether references are among it, which must be added again.
        """
        loose = False
        for table in tables:
            for rule in rules_of(table) if self._alterations.must_loosen else ():
                if not isinstance(rule, ForeignKeyConstraint) or str(rule.name) not in found.names:
                    continue
                ends = [end for each in rule.elements for end in (each.parent, each.column)]
                if any(self._changes(column, found) for column in ends):
                    going.loosen(rule)
                    loose = True
            for index in table.indexes if self._alterations.must_reindex else ():
                there = str(index.name) in found.names and not index.unique
                if there and any(self._changes(column, found) for column in index.columns):
                    going.reindex(index)
        return loose

    def _changes(self, column: Column[Any], found: Found) -> bool:
        """Whether a column that is there has another form."""
        form = found.columns[column.table.name].get(column.name)
        return form is not None and form != self._alterations.form(column)

    def _alter(self, table: str, clauses: Sequence[str]) -> None:
        if clauses:
            self._hands.tables.define(self._alterations.alter(table, clauses))

    def _compare(self, found: Found, known: Sequence[Schema], *, missing_allowed: bool) -> None:
        """Refuse a database that somebody else has changed (drift)."""
        dialect = self._alterations.dialect
        every = [self._metadata(schema).tables for schema in known]
        for name in {name: None for tables in every for name in tables}:
            expected: list[Any] = [
                forms_of(tables[name], dialect) if name in tables else None for tables in every
            ]
            if name not in found.columns and missing_allowed:
                continue
            for problem in problems(found.columns.get(name), expected):
                raise drifted(self._place, name, problem)

    def _find(self) -> Found:
        return self._alterations.find(self._hands.tables)

    def _metadata(self, schema: Schema) -> MetaData:
        return self._editions.of(schema).metadata

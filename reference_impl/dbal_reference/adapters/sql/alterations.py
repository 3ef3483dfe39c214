"""How a kind of server tells of its tables, and is told to change them."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from sqlalchemy import Column, Constraint, Index
from sqlalchemy.schema import AddConstraint, CreateColumn, DropIndex, ExecutableDDLElement

from dbal_reference.adapters.sql.dialect import Dialect
from dbal_reference.adapters.sql.drift import ColumnForm, Forms, form_of
from dbal_reference.adapters.sql.server_connection import ServerConnection


class Found(NamedTuple):
    """What a database has.

    Attributes:
        columns: of each table.
        defaults: names of the columns that have a default, of each table that has such.
        names: of tables, indexes and constraints.
    """

    columns: Mapping[str, Forms]
    defaults: Mapping[str, Sequence[str]]
    names: frozenset[str]


class Alterations(ABC):
    """Texts that change tables, written by `dialect`; clauses are parts of ALTER TABLE."""

    in_transactions: ClassVar[bool]  # whether a transaction that is rolled back undoes them
    must_loosen: ClassVar[bool]  # whether a column cannot change while it is part of a reference
    must_reindex: ClassVar[bool]  # whether indexes are others where a column can be null

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.quoted = dialect.compiler.identifier_preparer.quote

    def find(self, connection: ServerConnection) -> Found:
        """Look at what is there."""
        columns: dict[str, dict[str, ColumnForm]] = {}
        defaults: dict[str, list[str]] = {}
        for table, column, form, has_default in self._columns(connection):
            columns.setdefault(table, {})[column] = form
            if has_default:
                defaults.setdefault(table, []).append(column)
        return Found(columns, defaults, self._names(connection))

    def furnish(self, connection: ServerConnection) -> None:
        """Make what is needed beside the tables of a schema."""
        names = self._names(connection)
        for name, text in self.dialect.furniture.items():
            if name not in names:
                connection.define(text)

    @abstractmethod
    def _columns(self, connection: ServerConnection) -> Iterator[tuple[str, str, ColumnForm, bool]]:
        """Give table, name, form, and whether it has a default, of each column."""

    @abstractmethod
    def _names(self, connection: ServerConnection) -> frozenset[str]:
        """Give the names of tables, indexes and constraints."""

    def form(self, column: Column[Any]) -> ColumnForm:
        """What the column is to be."""
        return form_of(column, self.dialect)

    def alter(self, table: str, clauses: Iterable[str]) -> str:
        """The whole statement."""
        return f"ALTER TABLE {self.quoted(table)} {', '.join(clauses)}"

    def add(self, column: Column[Any], default: Any) -> str:  # noqa: ANN401 -- as the driver takes it
        """Add it; rows that are there get the default, at once and whatever their number."""
        text = f"ADD COLUMN {self._specified(column)}"
        return text if default is None else f"{text} DEFAULT {self._literal(default)}"

    def drop_default(self, column: Column[Any]) -> str:
        """Leave it to whoever writes what a new row has."""
        return f"ALTER COLUMN {self.quoted(column.name)} DROP DEFAULT"

    def drop_column(self, name: str) -> str:
        """Remove it, from indexes too."""
        return f"DROP COLUMN {self.quoted(name)}"

    def drop_constraint(self, constraint: Constraint) -> str:
        """Remove it."""
        return f"DROP CONSTRAINT {self.quoted(str(constraint.name))}"

    def drop_index(self, index: Index) -> str:
        """The whole statement."""
        return self._text(DropIndex(index))

    def add_constraint(self, constraint: Constraint) -> str:
        """The whole statement."""
        return self._text(AddConstraint(constraint))

    @abstractmethod
    def empty(self, tables: Sequence[str]) -> list[str]:
        """Statements that remove all rows of all of these tables."""

    @abstractmethod
    def reform(self, column: Column[Any]) -> list[str]:
        """Bring a column that is there to its form."""

    def lock(self, connection: ServerConnection, tables: Sequence[str]) -> None:  # noqa: B027 -- for those that need it
        """Have these tables to oneself, where several changes are one transaction."""

    def note(self, version: int) -> str | None:  # noqa: ARG002 -- for those that need it
        """The statement, if there must be one, by which writers learn that a version is new."""
        return None

    @abstractmethod
    def _literal(self, value: Any) -> str:  # noqa: ANN401 -- as the driver takes it
        """Write a value; no statement that changes tables takes parameters."""

    def _specified(self, column: Column[Any]) -> str:
        return self._text(CreateColumn(column))

    def _text(self, element: CreateColumn | ExecutableDDLElement) -> str:
        return str(element.compile(dialect=self.dialect.compiler)).strip()


def quoted_text(value: str) -> str:
    """A string of SQL, for servers that read backslashes as escapes in it."""
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"

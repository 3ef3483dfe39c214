"""Tables that somebody else has changed: what of a column is compared, and what is told."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from sqlalchemy import Column, Table

from dbal_reference.adapters.sql.dialect import Dialect
from dbal_reference.errors import SchemaError


class ColumnForm(NamedTuple):
    """What of a column is compared."""

    type: str
    required: bool

    def __str__(self) -> str:
        return f"{self.type} NOT NULL" if self.required else self.type


Forms: TypeAlias = Mapping[str, ColumnForm]
"""The columns of a table, by name."""


def form_of(column: Column[object], dialect: Dialect) -> ColumnForm:
    """What the column is to be."""
    kind = column.type.compile(dialect=dialect.compiler)
    return ColumnForm(kind, not column.nullable)


def forms_of(table: Table, dialect: Dialect) -> Forms:
    """What the columns of the table are to be."""
    return {column.name: form_of(column, dialect) for column in table.columns}


def problems(found: Forms | None, expected: Sequence[Forms | None]) -> Iterator[str]:
    """What is wrong with a table.

    Args:
        found: what it is; None if there is none.
        expected: what it may be; None among them: there may be none. Of several, each column may
            be as in any: a change that broke off has been made of some, and not of others.
    """
    wanted = [forms for forms in expected if forms is not None]
    optional = len(wanted) < len(expected)
    if found is None:
        if not optional:
            yield "it is missing"
        return
    for name in _names(wanted):
        allowed = [forms.get(name) for forms in wanted] + [None] * optional
        if found.get(name) in allowed:
            continue
        if name not in found:
            yield f"column {name} is missing"
        else:
            yield f"column {name} is {found[name]}, and should be {allowed[0]}"
    for name in found:
        if not any(name in forms for forms in wanted):
            yield f"column {name} is not of the schema"


def drifted(place: str, table: str, problem: str) -> SchemaError:
    """Make the error of a table that is not as it was left."""
    return SchemaError(
        f"{place}: table {table}: {problem}; put the table back into the form that it was made "
        "in, or name another database"
    )


def _names(expected: Iterable[Forms]) -> dict[str, None]:
    return {name: None for forms in expected for name in forms}

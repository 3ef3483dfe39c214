"""Where SQL databases differ, in one class; what stands here is what most of them understand."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Double,
    Index,
    Integer,
    Table,
    Text,
    UnaryExpression,
    cast,
    func,
)
from sqlalchemy.engine import Dialect as Compiler
from sqlalchemy.types import TypeEngine

from dbal_reference.adapters.sql.functions import Functions
from dbal_reference.adapters.sql.json_places import JsonPlaces
from dbal_reference.model import Field

Expression: TypeAlias = ColumnElement[Any]
Convert: TypeAlias = Callable[[Any], Any]

_LONGEST_NAME = 63  # of PostgreSQL; MySQL takes one more

_TYPES: Mapping[str, type[TypeEngine[Any]]] = {
    "integer": Integer,
    "bigint": BigInteger,
    "double": Double,
    "boolean": Boolean,
}


def _json_text(value: Any) -> str:  # noqa: ANN401 -- any JSON value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def named(name: str) -> str:
    """Give a name that every database takes, the same each time."""
    if len(name.encode()) <= _LONGEST_NAME:
        return name
    mark = hashlib.sha256(name.encode()).hexdigest()[:10]
    return f"{name.encode()[: _LONGEST_NAME - 11].decode(errors='ignore')}_{mark}"


def _can_be_null(column: Expression) -> bool:
    return not isinstance(column, Column) or bool(column.nullable)


class Dialect(ABC):
    """Columns, operators and values of one kind of database.

    `compiler` must have a positional `paramstyle`, `qmark` or `format`.
    """

    # By field type; null is never converted.
    encoders: Mapping[str, Convert] = {"json": _json_text, "double": float}
    decoders: Mapping[str, Convert] = {"json": json.loads}

    # Whether a failed statement spoils the transaction (PostgreSQL), so that each gets a savepoint.
    fails_whole: bool = False

    # Whether restrict is judged row by row, and not when the statement and its cascades are done.
    hasty: bool = False

    # Whether integers and doubles compare as the numbers that they are (SQLite), not as doubles.
    mixes_exactly: bool = False

    # How long an entry of an index can be; None: without limit that matters.
    index_bytes: int | None = None

    # Whether CREATE can be told to leave alone what exists, tables and indexes alike.
    creates_if_missing: bool = True

    # What the adapter needs beside the schema's tables, by name.
    furniture: Mapping[str, str] = {}

    table_options: Mapping[str, Any] = {}

    # For queries beyond the basics; an adapter without it must not claim them.
    functions: Functions

    # For places inside JSON; an adapter claims jsonQueries if, and only if, there is one.
    places: JsonPlaces | None = None

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler

    def column_type(self, field: Field, width: int | None) -> TypeEngine[Any]:  # noqa: ARG002 -- for those that index no text without end
        """Give the type of a column; text must compare by code point (TYP-STR-003).

        `width` is the most characters of text that is indexed, None for other fields.
        """
        return _TYPES.get(field.type, Text)()

    def ascending(self, column: Expression) -> UnaryExpression[Any]:
        """Order with null first (QRY-SORT-004), where there can be one."""
        return column.asc().nulls_first() if _can_be_null(column) else column.asc()

    def descending(self, column: Expression) -> UnaryExpression[Any]:
        """Order with null last."""
        return column.desc().nulls_last() if _can_be_null(column) else column.desc()

    def indexed(self, column: Expression) -> Expression:
        """Give what an index for sorting by this column is made of."""
        return column

    def whole(self, column: Expression) -> Expression:
        """Make a 64-bit integer of a double without a fraction."""
        return cast(column, BigInteger)

    def contains(self, column: Expression, text: Expression) -> Expression:
        """Literal and case-sensitive (QRY-FLT-012), true for `""` on any value."""
        return func.position(text.op("IN")(column)) > 0

    def starts_with(self, column: Expression, text: Expression, length: Expression) -> Expression:
        """Like `contains`; `length` is that of `text` in code points."""
        return func.left(column, length) == text

    def ends_with(self, column: Expression, text: Expression, length: Expression) -> Expression:
        """Like `starts_with`."""
        return func.right(column, length) == text

    def packs(self, field: Field) -> bool:  # noqa: ARG002 -- for those that cannot pack all
        """Whether a list of such values can be one parameter without loss; of keys it must be."""
        return True

    @abstractmethod
    def pack(self, values: Sequence[Any]) -> Any:  # noqa: ANN401 -- whatever the driver takes
        """Make one parameter of a list."""

    @abstractmethod
    def member(self, column: Expression, packed: Expression) -> Expression:
        """Say that the column equals a member of the packed list."""

    def unique_in_tenant(
        self, table: Table, tenant: str, fields: tuple[str, ...], name: str
    ) -> list[Index]:
        """Make a null tenant one tenant (ENT-GEN-007): by a second index, over its rows alone."""
        # Only this database's argument: SQLAlchemy imports the dialect of each that is named.
        partial: dict[str, Any] = {f"{self.compiler.name}_where": table.c[tenant].is_(None)}
        columns = [table.c[field] for field in fields]
        return [
            Index(name, table.c[tenant], *columns, unique=True),
            Index(named(f"{name}_no_tenant"), *columns, unique=True, **partial),
        ]

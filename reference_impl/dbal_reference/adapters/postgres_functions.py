"""What queries beyond the basics ask of PostgreSQL: its own functions, which are exact."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    Boolean,
    Double,
    Integer,
    Numeric,
    Text,
    case,
    cast,
    collate,
    func,
    literal_column,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from dbal_reference.adapters.sql.functions import Expression, Functions
from dbal_reference.query.predicate import Kind

_WHOLE: Expression = literal_column("'{}'")  # the path that leads to the value itself
_BLANK: Expression = literal_column("' '")
_NULL: Expression = literal_column("'null'")


class PostgresFunctions(Functions):
    """JSON is read as jsonb; the collation "C" of all text makes LOWER fold ASCII alone."""

    def place(
        self, column: Expression, path: Sequence[BindParameter[Any]], kind: Kind
    ) -> Expression:
        """A cast is tried only where it can succeed."""
        value = _at(column, path)
        found: Expression
        if kind == "string":
            text = value.op("#>>", return_type=Text(collation="C"))
            found = collate(text(cast(_WHOLE, ARRAY(Text()))), "C")
        else:
            found = cast(value, Double() if kind == "number" else Boolean())
        return case((func.jsonb_typeof(value) == kind, found))

    def place_is_null(self, column: Expression, path: Sequence[BindParameter[Any]]) -> Expression:
        """There is nothing, or a null."""
        return func.coalesce(func.jsonb_typeof(_at(column, path)), _NULL) == _NULL

    def word(self, word: str) -> str:
        """A regular expression; letters and digits stand for themselves."""
        return f"[^0-9a-z]{word}[^0-9a-z]"

    def has_word(self, column: Expression, word: Expression) -> Expression:
        """The blanks make edges like any other."""
        padded = _BLANK.op("||")(func.lower(column)).op("||")(_BLANK)
        return padded.bool_op("~")(word)

    def double_sum(self, column: Expression) -> Expression:
        """Sum decimals: exactly, and far beyond doubles."""
        return func.sum(_decimal(column))

    def double_average(self, column: Expression) -> Expression:
        """Average decimals."""
        return func.avg(_decimal(column))


def _at(column: Expression, path: Sequence[BindParameter[Any]]) -> Expression:
    """Follow the path; names lead nowhere from lists, nor places from objects."""
    value: Expression = cast(column, JSONB())
    for part in path:
        kind = Integer() if isinstance(part.type, Integer) else Text()
        value = value.op("->", return_type=JSONB())(cast(part, kind))
    return value


def _decimal(column: Expression) -> Expression:
    """The shortest decimal that is this double; a cast alone would keep 15 digits of it."""
    return cast(cast(column, Text()), Numeric())

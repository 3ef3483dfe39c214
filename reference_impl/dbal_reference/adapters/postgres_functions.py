"""What queries beyond the basics ask of PostgreSQL: its own functions, which are exact."""

import json
from collections.abc import Hashable, Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    Boolean,
    Double,
    Numeric,
    Text,
    case,
    cast,
    collate,
    func,
    literal_column,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, JSONPATH
from sqlalchemy.types import TypeEngine

from dbal_reference.adapters.sql.functions import Expression, Functions
from dbal_reference.adapters.sql.json_places import JsonPlaces
from dbal_reference.query.predicate import Kind, Path

_WHOLE: Expression = literal_column("'{}'")  # the path that leads to the value itself
_NO_VARIABLES: Expression = literal_column("'{}'::jsonb")
_BLANK: Expression = literal_column("' '")
_NULL: Expression = literal_column("'null'")


class PostgresFunctions(Functions, JsonPlaces):
    """JSON is read as jsonb; the collation "C" of all text makes LOWER fold ASCII alone.

    A path is a jsonpath, strict: names lead nowhere from lists, places nowhere from objects, and
    neither from scalars, of which the operator -> would take each for a list of itself.
    """

    def path(self, path: Path, *, text: bool) -> tuple[tuple[Hashable, ...], list[Any]]:  # noqa: ARG002 -- both are read alike
        """One parameter, so that one statement serves all paths."""
        steps = (f"[{part}]" if isinstance(part, int) else f".{_quoted(part)}" for part in path)
        return (), [f"strict ${''.join(steps)}"]

    def path_types(self, signature: tuple[Hashable, ...]) -> list[TypeEngine[Any]]:  # noqa: ARG002 -- the seam
        """It is text."""
        return [Text()]

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


def _quoted(name: str) -> str:
    """A string of jsonpath is one of JSON."""
    return json.dumps(name, ensure_ascii=False)


def _at(column: Expression, path: Sequence[BindParameter[Any]]) -> Expression:
    """Follow the path; what leads nowhere is null and no error."""
    (whole,) = path
    where = cast(whole, JSONPATH())
    value = cast(column, JSONB())
    return func.jsonb_path_query_first(value, where, _NO_VARIABLES, true(), type_=JSONB())


def _decimal(column: Expression) -> Expression:
    """The shortest decimal that is this double; a cast alone would keep 15 digits of it."""
    return cast(cast(column, Text()), Numeric())

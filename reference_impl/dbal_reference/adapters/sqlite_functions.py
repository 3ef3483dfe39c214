"""SQLite: functions of its own and, where those are inexact, of Python.

Until 3.43 SQLite sums doubles in the order of the rows and loses what is small beside what is
large; it reads decimals inside JSON without the last bit, and member names as they are escaped.
Functions of the connection are exact, and nothing that is stored depends on them.
"""

import json
import sqlite3
from array import array
from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Double, Integer, Text, and_, func, literal_column
from sqlalchemy.types import TypeEngine

from dbal_reference.adapters.sql.functions import Expression, Functions
from dbal_reference.adapters.sql.json_places import JsonPlaces
from dbal_reference.query.json_place import at, of_kind, read_text
from dbal_reference.query.predicate import Kind, Path
from dbal_reference.query.sums import exact_average, exact_sum

_LOW_BITS = 32
_ANYTHING: Expression = literal_column("'%'")
_BLANK: Expression = literal_column("' '")  # at both ends, so that they are edges like any other
_BEFORE: Expression = literal_column("'*[^0-9a-z]'")
_BEHIND: Expression = literal_column("'[^0-9a-z]*'")
_TYPES: dict[Kind, TypeEngine[Any]] = {"string": Text(), "number": Double(), "boolean": Integer()}


class SqliteFunctions(Functions, JsonPlaces):
    """The functions that `add_functions` adds to a connection, and GLOB and LIKE."""

    def path(self, path: Path, *, text: bool) -> tuple[tuple[Hashable, ...], list[Any]]:  # noqa: ARG002 -- both are read alike
        """One parameter, so that one statement serves all paths."""
        return (), [json.dumps(path)]

    def path_types(self, signature: tuple[Hashable, ...]) -> list[TypeEngine[Any]]:  # noqa: ARG002 -- the seam
        """It is text."""
        return [Text()]

    def place(
        self, column: Expression, path: Sequence[BindParameter[Any]], kind: Kind
    ) -> Expression:
        """Read the text once a row."""
        return getattr(func, f"dbal_{kind}")(column, *path, type_=_TYPES[kind])  # type: ignore[no-any-return]  # SQLAlchemy's func gives anything

    def place_is_null(self, column: Expression, path: Sequence[BindParameter[Any]]) -> Expression:
        """Say so of a null column too."""
        return func.dbal_nothing(column, *path) == 1

    def word(self, word: str) -> str:
        """The word itself: letters and digits stand for themselves in patterns."""
        return word

    def has_word(self, column: Expression, word: Expression) -> Expression:
        """LIKE and LOWER fold ASCII alone; LIKE is quick where the word is nowhere at all."""
        somewhere = column.bool_op("LIKE")(_ANYTHING.op("||")(word).op("||")(_ANYTHING))
        padded = _BLANK.op("||")(func.lower(column)).op("||")(_BLANK)
        whole = padded.bool_op("GLOB")(_BEFORE.op("||")(word).op("||")(_BEHIND))
        return and_(somewhere, whole)

    whole_sum_parts = 2

    def whole_sum(self, column: Expression) -> list[Expression]:
        """Sum both halves, since a sum beyond 64 bits would be an error, also on the way."""
        low = (1 << _LOW_BITS) - 1
        return [func.sum(column.op(">>")(_LOW_BITS)), func.sum(column.op("&")(low))]

    def add_up(self, parts: Sequence[Any]) -> int:
        """Put the halves together."""
        high, low = parts
        return (int(high) << _LOW_BITS) + int(low)

    def double_sum(self, column: Expression) -> Expression:
        """Sum exactly."""
        return func.dbal_sum(column)

    def double_average(self, column: Expression) -> Expression:
        """Average exactly."""
        return func.dbal_avg(column)


def add_functions(raw: sqlite3.Connection) -> None:
    """Let this connection understand what `SqliteFunctions` writes."""
    for kind in _TYPES:
        raw.create_function(f"dbal_{kind}", 2, _reader(kind), deterministic=True)
    raw.create_function("dbal_nothing", 2, _is_nothing, deterministic=True)
    raw.create_aggregate("dbal_sum", 1, _Sum)
    raw.create_aggregate("dbal_avg", 1, _Average)


@lru_cache(maxsize=256)
def _path(text: str) -> Path:
    return tuple(json.loads(text))


def _reader(kind: Kind) -> Any:  # noqa: ANN401 -- what sqlite3 takes
    def read(text: str | None, path: str) -> Any:  # noqa: ANN401 -- of the kind
        return None if text is None else of_kind(at(read_text(text), _path(path)), kind)

    return read


def _is_nothing(text: str | None, path: str) -> bool:
    return text is None or at(read_text(text), _path(path)) is None


class _Sum:
    """The exact sum of a column."""

    def __init__(self) -> None:
        self._values = array("d")

    def step(self, value: Any, /) -> None:  # noqa: ANN401 -- as sqlite3 declares it: a float or None
        """Take one value."""
        if value is not None:
            self._values.append(value)

    def finalize(self) -> Any:  # noqa: ANN401 -- as sqlite3 declares it: a float or None
        """Give the sum of all."""
        return exact_sum(self._values) if self._values else None


class _Average(_Sum):
    """The exact average of a column."""

    def finalize(self) -> Any:  # noqa: ANN401 -- as sqlite3 declares it: a float or None
        """Give the average of all."""
        return exact_average(self._values) if self._values else None

"""Places inside JSON, for the kinds of database that read them exactly (`jsonQueries`)."""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Sequence
from typing import Any

from sqlalchemy import BindParameter, ColumnElement
from sqlalchemy.types import TypeEngine

from dbal_reference.query.predicate import Kind, Path

Expression = ColumnElement[Any]


class JsonPlaces(ABC):
    """Expressions on a column that holds JSON text; paths are parameters, never text."""

    @abstractmethod
    def path(self, path: Path, *, text: bool) -> tuple[tuple[Hashable, ...], list[Any]]:
        """Give what the text of a statement depends on, and the parameters, of a path.

        `text`: the column holds JSON as callers wrote it, and not as the adapter writes it.
        """

    @abstractmethod
    def path_types(self, signature: tuple[Hashable, ...]) -> list[TypeEngine[Any]]:
        """Give the types of these parameters."""

    @abstractmethod
    def place(
        self, column: Expression, path: Sequence[BindParameter[Any]], kind: Kind
    ) -> Expression:
        """Give what stands at the place if it is of this kind, else null.

        Text has the collation of other columns; numbers are doubles; booleans are as in columns.
        """

    @abstractmethod
    def place_is_null(self, column: Expression, path: Sequence[BindParameter[Any]]) -> Expression:
        """Say that the path leads nowhere, or to JSON null; never null itself."""

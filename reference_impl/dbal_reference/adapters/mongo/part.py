"""A part of a table, loaded as it is asked for; it notes what is done to it."""

from typing import Any, Protocol, TypeAlias

from dbal_reference.adapters import Row
from dbal_reference.adapters.memory_state import Table

Key: TypeAlias = Any


class Home(Protocol):
    """What loads the rows, and hears of changes."""

    def need(self, entity: str, fields: tuple[str, ...], wanted: list[tuple[Any, ...]]) -> None:
        """Load the rows that have one of these combinations of values."""
        ...

    def need_space(self, entity: str, rows: list[Row]) -> None:
        """Load what could stand in the way of these rows."""
        ...

    def note(self, entity: str, before: Row | None, after: Row | None) -> None:
        """A row was taken out (`after` None) or put in."""
        ...


class Part(Table):
    """Rows of one entity; which of them are here, the home knows."""

    def __init__(self, whole: Table, entity: str, home: Home) -> None:
        self.key = whole.key
        self.json = whole.json
        self.constraints = whole.constraints
        self.rows = {}
        self.taken = tuple(set() for _ in whole.constraints)
        self._entity = entity
        self._home = home

    def copy(self) -> "Part":
        """Itself: whoever has it is thrown away as a whole when a statement fails."""
        return self

    def put(self, row: Row) -> None:
        """Add a row, if its key and unique values are free (ENT-GEN-006)."""
        self._home.need_space(self._entity, [row])
        super().put(row)
        self._home.note(self._entity, None, row)

    def take(self, key: Key) -> Row | None:
        """Remove a row; None if there is none."""
        self._home.need(self._entity, (self.key,), [(key,)])
        row = super().take(key)
        if row is not None:
            self._home.note(self._entity, row, None)
        return row

    def lay(self, row: Row) -> None:
        """Add a row that the database has."""
        super().put(row)

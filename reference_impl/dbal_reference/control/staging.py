"""Rows that are judged beside each other in memory before any of them is stored.

A reset builds upon nothing: whatever its rows can refer to or collide with is among them. So they
are judged by the oracle, without asking the database about each, and then stored in few statements.
"""

from collections.abc import Sequence
from itertools import islice

from dbal_reference.adapters import Row, UniqueViolation, Unit
from dbal_reference.adapters.constraints import Reference, references
from dbal_reference.adapters.memory_state import MemoryUnit, State, Table
from dbal_reference.model import Schema


class Staging:
    """Begins with no rows, for one schema."""

    def __init__(self, schema: Schema) -> None:
        self._empty: State = {name: Table(entity) for name, entity in schema.entities.items()}
        self._links = references(schema)

    def begin(self) -> "Staged":
        """A unit that sees only what is inserted into it."""
        return Staged(dict(self._empty), self._links)


class Staged(MemoryUnit):
    """Remembers the order in which rows came, since references point backwards in it.

    Nobody else sees its tables, so they are altered in place, and not once more for each insert.
    """

    def __init__(self, state: State, links: Sequence[Reference]) -> None:
        super().__init__(state, links, write=True)
        self._blank = dict(state)
        self._came: list[tuple[str, list[object]]] = []

    def insert(self, entity: str, rows: Sequence[Row]) -> None:
        """Take rows whose references were judged already; see `Unit.insert`."""
        table = self.state[entity]
        if table is self._blank[entity]:
            table = self.state[entity] = table.copy()
        count = len(table.rows)
        try:
            for row in rows:
                table.put(row)
        except UniqueViolation:
            self.state[entity] = self._first(entity, count)
            raise
        if not self._came or self._came[-1][0] != entity:
            self._came.append((entity, []))
        self._came[-1][1].extend(row[table.key] for row in rows)

    def _first(self, entity: str, count: int) -> Table:
        """The table with as many of its rows as it had."""
        table = self._blank[entity].copy()
        for row in islice(self.state[entity].rows.values(), count):
            table.put(row)
        return table

    def store(self, unit: Unit) -> None:
        """Insert what is left of them.

        Raises:
            UniqueViolation: the database was not empty.
        """
        for entity, keys in self._came:
            rows = self.state[entity].rows
            unit.insert(entity, [rows[key] for key in keys if key in rows])

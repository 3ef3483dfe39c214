"""A unit of work on a connection of any SQL database."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

from dbal_reference.adapters import ReferencedError, Row
from dbal_reference.adapters.sql.cascade import Batch
from dbal_reference.adapters.sql.statements import Statements
from dbal_reference.query.groups import Aggregate, Group
from dbal_reference.query.predicate import TRUE, Order, Predicate, Select


class GaveUpError(Exception):
    """The database could not carry out a statement that it understood, or did not understand it."""


class Connection(Protocol):
    """A connection inside a transaction; it raises the errors of `adapters`, not the driver's.

    A statement that fails by a constraint has done nothing, and the transaction goes on.
    """

    def query(self, text: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Give every record."""
        ...

    def execute(self, text: str, parameters: Sequence[Any]) -> None:
        """Write.

        Raises:
            GaveUpError: at so many cascades below one another.
        """
        ...

    def execute_many(self, text: str, parameters: Iterable[Sequence[Any]]) -> None:
        """Write, once for each."""
        ...

    def leave(self, text: str, parameters: Sequence[Sequence[Any]]) -> None:
        """Write, or do so before whatever comes next: see `ServerConnection.leave`."""
        ...

    def savepoint(self) -> AbstractContextManager[None]:
        """Undo what is done inside, and only that, if the block raises."""
        ...


class SqlUnit:
    """The `Unit` of an SQL database."""

    def __init__(
        self, connection: Connection, statements: Statements, *, write: bool, lazy: bool = False
    ) -> None:
        self._connection = connection
        self._statements = statements
        self._write = write
        self._lazy = lazy

    def select(self, query: Select) -> list[Row]:
        """Rows in order."""
        records = self._connection.query(*self._statements.select(query))
        return self._statements.decode(query, records)

    def page(self, query: Select) -> tuple[list[Row], int | None]:
        """Rows in order, and how many there are in all."""
        records = self._connection.query(*self._statements.page(query))
        if not records:
            return [], None if query.offset else 0
        rows = self._statements.decode(query, [record[:-1] for record in records])
        return rows, int(records[0][-1])

    def count(self, entity: str, where: Predicate) -> int:
        """How many rows satisfy it."""
        return int(self._connection.query(*self._statements.count(entity, where))[0][0])

    def aggregate(self, query: Aggregate) -> list[Group]:
        """Groups in order."""
        records = self._connection.query(*self._statements.aggregate(query))
        return self._statements.read_groups(query, records)

    def everything(self) -> list[tuple[str, list[Row]]]:
        """Every row of every entity by key."""
        entities = tuple(self._statements.codecs)
        filled = self._connection.query(*self._statements.rows_in(entities))[0]
        return [
            (entity, self._all_of(entity) if has_rows else [])
            for entity, has_rows in zip(entities, filled, strict=True)
        ]

    def _all_of(self, entity: str) -> list[Row]:
        return self.select(Select(entity, TRUE, (Order(self._statements.key(entity)),)))

    def insert(self, entity: str, rows: Sequence[Row]) -> None:
        """Store whole rows."""
        codec = self._statements.codecs[entity]
        text = self._statements.insert(entity)
        self._each(text, [codec.encode(row, codec.names) for row in rows])

    def update(self, entity: str, keys: Sequence[Any], changes: Mapping[str, Any]) -> None:
        """Set the same fields of these rows."""
        if not keys or not changes:
            return
        codec = self._statements.codecs[entity]
        names = tuple(name for name in codec.names if name in changes)
        values = codec.encode(changes, names)
        one = len(keys) == 1
        text = self._statements.update(entity, names, one=one)
        self._each(text, [[*values, self._keys(keys)]])

    def replace(self, entity: str, rows: Sequence[Row]) -> None:
        """Set each row, found by its key, to these values."""
        codec = self._statements.codecs[entity]
        key = self._statements.key(entity)
        names = tuple(name for name in codec.names if name != key)
        if names:  # else there is nothing that a row could be set to
            text = self._statements.update(entity, names, one=True)
            self._each(text, [codec.encode(row, (*names, key)) for row in rows])

    def delete(self, entity: str, keys: Sequence[Any]) -> None:
        """Remove rows; the database follows the references."""
        if not keys:
            return
        batch = Batch(entity, tuple(keys))
        try:
            self._delete(batch)
        except GaveUpError:
            self._delete_by_hand(batch)
        except ReferencedError:
            if not self._statements.dialect.hasty:
                raise
            self._delete_by_hand(batch)

    def _delete(self, batch: Batch) -> None:
        text = self._statements.delete(batch.entity, one=len(batch.keys) == 1)
        self._each(text, [[self._keys(batch.keys)]], later=False)

    def _delete_by_hand(self, batch: Batch) -> None:
        with self._connection.savepoint():
            self._statements.cascade.run(batch, self.select, self._delete)

    def _keys(self, keys: Sequence[Any]) -> Any:  # noqa: ANN401 -- a key, or what the driver takes
        return keys[0] if len(keys) == 1 else self._statements.dialect.pack(keys)

    def _each(self, text: str, parameters: Sequence[Sequence[Any]], *, later: bool = True) -> None:
        """Execute once for each, perhaps later; all or nothing."""
        if not self._write:
            raise RuntimeError("this unit only reads")
        if later and parameters and self._lazy:
            self._connection.leave(text, parameters)
            return
        several = len(parameters) > 1
        guarded = several or self._statements.dialect.fails_whole
        with self._connection.savepoint() if guarded else nullcontext():
            if several:
                self._connection.execute_many(text, parameters)
            elif parameters:
                self._connection.execute(text, parameters[0])

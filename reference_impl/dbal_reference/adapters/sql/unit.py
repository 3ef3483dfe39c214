"""A unit of work on a connection of any SQL database."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

from dbal_reference.adapters import Row
from dbal_reference.adapters.sql.statements import Statements
from dbal_reference.query.predicate import In, Order, Predicate, Select


class GaveUpError(Exception):
    """The database could not carry out a statement that it understood, or did not understand it."""


class Connection(Protocol):
    """A connection inside a transaction; it raises the errors of `adapters`, not the driver's."""

    def query(self, text: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Give every record."""
        ...

    def execute(self, text: str, parameters: Sequence[Any]) -> None:
        """Write.

        Raises:
            GaveUpError: SQLite, at 1000 cascades below one another.
        """
        ...

    def execute_many(self, text: str, parameters: Iterable[Sequence[Any]]) -> None:
        """Write, once for each."""
        ...

    def savepoint(self) -> AbstractContextManager[None]:
        """Undo what is done inside, and only that, if the block raises."""
        ...


class SqlUnit:
    """The `Unit` of an SQL database."""

    def __init__(self, connection: Connection, statements: Statements, *, write: bool) -> None:
        self._connection = connection
        self._statements = statements
        self._write = write

    def select(self, query: Select) -> list[Row]:
        """Rows in order."""
        records = self._connection.query(*self._statements.select(query))
        return self._statements.codecs[query.entity].decode(records)

    def count(self, entity: str, where: Predicate) -> int:
        """How many rows satisfy it."""
        return int(self._connection.query(*self._statements.count(entity, where))[0][0])

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
        try:
            self._delete(entity, keys)
        except GaveUpError:
            with self._connection.savepoint():
                for name, doomed in reversed(self._generations(entity, keys)):
                    self._delete(name, doomed)

    def _delete(self, entity: str, keys: Sequence[Any]) -> None:
        text = self._statements.delete(entity, one=len(keys) == 1)
        self._each(text, [[self._keys(keys)]])

    def _generations(self, entity: str, keys: Sequence[Any]) -> list[tuple[str, list[Any]]]:
        """Keys of the rows that go, each after what it hangs on."""
        found: list[tuple[str, list[Any]]] = []
        seen: set[tuple[str, Any]] = set()
        next_ones = [(entity, list(keys))]
        while next_ones:
            name, those = next_ones.pop(0)
            fresh = [key for key in those if (name, key) not in seen]
            seen.update((name, key) for key in fresh)
            if fresh:
                found.append((name, fresh))
                next_ones += self._children(name, fresh)
        return found

    def _children(self, entity: str, keys: Sequence[Any]) -> list[tuple[str, list[Any]]]:
        """Keys of the rows whose cascade reference points at one of these."""
        own = self._statements.key(entity)
        rows = self.select(Select(entity, In(own, tuple(keys)), (Order(own),)))
        found = []
        for link in self._statements.references:
            if link.target == entity and link.on_delete == "cascade":
                key = self._statements.key(link.entity)
                values = tuple(row[link.target_field] for row in rows)
                below = self.select(Select(link.entity, In(link.field, values), (Order(key),)))
                found.append((link.entity, [row[key] for row in below]))
        return found

    def _keys(self, keys: Sequence[Any]) -> Any:  # noqa: ANN401 -- a key, or what the driver takes
        return keys[0] if len(keys) == 1 else self._statements.dialect.pack(keys)

    def _each(self, text: str, parameters: Sequence[Sequence[Any]]) -> None:
        """Execute once for each; all or nothing."""
        if not self._write:
            raise RuntimeError("this unit only reads")
        several = len(parameters) > 1
        guarded = several or self._statements.dialect.fails_whole
        with self._connection.savepoint() if guarded else nullcontext():
            if several:
                self._connection.execute_many(text, parameters)
            elif parameters:
                self._connection.execute(text, parameters[0])

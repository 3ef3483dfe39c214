"""What the memory adapter keeps: tables that are replaced and never altered; a unit makes new ones.

Rows are shared between states, since no row is ever altered either.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

from dbal_reference.adapters import ReferencedError, Row, UniqueViolation
from dbal_reference.adapters.constraints import Constraint, Reference, uniques
from dbal_reference.adapters.memory_groups import aggregate
from dbal_reference.adapters.memory_order import in_order
from dbal_reference.model import Entity, Schema
from dbal_reference.query.evaluate import compile_predicate
from dbal_reference.query.groups import Aggregate, Group
from dbal_reference.query.predicate import And, Compare, Predicate, Select
from dbal_reference.schema.comparison import filled


class Table:
    """Rows of one entity by key, and which unique values they take."""

    def __init__(self, entity: Entity) -> None:
        self.key = entity.primary.name
        self.json = tuple(f.name for f in entity.fields.values() if f.type == "json")
        self.constraints = uniques(entity)
        self.rows: dict[Any, Row] = {}
        self.taken: tuple[set[tuple[Any, ...]], ...] = tuple(set() for _ in self.constraints)

    def copy(self) -> "Table":
        """Make a table to alter; the rows are shared, since no row is ever altered."""
        twin = object.__new__(Table)
        twin.__dict__.update(self.__dict__)
        twin.rows = dict(self.rows)
        twin.taken = tuple(set(values) for values in self.taken)
        return twin

    def put(self, row: Row) -> None:
        """Add a row, if its key and unique values are free (ENT-GEN-006)."""
        if row[self.key] in self.rows:
            raise UniqueViolation
        for constraint, taken in zip(self.constraints, self.taken, strict=True):
            values = _values(constraint, row)
            if values in taken:
                raise UniqueViolation
            if values is not None:
                taken.add(values)
        self.rows[row[self.key]] = row

    def take(self, key: Any) -> Row | None:  # noqa: ANN401 -- a key of any type
        """Remove a row and free what it took; None if there is none."""
        row = self.rows.pop(key, None)
        if row is not None:
            for constraint, taken in zip(self.constraints, self.taken, strict=True):
                taken.discard(_values(constraint, row) or ())
        return row

    def handed(self, row: Row) -> Row:
        """Make a copy that can be altered without altering the original."""
        twin = dict(row)
        for field in self.json:
            twin[field] = copy.deepcopy(twin[field])
        return twin


State: TypeAlias = dict[str, Table]


def grown(state: State, old: Schema, new: Schema, now_ms: int) -> State:
    """Make the state that a wider schema asks for; rows get the defaults of fields that are new."""
    tables: State = {}
    for name, entity in new.entities.items():
        before = old.entities.get(name)
        if entity is before:
            tables[name] = state[name]
            continue
        table = tables[name] = Table(entity)
        if before is None:
            continue
        added = {
            field.name: filled(field, now_ms)
            for field in entity.fields.values()
            if field.name not in before.fields
        }
        for row in state[name].rows.values():
            table.put({**row, **added})
    return tables


def _values(constraint: Constraint, row: Row) -> tuple[Any, ...] | None:
    """Give what the row takes of this constraint; None if a null frees it from it."""
    values = tuple(row[field] for field in constraint.fields)
    if None in values:
        return None
    return values if constraint.tenant is None else (row[constraint.tenant], *values)


def _wanted_key(where: Predicate, key: str) -> Compare | None:
    """Find the part that pins the key, which saves looking at every row."""
    for part in where.parts if isinstance(where, And) else (where,):
        if isinstance(part, Compare) and part.field == key and part.op == "eq":
            return part
    return None


class MemoryUnit:
    """One unit of work on a state; `state` is what it will leave behind."""

    def __init__(self, state: State, links: Sequence[Reference], *, write: bool) -> None:
        self.state = state
        self._links = links
        self._write = write
        self._copied: set[str] = set()
        self._loose: list[tuple[Reference, Any]] = []

    def select(self, query: Select) -> list[Row]:
        """Rows in order."""
        table = self.state[query.entity]
        rows = in_order(self._matching(table, query.where), query, self._find)
        return [table.handed(row) for row in rows]

    def page(self, query: Select) -> tuple[list[Row], int | None]:
        """Rows in order, and how many there are in all."""
        return self.select(query), self.count(query.entity, query.where)

    def count(self, entity: str, where: Predicate) -> int:
        """How many rows satisfy it."""
        return len(self._matching(self.state[entity], where))

    def aggregate(self, query: Aggregate) -> list[Group]:
        """Groups in order."""
        return aggregate(self._matching(self.state[query.entity], query.where), query)

    def insert(self, entity: str, rows: Sequence[Row]) -> None:
        """Store whole rows."""
        with self._statement():
            table = self._altered(entity)
            for row in rows:
                table.put(table.handed(row))
                self._owe_targets(entity, row)
                self._settle()

    def update(self, entity: str, keys: Sequence[Any], changes: Mapping[str, Any]) -> None:
        """Set the same fields of these rows; a key without row is passed over."""
        with self._statement():
            for key in keys:
                self._change(entity, key, changes)

    def replace(self, entity: str, rows: Sequence[Row]) -> None:
        """Set each row, found by its key, to these values, one after the other."""
        with self._statement():
            for row in rows:
                self._change(entity, row[self.state[entity].key], row)
                self._settle()

    def delete(self, entity: str, keys: Sequence[Any]) -> None:
        """Remove rows and what hangs on them (ENT-FK-002/003)."""
        with self._statement():
            doomed = [(entity, key) for key in keys]
            while doomed:
                name, key = doomed.pop()
                row = self._altered(name).take(key)
                if row is not None:
                    doomed += self._let_go(name, row)

    def _matching(self, table: Table, where: Predicate) -> list[Row]:
        wanted = _wanted_key(where, table.key)
        if wanted is None:
            candidates = list(table.rows.values())
        else:
            candidates = [table.rows[k] for k in (wanted.operand,) if k in table.rows]
        test = compile_predicate(where, self._find)
        return [row for row in candidates if test(row)]

    def _find(self, entity: str, field: str, value: Any) -> Row | None:  # noqa: ANN401 -- any field value
        table = self.state[entity]
        if field == table.key:
            return table.rows.get(value)
        return next((row for row in table.rows.values() if row[field] == value), None)

    def _pointing(self, link: Reference, value: Any) -> list[Any]:  # noqa: ANN401 -- any field value
        """Keys of the rows whose reference has this value."""
        rows = self.state[link.entity].rows
        return [] if value is None else [k for k, row in rows.items() if row[link.field] == value]

    @contextmanager
    def _statement(self) -> Iterator[None]:
        """All of the statement or nothing of it."""
        if not self._write:
            raise RuntimeError("this unit only reads")
        before, self.state = self.state, dict(self.state)
        self._copied, self._loose = set(), []
        try:
            yield
            self._settle()
        except BaseException:
            self.state = before
            raise

    def _settle(self) -> None:
        """Refuse what left a reference that points nowhere."""
        for link, value in self._loose:
            target = self._find(link.target, link.target_field, value)
            if target is None and self._pointing(link, value):
                raise ReferencedError
        self._loose.clear()

    def _altered(self, entity: str) -> Table:
        if entity not in self._copied:
            self.state[entity] = self.state[entity].copy()
            self._copied.add(entity)
        return self.state[entity]

    def _owe_targets(self, entity: str, row: Row) -> None:
        for link in self._links:
            if link.entity == entity and row[link.field] is not None:
                self._loose.append((link, row[link.field]))

    def _change(self, entity: str, key: Any, changes: Mapping[str, Any]) -> None:  # noqa: ANN401 -- a key of any type
        table = self._altered(entity)
        old = table.take(key)
        if old is None:
            return
        new = {**old, **changes}
        table.put(table.handed(new))
        self._owe_targets(entity, new)
        for link in self._links:
            value = old[link.target_field] if link.target == entity else None
            if value is None or value == new[link.target_field]:
                continue
            follow = {"cascade": new[link.target_field], "set_null": None}
            if link.on_update in follow:
                for child in self._pointing(link, value):
                    self._change(link.entity, child, {link.field: follow[link.on_update]})
            self._loose.append((link, value))

    def _let_go(self, entity: str, row: Row) -> list[tuple[str, Any]]:
        """Deal with what points at a row that is gone; give what must go as well."""
        doomed: list[tuple[str, Any]] = []
        for link in self._links:
            if link.target != entity:
                continue
            value = row[link.target_field]
            children = self._pointing(link, value)
            if link.on_delete == "cascade":
                doomed += [(link.entity, child) for child in children]
            elif link.on_delete == "set_null":
                for child in children:
                    self._change(link.entity, child, {link.field: None})
            else:
                self._loose.append((link, value))
        return doomed

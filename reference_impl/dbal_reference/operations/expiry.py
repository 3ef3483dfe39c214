"""Expired rows that stand in the way of a deletion (GEN-TTL-002: they do not exist)."""

from collections.abc import Iterable, Sequence
from typing import Any

from dbal_reference.adapters import Row
from dbal_reference.adapters.constraints import Reference
from dbal_reference.model import Entity
from dbal_reference.operations.call import Call
from dbal_reference.operations.engine import Engine
from dbal_reference.query.logic import all_of
from dbal_reference.query.predicate import Compare, In, Order, Select

_AT_ONCE = 500  # operands in one statement


class Expiry:
    """What a deletion in one entity may have to clear away first."""

    def __init__(self, engine: Engine, entity: Entity) -> None:
        self._engine = engine
        self._entity = entity
        self._concerned = _concerned(engine, entity.name)

    def release(self, call: Call, rows: Sequence[Row]) -> None:
        """Remove expired rows that hold a `restrict` reference to what is about to be deleted."""
        if self._concerned and rows:
            self._walk(call, self._entity.name, rows, set())

    def _walk(
        self, call: Call, entity: str, rows: Sequence[Row], passed: set[tuple[str, Any]]
    ) -> None:
        """Follow cascades as the deletion will, each row once."""
        key = self._engine.schema.entities[entity].primary.name
        fresh = [row for row in rows if (entity, row[key]) not in passed]
        passed.update((entity, row[key]) for row in fresh)
        for link in self._engine.referrers[entity] if fresh else ():
            if link.on_delete == "cascade":
                self._walk(call, link.entity, self._referring(call, link, fresh), passed)
            elif link.on_delete == "restrict":
                self._remove_expired(call, link, fresh)

    def _referring(self, call: Call, link: Reference, rows: Sequence[Row]) -> list[Row]:
        order = (Order(self._engine.schema.entities[link.entity].primary.name),)
        found: list[Row] = []
        for values in _chunks(row[link.target_field] for row in rows):
            found += call.unit.select(Select(link.entity, In(link.field, values), order))
        return found

    def _remove_expired(self, call: Call, link: Reference, rows: Sequence[Row]) -> None:
        holder = self._engine.schema.entities[link.entity]
        if holder.ttl_field is None:
            return
        for values in _chunks(row[link.target_field] for row in rows):
            where = all_of((In(link.field, values), Compare(holder.ttl_field, "lte", call.now_ms)))
            expired = call.unit.select(Select(holder.name, where, (Order(holder.primary.name),)))
            call.unit.delete(holder.name, [row[holder.primary.name] for row in expired])


def _chunks(values: Iterable[Any]) -> Iterable[tuple[Any, ...]]:
    every = sorted({value for value in values if value is not None})
    for start in range(0, len(every), _AT_ONCE):
        yield tuple(every[start : start + _AT_ONCE])


def _concerned(engine: Engine, entity: str) -> bool:
    """Whether a cascade from here can meet a `restrict` held by rows that expire."""
    waiting, passed = [entity], {entity}
    while waiting:
        for link in engine.referrers[waiting.pop()]:
            if link.on_delete == "restrict":
                if engine.schema.entities[link.entity].ttl_field is not None:
                    return True
            elif link.on_delete == "cascade" and link.entity not in passed:
                passed.add(link.entity)
                waiting.append(link.entity)
    return False

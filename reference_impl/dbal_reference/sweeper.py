"""Expired rows leave storage by themselves, where the database does not see to that (GEN-TTL)."""

from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from dbal_reference.adapters import (
    Adapter,
    OverdueError,
    ReferencedError,
    UnavailableError,
    Unit,
    WriteConflictError,
)
from dbal_reference.alarm import Alarm
from dbal_reference.clock import Clock
from dbal_reference.model import Entity, Schema
from dbal_reference.query.predicate import Compare, Order, Select

LATEST_S = 60.0  # after a write, and between attempts; the contract allows 120
_PATIENCE_S = 5.0  # for others who write
_SHORTEST_S = 1.0
_AT_ONCE = 1000  # rows of one unit of work


class Sweeper:
    """Sleeps until the next row expires; where none will, there is not even a thread.

    Args:
        adapter: where the rows are.
        clock: says what has expired.
        schema: gives the schema in force.
    """

    def __init__(self, adapter: Adapter, clock: Clock, schema: Callable[[], Schema]) -> None:
        self._adapter = adapter
        self._clock = clock
        self._schema = schema
        self._alarm = Alarm(self._sweep, "dbal-sweeper")

    def notice(self) -> None:
        """Rows may have been written that expire earlier than any before."""
        self._alarm.set(LATEST_S)

    def close(self) -> None:
        """Sweep no more."""
        self._alarm.close()

    def _sweep(self) -> float | None:
        """Remove what has expired; seconds until more will have."""
        try:
            waits = [self._sweep_entity(e) for e in self._schema().entities.values() if e.ttl_field]
        except (OverdueError, UnavailableError, WriteConflictError):
            return LATEST_S
        return min((wait for wait in waits if wait is not None), default=None)

    def _sweep_entity(self, entity: Entity) -> float | None:
        field, key = entity.ttl_field or "", entity.primary.name
        now_ms = self._clock.now_ms()
        expired = Select(entity.name, Compare(field, "lte", now_ms), (Order(key),), limit=_AT_ONCE)
        following = Select(
            entity.name, Compare(field, "gt", now_ms), (Order(field), Order(key)), limit=1
        )
        stuck = False
        while not stuck:
            with self._adapter.unit(write=False, deadline=_soon()) as reading:
                if not reading.select(expired):
                    break
            with self._adapter.unit(write=True, deadline=_soon()) as unit:
                rows = unit.select(expired)
                stuck = not _delete(unit, entity.name, [row[key] for row in rows])
        with self._adapter.unit(write=False, deadline=_soon()) as reading:
            next_ones = reading.select(following)
        if not next_ones:
            return LATEST_S if stuck else None
        due_ms: int = next_ones[0][field]
        return max(_SHORTEST_S, (due_ms - now_ms) / 1000)


def _delete(unit: Unit, entity: str, keys: list[object]) -> bool:
    """Whether all are gone; a row that others refer to stays, and holds up no other."""
    try:
        unit.delete(entity, keys)
    except ReferencedError:
        for key in keys:
            with suppress(ReferencedError):
                unit.delete(entity, [key])
        return False
    return True


def _soon() -> float:
    return monotonic() + _PATIENCE_S

"""conformance.sweep: expired rows leave storage (GEN-TTL-003)."""

from typing import Any

from dbal_reference.operations.call import Call
from dbal_reference.operations.system import SystemProcedure
from dbal_reference.query.predicate import Compare, Order, Select


class Sweep(SystemProcedure):
    """Removes every expired row of every entity."""

    def perform(self, call: Call, intent: dict[str, Any]) -> bool:  # noqa: ARG002 -- the seam
        """Find them and remove them."""
        unit = call.unit
        for entity in self.engine.schema.entities.values():
            if entity.ttl_field is None:
                continue
            key = entity.primary.name
            where = Compare(entity.ttl_field, "lte", call.now_ms)
            rows = unit.select(Select(entity.name, where, (Order(key),)))
            if rows:
                unit.delete(entity.name, [row[key] for row in rows])
        return True

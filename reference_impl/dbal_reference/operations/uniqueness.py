"""Whose values are taken already (check 11); asked in the unit that writes, so it stays true."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dbal_reference.adapters import Row
from dbal_reference.adapters.constraints import Constraint
from dbal_reference.errors import ConflictError
from dbal_reference.model import Entity
from dbal_reference.operations.call import Call
from dbal_reference.operations.drafts import Draft
from dbal_reference.operations.engine import Engine
from dbal_reference.operations.seal import seal_values
from dbal_reference.query.predicate import In, Order, Select

_AT_ONCE = 500  # operands in one statement


class Uniqueness:
    """The constraints of one entity, the key's among them."""

    def __init__(self, engine: Engine, entity: Entity) -> None:
        self._entity = entity
        self._constraints = engine.constraints[entity.name]
        self._key = entity.primary.name

    def check_new(self, call: Call, drafts: Sequence[Draft]) -> None:
        """Judge rows to be stored, against what is stored and against each other (GEN-BULK-005).

        Raises:
            ConflictError: `unique`, naming every violated field (ERR-FORM-005).
        """
        rows = [seal_values(self._entity, draft.row) for draft in drafts]
        taken: list[set[str]] = [set() for _ in drafts]
        for constraint in self._constraints:
            values = [_taken(constraint, row) for row in rows]
            holders = self._holders(call, constraint, values)
            seen: set[tuple[Any, ...]] = set()
            for names, value in zip(taken, values, strict=True):
                if value is None:
                    continue
                if value in seen or value in holders:
                    names.update(constraint.fields)
                seen.add(value)
        _refuse(
            draft.conflict_path(name)
            for draft, names in zip(drafts, taken, strict=True)
            for name in self._entity.fields
            if name in names
        )

    def check_changed(self, call: Call, before: Sequence[Row], changes: Mapping[str, Any]) -> None:
        """Judge rows to be changed alike (GEN-UPDATE-004, GEN-BULK-010).

        Raises:
            ConflictError: `unique`, naming every violated field.
        """
        taken: set[str] = set()
        for constraint in self._constraints:
            if not any(name in changes for name in constraint.fields):
                continue
            after = [(row[self._key], _taken(constraint, {**row, **changes})) for row in before]
            holders = self._holders(call, constraint, [value for _, value in after])
            owners = {value: {key} for value, key in holders.items()}
            for key, value in after:
                if value is not None:
                    owners.setdefault(value, set()).add(key)
            if any(len(keys) > 1 for keys in owners.values()):
                taken.update(constraint.fields)
        _refuse(name for name in self._entity.fields if name in taken)

    def _holders(
        self, call: Call, constraint: Constraint, values: Iterable[tuple[Any, ...] | None]
    ) -> dict[tuple[Any, ...], Any]:
        """Keys of stored rows by the values they take; expired ones make way (GEN-TTL-003)."""
        wanted = {value for value in values if value is not None}
        lead = constraint.fields[0]
        offset = 0 if constraint.tenant is None else 1
        operands = sorted({value[offset] for value in wanted})
        holders: dict[tuple[Any, ...], Any] = {}
        for start in range(0, len(operands), _AT_ONCE):
            where = In(lead, tuple(operands[start : start + _AT_ONCE]))
            query = Select(self._entity.name, where, (Order(self._key),))
            for row in call.unit.select(query):
                taken = _taken(constraint, row)
                if taken not in wanted or taken is None:
                    continue
                if self._is_expired(call, row):
                    call.unit.delete(self._entity.name, [row[self._key]])
                else:
                    holders[taken] = row[self._key]
        return holders

    def _is_expired(self, call: Call, row: Row) -> bool:
        field = self._entity.ttl_field
        return field is not None and row[field] is not None and row[field] <= call.now_ms


def _refuse(paths: Iterable[str]) -> None:
    """Name every violated field, in the order of the rows and of the schema (ERR-FORM-005)."""
    fields = [{"field": path, "code": "unique", "message": "is taken"} for path in paths]
    if fields:
        names = ", ".join(entry["field"] for entry in fields[:5])
        raise ConflictError(f"taken: {names}", reason="unique", fields=fields)


def _taken(constraint: Constraint, row: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """The values that a row takes; None if a null frees it from the constraint."""
    values = tuple(row[field] for field in constraint.fields)
    if None in values:
        return None
    return values if constraint.tenant is None else (row[constraint.tenant], *values)

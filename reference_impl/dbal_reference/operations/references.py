"""References of rows to be written: what they name must exist and be in sight (check 10)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dbal_reference.model import Entity, Field, ForeignKey
from dbal_reference.operations.call import Call
from dbal_reference.operations.drafts import Draft
from dbal_reference.operations.engine import Engine
from dbal_reference.query.logic import all_of, any_of
from dbal_reference.query.predicate import Compare, In, Order, Predicate, Select
from dbal_reference.validation import Finding

ACTORS = "User"  # the entity whose rows actors are


class References:
    """The references of one entity."""

    def __init__(self, engine: Engine, entity: Entity) -> None:
        self._engine = engine
        self._fields: list[tuple[Field, ForeignKey]] = [
            (field, field.foreign_key)
            for field in entity.fields.values()
            if field.foreign_key is not None
        ]

    def of_new(self, call: Call, drafts: Sequence[Draft]) -> list[Finding]:
        """What is wrong with rows to be stored; one never satisfies another (ENT-FK-001)."""
        findings: list[Finding] = []
        for field, key in self._fields:
            wanted = {draft.row[field.name] for draft in drafts} - {None}
            missing = wanted - self._existing(call, key, wanted)
            findings += [
                _dangling(draft.path(field.name), key)
                for draft in drafts
                if draft.row[field.name] in missing
            ]
        return findings

    def of_changes(self, call: Call, changes: Mapping[str, Any]) -> list[Finding]:
        """What is wrong with fields to be changed."""
        findings: list[Finding] = []
        for field, key in self._fields:
            value = changes.get(field.name)
            if value is not None and not self._existing(call, key, (value,)):
                findings.append(_dangling(field.name, key))
        return findings

    def _existing(self, call: Call, key: ForeignKey, wanted: Iterable[Any]) -> set[Any]:
        values = tuple(sorted(wanted))
        if not values:
            return set()
        target = self._engine.schema.entities[key.entity]
        where = all_of(
            (
                In(key.field, values),
                self._in_sight(call, key),
                self._engine.alive(target, call.now_ms),
            )
        )
        order = () if len(values) == 1 else (Order(target.primary.name),)
        rows = call.unit.select(Select(key.entity, where, order, fields=(key.field,)))
        return {row[key.field] for row in rows}

    def _in_sight(self, call: Call, key: ForeignKey) -> Predicate:
        """Rows of the tenants in sight, and the actor himself wherever he is (section 20)."""
        tenant = self._engine.access.tenant_predicate(call.actor, key.entity)
        if key.entity != ACTORS or call.actor.id is None:
            return tenant
        primary = self._engine.schema.entities[ACTORS].primary.name
        return any_of((tenant, Compare(primary, "eq", call.actor.id)))


def _dangling(path: str, key: ForeignKey) -> Finding:
    return Finding(path, "reference", f"names no {key.entity}")

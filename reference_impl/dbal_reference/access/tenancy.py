"""To which tenant a row belongs, and which tenants an actor sees (AUT-TEN)."""

from dbal_reference.access.actor import Actor
from dbal_reference.errors import SchemaError
from dbal_reference.model import ForeignKey, Schema
from dbal_reference.query.predicate import TRUE, Compare, IsNull, Predicate, Through


class Tenants:
    """For each entity the way from a row to its tenant: a field, or references and then a field."""

    def __init__(self, schema: Schema) -> None:
        """Follow `tenancy` of every entity.

        Raises:
            SchemaError: `via` names no reference, or leads round in a circle.
        """
        self._ways = {name: _way(schema, name) for name in schema.entities}

    def in_sight(self, actor: Actor, entity: str) -> Predicate:
        """Rows whose tenant the actor sees; null equals null and nothing else (AUT-TEN-003)."""
        way = self._ways[entity]
        if way is None or actor.sees_all_tenants:
            return TRUE
        references, field = way
        where: Predicate = (
            IsNull(field) if actor.tenant is None else Compare(field, "eq", actor.tenant)
        )
        for name, key in reversed(references):
            where = Through(name, key.entity, key.field, where)
        return where


def _way(schema: Schema, name: str) -> tuple[tuple[tuple[str, ForeignKey], ...], str] | None:
    """References to follow and the field at their end; None where rows belong to no tenant."""
    references: list[tuple[str, ForeignKey]] = []
    passed: set[str] = set()
    entity = schema.entities[name]
    while entity.tenancy.via is not None:
        field = entity.fields.get(entity.tenancy.via)
        if field is None or field.foreign_key is None:
            raise SchemaError(f"{entity.name}: tenancy: {entity.tenancy.via} is no reference")
        if entity.name in passed:
            raise SchemaError(f"{entity.name}: tenancy: via leads round in a circle")
        passed.add(entity.name)
        references.append((field.name, field.foreign_key))
        entity = schema.entities[field.foreign_key.entity]
    return None if entity.tenancy.field is None else (tuple(references), entity.tenancy.field)

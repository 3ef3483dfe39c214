"""What holds between the rows of a schema, worked out once: uniqueness and references."""

from typing import NamedTuple

from dbal_reference.model import Entity, Schema


class Constraint(NamedTuple):
    """No two rows agree in `fields` (and in `tenant`, where a null is a tenant like any other).

    A row with a null among `fields` conflicts with none (ENT-GEN-006); so in combined ones too:
    that is how SQL databases see it, and the contract speaks of null tenants alone (ENT-GEN-007).
    """

    fields: tuple[str, ...]
    tenant: str | None = None


class Reference(NamedTuple):
    """`field` of `entity` points at `target_field` of `target`.

    `on_delete` and `on_update` are cascade, set_null or restrict. Restrict is judged when the whole
    statement with its cascades is done, so that no order of rows or references matters.
    """

    entity: str
    field: str
    target: str
    target_field: str
    on_delete: str
    on_update: str


def uniques(entity: Entity) -> tuple[Constraint, ...]:
    """Constraints beside the key."""
    alone = [Constraint((f.name,)) for f in entity.fields.values() if f.unique and not f.primary]
    combined = [
        Constraint(unique.fields, entity.tenancy.field if unique.scope == "tenant" else None)
        for unique in entity.unique
    ]
    return (*alone, *combined)


def plain_indexes(entity: Entity) -> tuple[tuple[str, ...], ...]:
    """Fields of the indexes that the schema asks for, of each reference, and of the tenant.

    What a tenant has is found by key, so that a page costs the same however many others there are.
    """
    tenant, key = entity.tenancy.field, entity.primary.name
    tenants = set() if tenant is None else {(tenant, key)}
    keyed = {(entity.primary.name,), *((f.name,) for f in entity.fields.values() if f.unique)}
    links = {(f.name,) for f in entity.fields.values() if f.foreign_key is not None}
    return tuple(sorted({*entity.indexes, *links, *tenants} - keyed))


def references(schema: Schema) -> tuple[Reference, ...]:
    """Every foreign key of the schema, in its order."""
    return tuple(
        Reference(entity.name, field.name, key.entity, key.field, key.on_delete, key.on_update)
        for entity in schema.entities.values()
        for field in entity.fields.values()
        if (key := field.foreign_key) is not None
    )

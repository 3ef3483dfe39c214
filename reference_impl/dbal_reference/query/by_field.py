"""Rows addressed by a field and a value: findByField, upsert, updateByField, deleteByField."""

from collections.abc import Set as AbstractSet
from typing import Any, TypeAlias

from dbal_reference.model import Entity, Field
from dbal_reference.query.findings import unknown_field
from dbal_reference.query.member import parse_equality
from dbal_reference.query.predicate import TRUE, Predicate
from dbal_reference.validation.finding import Finding

Json: TypeAlias = Any


def parse_find_by_field(
    entity: Entity, name: Json, value: Json, readable: AbstractSet[str]
) -> tuple[Predicate, list[Finding]]:
    """`{field: {eq: value}}` (GEN-FIND-002, GEN-FIND-003); findings are at `field` and `value`."""
    if not isinstance(name, str):
        return TRUE, [Finding("field", "type", "a field name is text")]
    if name not in readable:
        return TRUE, [unknown_field("field")]
    if entity.fields[name].holds_json:
        return TRUE, [Finding("field", "type", "JSON is not compared")]
    return parse_equality(entity.fields[name], value, "value")


def parse_unique_field(
    entity: Entity, name: Json, readable: AbstractSet[str]
) -> tuple[Field | None, list[Finding]]:
    """A field whose value addresses one row at most (GEN-UPSERT-001), or `not_unique` at `field`.

    That is the key where callers choose it, a field unique alone, or one unique within its tenant;
    the last addresses a row of the tenant acted in (`unique_in_tenant`). Unknown and hidden fields
    are `not_unique` too.
    """
    if not isinstance(name, str):
        return None, [Finding("field", "type", "a field name is text")]
    if name in readable:
        field = entity.fields[name]
        chosen_key = field.primary and not field.generated
        if chosen_key or _unique_alone(entity, field) or unique_in_tenant(entity, name):
            return field, []
    return None, [Finding("field", "not_unique", "the field does not address one row at most")]


def _unique_alone(entity: Entity, field: Field) -> bool:
    """By its own key, or as a list of one under the entity's."""
    return field.unique or any(
        unique.scope is None and unique.fields == (field.name,) for unique in entity.unique
    )


def unique_in_tenant(entity: Entity, name: str) -> bool:
    """Whether the field is unique together with the tenant only."""
    tenant = entity.tenancy.field
    return any(
        unique.scope == "tenant" and [f for f in unique.fields if f != tenant] == [name]
        for unique in entity.unique
    )

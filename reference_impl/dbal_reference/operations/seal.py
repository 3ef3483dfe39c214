"""Secrets that callers only ever present again are stored as digests (SES-READ-002)."""

import hashlib
from collections.abc import Mapping
from typing import Any

from dbal_reference.model import Entity, Field
from dbal_reference.per_object import per_object


def is_sealed(field: Field) -> bool:
    """Nobody reads a sensitive field, and a unique one is only ever looked up by its value."""
    return field.sensitive and field.unique


def seal(value: str) -> str:
    """What is stored of the value; equal values are stored alike, so that they can be found."""
    return "sha256:" + hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


def seal_values(entity: Entity, values: Mapping[str, Any]) -> dict[str, Any]:
    """The same values, sealed where the schema says so by `sensitive` and `unique`."""
    sealed = dict(values)
    for name in _sealed(entity):
        value = sealed.get(name)
        if isinstance(value, str):
            sealed[name] = seal(value)
    return sealed


@per_object
def _sealed(entity: Entity) -> tuple[str, ...]:
    return tuple(name for name, field in entity.fields.items() if is_sealed(field))

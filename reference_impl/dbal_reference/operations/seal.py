"""Secrets that callers only ever present again are stored as digests (SES-READ-002)."""

import hashlib
from collections.abc import Mapping
from typing import Any

from dbal_reference.model import Entity, Field


def is_sealed(field: Field) -> bool:
    """Nobody reads a sensitive field, and a unique one is only ever looked up by its value."""
    return field.sensitive and field.unique


def seal(value: str) -> str:
    """What is stored of the value; equal values are stored alike, so that they can be found."""
    return "sha256:" + hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


def seal_values(entity: Entity, values: Mapping[str, Any]) -> dict[str, Any]:
    """The same values, sealed where the schema says so by `sensitive` and `unique`."""
    return {
        name: seal(value) if isinstance(value, str) and is_sealed(entity.fields[name]) else value
        for name, value in values.items()
    }

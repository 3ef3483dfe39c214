"""`select`: which fields a reply shows (QRY-SEL-001)."""

from collections.abc import Set as AbstractSet
from typing import Any, TypeAlias

from dbal_reference.model import Entity
from dbal_reference.query.names import parse_names
from dbal_reference.validation.finding import Finding

Json: TypeAlias = Any


def parse_select(
    entity: Entity,
    raw: Json,
    readable: AbstractSet[str],
    *,
    path: str = "select",
) -> tuple[tuple[str, ...], list[Finding]]:
    """The named fields and the key, in the order of the schema; without findings only."""
    named, findings = parse_names(raw, readable, path=path, left_out="to get all")
    chosen = {entity.primary.name, *named}
    return tuple(name for name in entity.fields if name in chosen), findings

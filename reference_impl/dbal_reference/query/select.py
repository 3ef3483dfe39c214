"""`select`: which fields a reply shows (QRY-SEL-001)."""

from collections.abc import Set as AbstractSet
from typing import Any, TypeAlias

from dbal_reference.model import Entity
from dbal_reference.query.findings import unknown_field
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
    if not isinstance(raw, list):
        return (), [Finding(path, "type", "select is a list of field names")]
    if not raw:
        return (), [Finding(path, "empty", "select names no field; leave it out to get all")]
    findings: list[Finding] = []
    chosen = {entity.primary.name}
    seen: set[str] = set()
    for place, name in enumerate(raw):
        here = f"{path}[{place}]"
        if not isinstance(name, str):
            findings.append(Finding(here, "type", "a field name is text"))
        elif name not in readable:
            findings.append(unknown_field(here))
        elif name in seen:
            findings.append(Finding(here, "unique", "the field is named twice"))
        else:
            seen.add(name)
            chosen.add(name)
    return tuple(name for name in entity.fields if name in chosen), findings

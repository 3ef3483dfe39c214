"""Rows against the rules of the sandbox."""

from collections.abc import Mapping
from typing import Any

from dbal_reference.model import Entity, Field, Schema
from dbal_reference.sandbox.limits import over_limits
from dbal_reference.sandbox.scanner import scanner_of
from dbal_reference.sandbox.table import Rule
from dbal_reference.sandbox.violation import Violation
from dbal_reference.values.check import JSON_DEPTH
from dbal_reference.values.json_text import JsonDefect, read_json


def inspect(schema: Schema, entity: Entity, data: Mapping[str, Any]) -> Violation | None:
    """The first rule that `data` breaks, over all its fields; ties by schema order (SBX-SCAN-006).

    Args:
        schema: with the rules.
        entity: whose fields they are.
        data: fields as written, already judged (check 5); what is absent or null is not scanned.
    """
    return min(inspect_each(schema, entity, data), key=lambda found: found.rank, default=None)


def inspect_each(schema: Schema, entity: Entity, data: Mapping[str, Any]) -> list[Violation]:
    """The first violation of each field, in schema order."""
    found = []
    for name, field in entity.fields.items():
        if field.scan is None or data.get(name) is None:
            continue
        hit = over_limits(schema, field, data[name]) or _scan(schema, entity, field, data[name])
        if hit is not None:
            found.append(_violation(name, *hit))
    return found


def _scan(schema: Schema, entity: Entity, field: Field, value: Any) -> tuple[int, Rule] | None:  # noqa: ANN401 -- any stored value
    scanner = scanner_of(schema)
    if field.scan == "url":
        return scanner.scan_url(value)
    try:
        document = read_json(value, JSON_DEPTH)
    except JsonDefect:
        return None  # check 5 has refused it already
    return scanner.scan_code(f"{entity.name}.{field.name}", document)


def _violation(name: str, rank: int, rule: Rule) -> Violation:
    return Violation(
        error=rule.error, rule=rule.id, field=name, code=rule.code, message=rule.means, rank=rank
    )

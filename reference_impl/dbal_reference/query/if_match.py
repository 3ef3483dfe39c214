"""`ifMatch`: what a row must still hold for a write to go ahead (GEN-UPDATE-007, -009)."""

from collections.abc import Set as AbstractSet
from typing import Any, TypeAlias

from dbal_reference.model import Entity
from dbal_reference.query.findings import unknown_field
from dbal_reference.query.logic import all_of
from dbal_reference.query.member import parse_equality
from dbal_reference.query.predicate import TRUE, Predicate
from dbal_reference.validation.finding import Finding

Json: TypeAlias = Any


def parse_if_match(
    entity: Entity, raw: Json, readable: AbstractSet[str], *, path: str = "ifMatch"
) -> tuple[Predicate, list[Finding]]:
    """The row as the caller knows it, as a predicate on the stored row.

    Values are judged as operands of a filter are: without conversion, and one that no row can hold
    matches none. Null matches null.
    """
    if not isinstance(raw, dict):
        return TRUE, [Finding(path, "type", "ifMatch maps fields to values")]
    if not raw:
        return TRUE, [Finding(path, "empty", "ifMatch names no field")]
    parts: list[Predicate] = []
    findings: list[Finding] = []
    for name, value in raw.items():
        here = f"{path}.{name}"
        if name not in readable:
            findings.append(unknown_field(here))
        elif entity.fields[name].holds_json:
            findings.append(Finding(here, "type", "JSON is not compared"))
        else:
            predicate, found = parse_equality(entity.fields[name], value, here)
            parts.append(predicate)
            findings += found
    return all_of(parts), findings

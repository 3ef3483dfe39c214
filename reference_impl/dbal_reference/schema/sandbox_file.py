"""sandbox.yaml, checked against the entities that its rules name."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from dbal_reference.model import Entity
from dbal_reference.sandbox.scanner import Scanner
from dbal_reference.sandbox.table import read_table
from dbal_reference.schema.document import Document, Part
from dbal_reference.schema.fields import read_pattern

_STEP = re.compile(r"\.([A-Za-z_]+)|\[([0-9]+)\]")


def read_sandbox(document: Document, entities: Mapping[str, Entity]) -> dict[str, Any]:
    """The document itself, which `sandbox` compiles.

    Raises:
        SchemaError: an unknown key, a pattern that RE2 does not take, a rule given twice, or one
            about a field without `scan: code`.
    """
    root = document.root
    try:
        table = read_table(root.members() and document.value)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        _part_at(document, path.rstrip("`")).fail(message[:1].lower() + message[1:])
    parts = list(root.members()["rules"].items())
    for part, rule in zip(parts, table.rules, strict=True):
        if [each.id for each in table.rules].count(rule.id) > 1:
            part.fail(f"{rule.id} is given twice: keep one")
        for key in ("counts", "members"):
            for item in part.members()[key].items() if key in part.members() else ():
                _check_field(item.members()["field"], entities)
        _check_patterns(part)
    Scanner(table)
    return dict(document.value)


def _part_at(document: Document, path: str) -> Part:
    """The part that a path of msgspec names (`.rules[0].texts`)."""
    steps: list[str | int] = [key or int(place) for key, place in _STEP.findall(path)]
    value = document.value
    for step in steps:
        value = value[step]
    return Part(document, tuple(steps), value)


def _check_field(part: Part, entities: Mapping[str, Entity]) -> None:
    scanned = [
        f"{entity.name}.{field.name}"
        for entity in entities.values()
        for field in entity.fields.values()
        if field.scan == "code"
    ]
    part.choice(scanned)


def _check_patterns(part: Part) -> None:
    for key in ("texts", "members"):
        for item in part.members()[key].items() if key in part.members() else ():
            pattern = item.members().get("pattern")
            if pattern is not None:
                read_pattern(pattern)

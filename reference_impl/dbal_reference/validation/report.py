"""What would be found on create, without creating: `InstalledPackage.validate`."""

from typing import Any

from dbal_reference.model import Entity, Schema
from dbal_reference.sandbox import inspect_each
from dbal_reference.validation.author import Author
from dbal_reference.validation.create import validate_create


def validation_report(schema: Schema, entity: Entity, data: Any, author: Author) -> dict[str, Any]:  # noqa: ANN401 -- any JSON value
    """`{valid, errors: [{field, code}]}` of checks 5 and 6, one entry a field (PKG-VALID-001)."""
    row, findings = validate_create(schema, entity, data, author)
    codes = {finding.field: finding.code for finding in findings}
    for violation in inspect_each(schema, entity, row):
        codes.setdefault(violation.field, violation.code)
    order = {name: place for place, name in enumerate(entity.fields)}
    fields = sorted(codes, key=lambda name: order.get(name, len(order)))  # stable: unknown last
    return {
        "valid": not codes,
        "errors": [{"field": name, "code": codes[name]} for name in fields],
    }

"""Rows that a call would create: judged, scanned, permitted, before any is stored (5 to 7)."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from dbal_reference.errors import MaliciousCodeError, SandboxViolationError
from dbal_reference.model import Entity
from dbal_reference.operations.call import Call
from dbal_reference.operations.engine import Engine
from dbal_reference.operations.rights import Rights
from dbal_reference.operations.seal import seal_values
from dbal_reference.sandbox import inspect
from dbal_reference.validation import Finding, validate_create
from dbal_reference.values.uuids import new_uuid

_VIOLATIONS: dict[str, type[MaliciousCodeError | SandboxViolationError]] = {
    MaliciousCodeError.name: MaliciousCodeError,
    SandboxViolationError.name: SandboxViolationError,
}


class Draft(msgspec.Struct, frozen=True):
    """A whole row that is not stored yet; `prefix` is where the request holds it (`items[2]`)."""

    row: dict[str, Any]
    named: frozenset[str]  # fields that the caller gave
    prefix: str = ""
    bare_conflicts: bool = False  # CONFLICT names fields without the prefix (upsert, section 20)

    def path(self, name: str) -> str:
        """Where a finding about this field stands."""
        return f"{self.prefix}.{name}" if self.prefix else name

    def conflict_path(self, name: str) -> str:
        """Where a taken value stands."""
        return name if self.bare_conflicts else self.path(name)


class Drafts:
    """Makes drafts for one entity."""

    def __init__(self, engine: Engine, entity: Entity) -> None:
        self._engine = engine
        self._entity = entity
        self._rights = Rights(engine, entity)

    def make(self, call: Call, data: Any, prefix: str = "") -> tuple[Draft, list[Finding]]:  # noqa: ANN401 -- any JSON
        """Check 5; with findings the draft is of no use."""
        row, findings = validate_create(
            self._engine.schema, self._entity, data, call.author, prefix=prefix
        )
        named = frozenset(data) if isinstance(data, dict) else frozenset()
        if not findings:
            self._complete(call, row, named)
        return Draft(row, named, prefix), findings

    def scan(self, drafts: Iterable[Draft]) -> None:
        """Check 6, on all rows of the call; see `scan`."""
        scan(self._engine, self._entity, ((draft.prefix, draft.row) for draft in drafts))

    def permit(self, call: Call, drafts: list[Draft]) -> None:
        """Check 7, on all rows of the call (GEN-BULK-011).

        Raises:
            ForbiddenError: the actor may not create one of them.
        """
        for draft in drafts:
            self._rights.check_create(call, draft.row, draft.named)

    def _complete(self, call: Call, row: dict[str, Any], named: frozenset[str]) -> None:
        """What only the service knows: the key it makes, and the tenant acted in (AUT-TEN-006)."""
        primary, tenant_field = self._entity.primary, self._entity.tenant_field
        if primary.generated and primary.name not in row:
            row[primary.name] = new_uuid()
        if tenant_field is not None and tenant_field not in named:
            row[tenant_field] = call.actor.tenant


def stored_form(entity: Entity, draft: Draft) -> dict[str, Any]:
    """The row as the database keeps it."""
    return seal_values(entity, draft.row)


def scan(engine: Engine, entity: Entity, items: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """Check 6 on the fields of rows, each with the path before its fields (`items[2]`, or "").

    Raises:
        SandboxViolationError: stored code beyond a limit.
        MaliciousCodeError: stored code that matches a rule; the text is not echoed (SBX-SCAN-006).
    """
    if not any(field.scan for field in entity.fields.values()):
        return
    broken = [
        (violation, f"{prefix}." if prefix else "")
        for prefix, values in items
        if (violation := inspect(engine.schema, entity, values)) is not None
    ]
    if broken:
        violation, lead = min(broken, key=lambda pair: pair[0].rank)
        message = f"stored code breaks {violation.rule}: {violation.message}"
        entry = {"field": lead + violation.field, "code": violation.code, "message": message}
        raise _VIOLATIONS[violation.error](message, rule=violation.rule, fields=[entry])

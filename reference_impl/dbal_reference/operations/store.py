"""The effects of writes on one entity, with the checks that need the database (10 and 11)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from dbal_reference.adapters import ReferencedError, Row, UniqueViolation
from dbal_reference.errors import ConflictError
from dbal_reference.model import Entity
from dbal_reference.operations.call import Call
from dbal_reference.operations.drafts import Draft, stored_form
from dbal_reference.operations.engine import Engine
from dbal_reference.operations.expiry import Expiry
from dbal_reference.operations.findings import refuse
from dbal_reference.operations.forest import Forest
from dbal_reference.operations.references import References
from dbal_reference.operations.seal import seal_values
from dbal_reference.operations.uniqueness import Uniqueness
from dbal_reference.query.evaluate import holds
from dbal_reference.query.predicate import Predicate
from dbal_reference.validation import (
    Finding,
    automatic_changes,
    check_graph,
    needs_stored_graph,
)

Path: TypeAlias = Callable[[str], str]

_LARGEST = {"integer": 2**31 - 1, "bigint": 2**63 - 1}


class Store:
    """Writes rows of one entity into the call's unit of work."""

    def __init__(self, engine: Engine, entity: Entity) -> None:
        self._entity = entity
        self._key = entity.primary.name
        self._references = References(engine, entity)
        self._uniqueness = Uniqueness(engine, entity)
        self._expiry = Expiry(engine, entity)
        self._forest = None if entity.tree is None else Forest(entity, entity.tree)
        self._kept = any(f.auto in ("updated", "increment") for f in entity.fields.values())

    def insert(self, call: Call, drafts: Sequence[Draft]) -> None:
        """Store new rows, all or none.

        Raises:
            ValidationFailedError: `reference`, `limit`: what a row points at will not do.
            ConflictError: `unique`.
        """
        findings = self._references.of_new(call, drafts)
        if self._forest is not None and not findings:
            for draft in drafts:
                findings += self._forest.of_new(call, draft)
        refuse(findings)
        rows = [stored_form(self._entity, draft) for draft in drafts]
        try:
            call.unit.insert(self._entity.name, rows)
        except UniqueViolation:  # which the database knows at no cost; what is taken, it does not
            self._uniqueness.check_new(call, drafts)
            call.unit.insert(self._entity.name, rows)

    def preview(self, call: Call, row: Row, changes: Mapping[str, Any]) -> Row:
        """The row as it would be after the change, what changes by itself included."""
        return {**row, **automatic_changes(self._entity, row, call.now_ms), **changes}

    def check_changes(
        self,
        call: Call,
        rows: Sequence[Row],
        changes: Mapping[str, Any],
        path: Path = str,
    ) -> None:
        """Check 10 for a change to be made to each of these rows; `path` is where a field stands.

        Raises:
            ValidationFailedError: `reference`, `cycle`, `limit`, or `max` where a count is full.
        """
        findings = self._references.of_changes(call, changes)
        for row in rows:
            after = {**row, **changes}
            if self._forest is not None:
                findings += self._forest.of_moved(call, row, after)
            if needs_stored_graph(self._entity, changes):
                findings += check_graph(self._entity, after)
            findings += self._full(call, row)
        refuse(Finding(path(found.field), found.code, found.message) for found in findings)

    def update(
        self,
        call: Call,
        rows: Sequence[Row],
        changes: Mapping[str, Any],
        *,
        if_match: Predicate | None = None,
    ) -> None:
        """Check 11, then make the same change to each of these rows.

        Raises:
            ConflictError: `precondition` or `unique`.
        """
        if if_match is not None:
            check_precondition(if_match, rows)
        sealed = seal_values(self._entity, changes)
        self._uniqueness.check_changed(call, rows, sealed)
        for kept, keys in self._alike(call, rows):
            call.unit.update(self._entity.name, keys, {**kept, **sealed})

    def delete(self, call: Call, rows: Sequence[Row], *, if_match: Predicate | None = None) -> None:
        """Remove rows and what depends on them (ENT-FK-002, -003, -004).

        Raises:
            ConflictError: `precondition` or `referenced`.
        """
        if if_match is not None:
            check_precondition(if_match, rows)
        keys = [row[self._key] for row in rows]
        self._expiry.release(call, rows)
        try:
            call.unit.delete(self._entity.name, keys)
        except ReferencedError:
            raise ConflictError("other rows refer to it", reason="referenced") from None

    def _alike(self, call: Call, rows: Sequence[Row]) -> list[tuple[dict[str, Any], list[Any]]]:
        """Keys of rows by what changes in them by itself, which may differ from row to row."""
        if not self._kept:
            return [({}, [row[self._key] for row in rows])] if rows else []
        groups: dict[tuple[Any, ...], tuple[dict[str, Any], list[Any]]] = {}
        for row in rows:
            kept = automatic_changes(self._entity, row, call.now_ms)
            groups.setdefault(tuple(kept.values()), (kept, []))[1].append(row[self._key])
        return list(groups.values())

    def _full(self, call: Call, row: Row) -> list[Finding]:
        """A counter at its largest value cannot grow; it never wraps (TYP-NUM-002)."""
        if not self._kept:
            return []
        return [
            Finding(name, "max", "has reached its largest value")
            for name, value in automatic_changes(self._entity, row, call.now_ms).items()
            if type(value) is int and value > _LARGEST[self._entity.fields[name].type]
        ]


def check_precondition(if_match: Predicate, rows: Sequence[Row]) -> None:
    """Stop if a row is not as the caller knows it (GEN-UPDATE-007).

    Raises:
        ConflictError: `precondition`.
    """
    if not all(holds(if_match, row) for row in rows):
        raise ConflictError("the row has changed meanwhile", reason="precondition")

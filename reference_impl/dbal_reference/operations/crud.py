"""create, read, update and delete of one row by key (GEN-CREATE to GEN-DELETE)."""

from collections.abc import Iterator
from typing import Any

import msgspec

from dbal_reference.adapters import Row
from dbal_reference.errors import ForbiddenError
from dbal_reference.model import Operation
from dbal_reference.operations.call import Call
from dbal_reference.operations.drafts import Draft, Drafts, scan
from dbal_reference.operations.engine import Engine
from dbal_reference.operations.findings import refuse
from dbal_reference.operations.procedure import EntityProcedure, Named, names_of
from dbal_reference.operations.rights import Rights
from dbal_reference.operations.rows import Rows, subject_of
from dbal_reference.operations.store import Path, Store
from dbal_reference.operations.time_to_live import with_ttl
from dbal_reference.query.predicate import Predicate
from dbal_reference.validation import validate_update


class RowProcedure(EntityProcedure):
    """A procedure that finds or writes rows of its entity."""

    def __init__(self, engine: Engine, operation: Operation) -> None:
        super().__init__(engine, operation)
        self.rows = Rows(engine, self.entity)
        self.rights = Rights(engine, self.entity)
        self.store = Store(engine, self.entity)
        self.drafts = Drafts(engine, self.entity)

    def written(self, call: Call, *places: str) -> set[str]:
        """Fields named in these arguments; `ttlSeconds` names the ttl field (section 20)."""
        names = {name for place in places for name in names_of(call.params.get(place))}
        if "ttlSeconds" in call.params and self.entity.ttl_field is not None:
            names.add(self.entity.ttl_field)
        return names

    def change(
        self,
        call: Call,
        row: Row,
        changes: dict[str, Any],
        *,
        path: Path = str,
        if_match: Predicate | None = None,
    ) -> Row:
        """Checks 9 (after the change) to 11, and the update of one row.

        Raises:
            ForbiddenError: no rule holds on the row before and after (ACL-RULE-004).
            ValidationFailedError: references of the new values.
            ConflictError: `precondition` or `unique`.
        """
        after = self.store.preview(call, row, changes)
        if not self.rights.permits(call, row, after, changes):
            raise ForbiddenError("no rule lets the actor change this row so")
        self.store.check_changes(call, [row], changes, path)
        self.store.update(call, [row], changes, if_match=if_match)
        return after


class Create(RowProcedure):
    """Stores one row (GEN-CREATE)."""

    def named(self, call: Call) -> Iterator[Named]:
        """The fields of data."""
        yield "create", self.written(call, "data")

    def judge(self, call: Call) -> Draft:
        """A whole row that the actor may create."""
        values, findings = self.arguments.judge(call)
        if "data" in call.params:
            data, refused = with_ttl(self.entity, call, values)
            draft, wrong = self.drafts.make(call, data)
            findings = wrong + refused + findings
        else:
            draft = Draft({}, frozenset())
        refuse(findings)
        self.drafts.scan([draft])
        self.drafts.permit(call, [draft])
        return draft

    def perform(self, call: Call, intent: Draft) -> Any:  # noqa: ANN401 -- any JSON
        """Store it."""
        self.store.insert(call, [intent])
        call.subject = intent.row[self.entity.primary.name]
        return self.show(call, intent.row)


class KeyedProcedure(RowProcedure):
    """A procedure on the row whose key is the argument `id`."""

    def identify(self, call: Call) -> None:
        """The key as asked."""
        call.subject = subject_of(self.entity.primary, call.params.get("id"))


class Read(KeyedProcedure):
    """Answers one row (GEN-READ)."""

    def judge(self, call: Call) -> dict[str, Any]:
        """Key and selection."""
        values, findings = self.arguments.judge(call)
        refuse(findings)
        return values

    def perform(self, call: Call, intent: dict[str, Any]) -> Any:  # noqa: ANN401 -- any JSON
        """Find it."""
        if intent["include"]:
            call.hold()
        row = self.rows.addressed(call, intent["id"], "read")
        return self.show(call, row, intent["select"], intent["include"])


class Change(msgspec.Struct, frozen=True):
    """What an update of one row is to do."""

    key: Any
    changes: dict[str, Any]
    if_match: Predicate | None = None


class Update(KeyedProcedure):
    """Changes given fields of one row (GEN-UPDATE)."""

    def named(self, call: Call) -> Iterator[Named]:
        """The fields of data."""
        yield "update", self.written(call, "data")

    def judge(self, call: Call) -> Change:
        """Changes that some row could take."""
        values, findings = self.arguments.judge(call)
        changes: dict[str, Any] = {}
        if "data" in call.params:
            data, refused = with_ttl(self.entity, call, values)
            changes, wrong = validate_update(self.engine.schema, self.entity, data, call.author)
            findings = wrong + refused + findings
        refuse(findings)
        scan(self.engine, self.entity, [("", changes)])
        self.rights.check_values(call, changes)
        return Change(values["id"], changes, values["ifMatch"])

    def perform(self, call: Call, intent: Change) -> Any:  # noqa: ANN401 -- any JSON
        """Find it and change it."""
        row = self.rows.addressed(call, intent.key, "update", frozenset(intent.changes))
        after = self.change(call, row, intent.changes, if_match=intent.if_match)
        return self.show(call, after)


class Delete(KeyedProcedure):
    """Removes one row and what hangs on it (GEN-DELETE, ENT-FK)."""

    def judge(self, call: Call) -> dict[str, Any]:
        """Key and precondition."""
        values, findings = self.arguments.judge(call)
        refuse(findings)
        return values

    def perform(self, call: Call, intent: dict[str, Any]) -> bool:
        """Find it and remove it."""
        row = self.rows.addressed(call, intent["id"], "delete")
        self.store.delete(call, [row], if_match=intent["ifMatch"])
        return True

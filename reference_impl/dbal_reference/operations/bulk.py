"""createMany, updateMany and deleteMany: all or nothing (GEN-BULK)."""

from collections.abc import Iterator
from typing import Any

import msgspec

from dbal_reference.adapters import Row
from dbal_reference.errors import ForbiddenError
from dbal_reference.operations.by_field import refuse_single_writes
from dbal_reference.operations.call import Call
from dbal_reference.operations.crud import RowProcedure
from dbal_reference.operations.drafts import Draft, scan
from dbal_reference.operations.findings import refuse
from dbal_reference.operations.procedure import Named, names_of
from dbal_reference.query.logic import all_of
from dbal_reference.query.predicate import Order, Predicate, Select
from dbal_reference.validation import Finding, validate_update


class CreateMany(RowProcedure):
    """Stores all items or none."""

    def named(self, call: Call) -> Iterator[Named]:
        """The fields of every item."""
        items = call.params.get("items")
        if type(items) is list:
            yield "create", {name for item in items for name in names_of(item)}

    def judge(self, call: Call) -> list[Draft]:
        """A whole row for each item."""
        values, findings = self.arguments.judge(call)
        items: list[Any] = values["items"] or []
        most = self.engine.schema.limits["create_many_items"]
        drafts: list[Draft] = []
        if len(items) > most:
            findings = [Finding("items", "limit", f"at most {most} items in one call"), *findings]
        else:
            wrong: list[Finding] = []
            for place, item in enumerate(items):
                draft, more = self.drafts.make(call, item, f"items[{place}]")
                drafts.append(draft)
                wrong += more
            findings = wrong + findings
        refuse(findings)
        self.drafts.scan(drafts)
        self.drafts.permit(call, drafts)
        return drafts

    def perform(self, call: Call, intent: list[Draft]) -> int:
        """Store them."""
        if intent:
            self.store.insert(call, intent)
        return len(intent)


class Sweep(msgspec.Struct, frozen=True):
    """What to change in all rows that satisfy the condition."""

    where: Predicate
    changes: dict[str, Any]


class ManyProcedure(RowProcedure):
    """A procedure on all rows that a filter selects and the actor may write (GEN-BULK-008)."""

    def selected(
        self, call: Call, where: Predicate, verb: str, names: frozenset[str] = frozenset()
    ) -> list[Row]:
        """Visible rows on which a rule grants the verb; others are skipped."""
        matched = all_of((self.seen(call, where), self.rights.where(call, verb, names)))
        order = (Order(self.entity.primary.name),)
        return call.unit.select(Select(self.entity.name, matched, order))


class UpdateMany(ManyProcedure):
    """Makes one change to all rows."""

    def named(self, call: Call) -> Iterator[Named]:
        """The fields of data."""
        names = self.written(call, "data")
        refuse_single_writes(self, names)
        yield "update", names

    def judge(self, call: Call) -> Sweep:
        """Filter and changes."""
        values, findings = self.arguments.judge(call)
        changes: dict[str, Any] = {}
        if "data" in call.params:
            changes, wrong = validate_update(
                self.engine.schema, self.entity, values["data"], call.author
            )
            findings = wrong + findings
        refuse(findings)
        scan(self.engine, self.entity, [("", changes)])
        self.rights.check_values(call, changes)
        return Sweep(values["filter"], changes)

    def perform(self, call: Call, intent: Sweep) -> int:
        """Find them and change them; one that would leave its rule stops all (GEN-BULK-011)."""
        changes = intent.changes
        rows = self.selected(call, intent.where, "update", frozenset(changes))
        for row in rows:
            if not self.rights.permits(call, row, {**row, **changes}, changes):
                raise ForbiddenError("no rule lets the actor change one of the rows so")
        self.store.check_changes(call, rows, changes)
        self.store.update(call, rows, changes)
        return len(rows)


class DeleteMany(ManyProcedure):
    """Removes all rows."""

    def judge(self, call: Call) -> Predicate:
        """The filter."""
        values, findings = self.arguments.judge(call)
        refuse(findings)
        where: Predicate = values["filter"]
        return where

    def perform(self, call: Call, intent: Predicate) -> int:
        """Find them and remove them."""
        rows = self.selected(call, intent, "delete")
        if rows:
            self.store.delete(call, rows)
        return len(rows)

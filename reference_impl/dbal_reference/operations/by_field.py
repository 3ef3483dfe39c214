"""upsert, updateByField and deleteByField: one row by a unique value (GEN-UPSERT, GEN-BYF)."""

from collections.abc import Iterator
from typing import Any

import msgspec

from dbal_reference.adapters import Row
from dbal_reference.errors import ForbiddenError, NotFoundError
from dbal_reference.model import Field
from dbal_reference.operations.call import Call
from dbal_reference.operations.crud import RowProcedure
from dbal_reference.operations.drafts import Draft, scan
from dbal_reference.operations.findings import refuse
from dbal_reference.operations.procedure import Named, names_of
from dbal_reference.query.by_field import parse_unique_field, unique_in_tenant
from dbal_reference.query.logic import all_of
from dbal_reference.query.member import parse_equality
from dbal_reference.query.predicate import TRUE, Predicate
from dbal_reference.validation import Finding, validate_update


class ByField(RowProcedure):
    """Finds the row that a unique value addresses."""

    def address(
        self, call: Call, values: dict[str, Any]
    ) -> tuple[Field | None, Predicate, list[Finding]]:
        """The field, the rows that hold the value, and what is wrong with either."""
        if "field" not in call.params:
            return None, TRUE, []
        field, findings = parse_unique_field(self.entity, values["field"], self.readable(call))
        if field is None or "value" not in call.params:
            return field, TRUE, findings
        if values["value"] is None:
            return field, TRUE, [Finding("value", "null", "null addresses no row")]
        where, findings = parse_equality(field, values["value"], "value")
        if not findings and unique_in_tenant(self.entity, field.name):
            where = all_of((where, self.rows.in_tenant_acted_in(call)))
        return field, where, findings

    def found(self, call: Call, where: Predicate) -> Row | None:
        """The visible row, noted for the audit record."""
        row = self.rows.first(call, where)
        if row is not None:
            call.subject = row[self.entity.primary.name]
        return row

    def present(self, call: Call, where: Predicate, verb: str, names: frozenset[str]) -> Row:
        """The visible row, if the actor may do this to it (ORD-CHK-004, -005).

        Raises:
            NotFoundError: there is none.
            ForbiddenError: he may see it and no more.
        """
        row = self.found(call, where)
        if row is None:
            raise NotFoundError(f"there is no such {self.entity.name}")
        if not self.rights.may(call, verb, row, names):
            raise ForbiddenError(f"no rule lets the actor {verb} this row")
        return row


class ChangeWhere(msgspec.Struct, frozen=True):
    """What to change in the row that satisfies the condition."""

    where: Predicate
    changes: dict[str, Any]


class UpdateByField(ByField):
    """update, by a unique value."""

    def named(self, call: Call) -> Iterator[Named]:
        """The fields of data."""
        yield "update", self.written(call, "data")

    def judge(self, call: Call) -> ChangeWhere:
        """Address and changes."""
        values, findings = self.arguments.judge(call)
        _, where, wrong = self.address(call, values)
        changes: dict[str, Any] = {}
        if "data" in call.params:
            changes, more = validate_update(
                self.engine.schema, self.entity, values["data"], call.author
            )
            wrong = wrong + more
        refuse(wrong + findings)
        scan(self.engine, self.entity, [("", changes)])
        self.rights.check_values(call, changes)
        return ChangeWhere(where, changes)

    def perform(self, call: Call, intent: ChangeWhere) -> Any:  # noqa: ANN401 -- any JSON
        """Find it and change it."""
        row = self.present(call, intent.where, "update", frozenset(intent.changes))
        return self.show(call, self.change(call, row, intent.changes))


class DeleteByField(ByField):
    """delete, by a unique value."""

    def judge(self, call: Call) -> Predicate:
        """The address."""
        values, findings = self.arguments.judge(call)
        _, where, wrong = self.address(call, values)
        refuse(wrong + findings)
        return where

    def perform(self, call: Call, intent: Predicate) -> bool:
        """Find it and remove it."""
        row = self.present(call, intent, "delete", frozenset())
        self.store.delete(call, [row])
        return True


class Either(msgspec.Struct, frozen=True):
    """What upsert does where the row is, and where it is not."""

    where: Predicate
    draft: Draft
    changes: dict[str, Any]


class Upsert(ByField):
    """Creates the row, or changes it; both halves are judged on every call (GEN-UPSERT-004)."""

    def named(self, call: Call) -> Iterator[Named]:
        """The fields of both halves; the addressing field is written on create."""
        field = call.params.get("field")
        created = {*names_of(call.params.get("create")), *([field] if type(field) is str else ())}
        yield "create", created
        updated = set(names_of(call.params.get("update")))
        refuse_single_writes(self, updated)
        yield "update", updated

    def judge(self, call: Call) -> Either:
        """Address, row and changes."""
        values, findings = self.arguments.judge(call)
        field, where, wrong = self.address(call, values)
        draft, refused = self._draft(call, values, field)
        valued = {found.field for found in wrong}
        wrong = wrong + [found for found in refused if found.field not in valued]
        changes: dict[str, Any] = {}
        if "update" in call.params:
            changes, more = validate_update(
                self.engine.schema,
                self.entity,
                values["update"],
                call.author,
                prefix="update",
                allow_empty=True,
            )
            wrong = wrong + more
        refuse(wrong + findings)
        scan(self.engine, self.entity, [("create", draft.row), ("update", changes)])
        self.drafts.permit(call, [draft])
        if changes:
            self.rights.check_values(call, changes)
        return Either(where, msgspec.structs.replace(draft, bare_conflicts=True), changes)

    def perform(self, call: Call, intent: Either) -> Any:  # noqa: ANN401 -- any JSON
        """Change the visible row, or store the new one (GEN-UPSERT-002)."""
        row = self.found(call, intent.where)
        if row is None:
            self.store.insert(call, [intent.draft])
            call.subject = intent.draft.row[self.entity.primary.name]
            return self.show(call, intent.draft.row)
        if not self.rights.may(call, "update", row, intent.changes):
            raise ForbiddenError("no rule lets the actor update this row")
        if not intent.changes:
            return self.show(call, row)
        return self.show(call, self.change(call, row, intent.changes, path="update.{}".format))

    def _draft(
        self, call: Call, values: dict[str, Any], field: Field | None
    ) -> tuple[Draft, list[Finding]]:
        """The row of `create` with the addressing value in it (GEN-UPSERT-003)."""
        create = values["create"]
        if "create" not in call.params:
            return Draft({}, frozenset()), []
        if field is None or type(create) is not dict:
            draft, findings = self.drafts.make(call, create, "create")
            # What is missing may be what `field` was to address.
            return draft, [found for found in findings if found.code != "required"]
        if values["value"] is None:
            draft, findings = self.drafts.make(call, create, "create")
            own = f"create.{field.name}"
            return draft, [found for found in findings if found.field != own]
        other = field.name in create and not _same(create[field.name], values["value"], field)
        draft, findings = self.drafts.make(call, {**create, field.name: values["value"]}, "create")
        own = f"create.{field.name}"
        findings = [
            Finding("value", found.code, found.message) if found.field == own else found
            for found in findings
        ]
        if other:
            words = "is another value than the one that addresses the row"
            findings.append(Finding(own, "not_unique", words))
        return draft, findings


def refuse_single_writes(procedure: RowProcedure, names: set[str]) -> None:
    """Fields that only `system` may write where one call can touch rows unseen (USR-UPDATE-004).

    Raises:
        ForbiddenError: one of them is named.
    """
    fields = procedure.entity.fields
    if any(name in fields and fields[name].single_write for name in names):
        raise ForbiddenError("the field is written one row at a time")


def _same(given: Any, value: Any, field: Field) -> bool:  # noqa: ANN401 -- any JSON
    """Whether both stand for one value, however written."""
    here, wrong = parse_equality(field, given, "")
    there, wrong_too = parse_equality(field, value, "")
    return not wrong and not wrong_too and here == there and given is not None

"""Session: found by token, prolonged, and cleared away when expired (SES)."""

from typing import Any

from dbal_reference.errors import NotFoundError, ValidationFailedError
from dbal_reference.operations.call import Call
from dbal_reference.operations.crud import KeyedProcedure
from dbal_reference.operations.findings import refuse
from dbal_reference.operations.procedure import EntityProcedure
from dbal_reference.operations.seal import seal
from dbal_reference.query.logic import all_of
from dbal_reference.query.predicate import Compare, Order, Select
from dbal_reference.validation import Finding
from dbal_reference.values import check_value

TOKEN = "token"  # noqa: S105 -- a field's name


class GetByToken(EntityProcedure):
    """The live session that bears a token (SES-TOK-001)."""

    def judge(self, call: Call) -> str:
        """The token, as storage knows it."""
        values, findings = self.arguments.judge(call)
        if values["token"] == "":
            findings.append(Finding("token", "empty", "must not be empty"))
        refuse(findings)
        return seal(values["token"])

    def perform(self, call: Call, intent: str) -> Any:  # noqa: ANN401 -- any JSON
        """Find it; a session stale by password change is still a row (section 20)."""
        entity = self.entity
        where = all_of(
            (
                Compare(TOKEN, "eq", intent),
                self.engine.access.tenant_predicate(call.actor, entity.name),
                self.engine.alive(entity, call.now_ms),
            )
        )
        order = (Order(entity.primary.name),)
        with call.glance() as unit:
            rows = unit.select(Select(entity.name, where, order, limit=1))
        if not rows:
            raise NotFoundError("there is no such session")
        call.subject = rows[0][entity.primary.name]
        return self.show(call, rows[0])


class Extend(KeyedProcedure):
    """Adds time to a live session (SES-EXT-001)."""

    def judge(self, call: Call) -> tuple[Any, int]:
        """Key and seconds."""
        values, findings = self.arguments.judge(call)
        refuse(findings)
        return values["id"], values["seconds"]

    def perform(self, call: Call, intent: tuple[Any, int]) -> Any:  # noqa: ANN401 -- any JSON
        """Move its end."""
        key, seconds = intent
        row = self.rows.addressed(call, key, "update")
        name = self.entity.ttl_field or ""
        later = row[name] + seconds * 1000
        # Tagged, since the sum may be any bigint: only 64 bits are in question (TYP-NUM-002).
        _, code = check_value(self.entity.fields[name], {"$bigint": str(later)})
        if code is not None:
            entry = {"field": "seconds", "code": "max", "message": "leads beyond the last instant"}
            raise ValidationFailedError("not valid: seconds", fields=[entry])
        return self.show(call, self.change(call, row, {name: later}))


class CleanExpired(EntityProcedure):
    """Removes the expired rows of the tenants in sight (SES-EXP-002)."""

    def judge(self, call: Call) -> None:
        """No arguments."""
        _, findings = self.arguments.judge(call)
        refuse(findings)

    def perform(self, call: Call, intent: None) -> int:  # noqa: ARG002 -- the seam
        """Find them and remove them."""
        entity = self.entity
        where = all_of(
            (
                Compare(entity.ttl_field or "", "lte", call.now_ms),
                self.engine.access.tenant_predicate(call.actor, entity.name),
            )
        )
        key = entity.primary.name
        rows = call.unit.select(Select(entity.name, where, (Order(key),)))
        if rows:
            call.unit.delete(entity.name, [row[key] for row in rows])
        return len(rows)

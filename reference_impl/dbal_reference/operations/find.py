"""findFirst and findByField: the first row of a list, or null (GEN-FIND)."""

from typing import Any

import msgspec

from dbal_reference.operations.call import Call
from dbal_reference.operations.findings import refuse
from dbal_reference.operations.procedure import EntityProcedure, Include
from dbal_reference.query.by_field import parse_find_by_field
from dbal_reference.query.predicate import TRUE, Order, Predicate, Select
from dbal_reference.query.visibility import bind_order


class Wanted(msgspec.Struct, frozen=True):
    """The first row of this order that satisfies the condition."""

    where: Predicate
    order: tuple[Order, ...]
    select: frozenset[str] | None
    include: Include


class FindFirst(EntityProcedure):
    """The first visible row, by key when no sort is given."""

    def judge(self, call: Call) -> Wanted:
        """Filter and order."""
        values, findings = self.arguments.judge(call)
        refuse(findings)
        where: Predicate | None = values["filter"]
        order = values["sort"] or (Order(self.entity.primary.name),)
        where = TRUE if where is None else where
        return Wanted(where, order, values["select"], values["include"])

    def perform(self, call: Call, intent: Wanted) -> Any:  # noqa: ANN401 -- any JSON
        """Find it; null if there is none."""
        where, order = self.seen(call, intent.where), bind_order(intent.order, self.see(call))
        if intent.include:
            call.hold()
        with call.glance() as unit:
            found = unit.select(Select(self.entity.name, where, order, limit=1))
        if not found:
            return None
        call.subject = found[0][self.entity.primary.name]
        return self.show(call, found[0], intent.select, intent.include)


class FindByField(FindFirst):
    """findFirst with one field equal to a value."""

    def judge(self, call: Call) -> Wanted:
        """Field and value, judged together."""
        values, findings = self.arguments.judge(call)
        where: Predicate = TRUE
        if "field" in call.params and "value" in call.params:
            where, wrong = parse_find_by_field(
                self.entity, values["field"], values["value"], self.readable(call)
            )
            findings = wrong + findings
        refuse(findings)
        order = (Order(self.entity.primary.name),)
        return Wanted(where, order, values["select"], values["include"])

"""findFirst and findByField: the first row of a list, or null (GEN-FIND)."""

from typing import Any

import msgspec

from dbal_reference.operations.call import Call
from dbal_reference.operations.findings import refuse
from dbal_reference.operations.procedure import EntityProcedure
from dbal_reference.query.by_field import parse_find_by_field
from dbal_reference.query.logic import all_of
from dbal_reference.query.predicate import TRUE, Order, Predicate, Select


class Wanted(msgspec.Struct, frozen=True):
    """The first row of this order that satisfies the condition."""

    where: Predicate
    order: tuple[Order, ...]
    select: frozenset[str] | None


class FindFirst(EntityProcedure):
    """The first visible row, by key when no sort is given."""

    def judge(self, call: Call) -> Wanted:
        """Filter and order."""
        values, findings = self.arguments.judge(call)
        refuse(findings)
        where: Predicate | None = values["filter"]
        order = values["sort"] or (Order(self.entity.primary.name),)
        return Wanted(TRUE if where is None else where, order, values["select"])

    def perform(self, call: Call, intent: Wanted) -> Any:  # noqa: ANN401 -- any JSON
        """Find it; null if there is none."""
        visible = self.engine.visible(call.actor, self.entity.name)
        alive = self.engine.alive(self.entity, call.now_ms)
        where = all_of((intent.where, visible, alive))
        found = call.unit.select(Select(self.entity.name, where, intent.order, limit=1))
        if not found:
            return None
        call.subject = found[0][self.entity.primary.name]
        return self.show(call, found[0], intent.select)


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
        return Wanted(where, (Order(self.entity.primary.name),), values["select"])

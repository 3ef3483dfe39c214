"""list, count and what pages like them (GEN-COUNT, QRY-PAGE)."""

from typing import Any

import msgspec

from dbal_reference.operations.call import Call
from dbal_reference.operations.findings import refuse
from dbal_reference.operations.procedure import EntityProcedure, Include
from dbal_reference.query.predicate import TRUE, Order, Predicate, Select
from dbal_reference.query.visibility import bind_order
from dbal_reference.validation import Finding

_FARTHEST = 2**62  # rows to skip; no table has so many, and every database can count them


class Paging(msgspec.Struct, frozen=True):
    """Which rows of which order a page shows."""

    where: Predicate  # the caller's own, without what rules and tenants add
    order: tuple[Order, ...]
    limit: int
    page: int | None  # None: by cursor
    after: tuple[Any, ...] | None
    select: frozenset[str] | None
    include: Include = None


class List(EntityProcedure):
    """A page of visible rows; by number or behind a cursor."""

    def judge(self, call: Call) -> Paging:
        """Filter, order and place."""
        values, findings = self.arguments.judge(call)
        where = self.condition(values)
        order = values["sort"] or (Order(self.entity.primary.name),)
        after = None
        if values["cursor"] is not None and not findings:
            after, findings = self._open(call, values, where, order)
        elif values["cursor"] is not None and "page" in call.params:
            findings.append(Finding("cursor", "cursor", "page and cursor exclude each other"))
        refuse(findings)
        page = None if after is not None else values["page"] or 1
        limit = values["limit"] or self.entity.default_limit
        return Paging(where, order, limit, page, after, values.get("select"), values.get("include"))

    def condition(self, values: dict[str, Any]) -> Predicate:
        """What the arguments ask of a row."""
        where: Predicate | None = values["filter"]
        return TRUE if where is None else where

    def perform(self, call: Call, intent: Paging) -> dict[str, Any]:
        """Look at the rows, and one beyond them (QRY-PAGE-001, -005 to -008)."""
        where, order = self.seen(call, intent.where), bind_order(intent.order, self.see(call))
        skipped = min(((intent.page or 1) - 1) * intent.limit, _FARTHEST)
        query = Select(self.entity.name, where, order, intent.limit + 1, skipped, intent.after)
        if skipped or intent.include:
            call.hold()
        rows, total = self._look(call, query, paged=intent.page is not None)
        more = len(rows) > intent.limit
        rows = rows[: intent.limit]
        return {
            "data": self.show_all(call, rows, intent.select, intent.include),
            "total": total,
            "page": intent.page,
            "limit": intent.limit,
            "hasMore": more,
            "nextCursor": self._seal(call, intent, rows[-1]) if more else None,
        }

    def _look(
        self, call: Call, query: Select, *, paged: bool
    ) -> tuple[list[dict[str, Any]], int | None]:
        """The rows, and with pages how many there are in all."""
        with call.glance() as unit:
            if not paged:
                return unit.select(query), None
            rows, total = unit.page(query)
            return rows, unit.count(query.entity, query.where) if total is None else total

    def _open(
        self, call: Call, values: dict[str, Any], where: Predicate, order: tuple[Order, ...]
    ) -> tuple[tuple[Any, ...] | None, list[Finding]]:
        if "page" in call.params:
            return None, [Finding("cursor", "cursor", "page and cursor exclude each other")]
        after = self.engine.cursors.open(call.method, where, order, values["cursor"])
        if after is None:
            words = "is no cursor of this method with this filter and sort"
            return None, [Finding("cursor", "cursor", words)]
        return after, []

    def _seal(self, call: Call, intent: Paging, last: dict[str, Any]) -> str | None:
        values = [last[entry.field] for entry in intent.order]
        return self.engine.cursors.seal(call.method, intent.where, intent.order, values)


class Count(EntityProcedure):
    """How many rows the equal list has (GEN-COUNT-001)."""

    def judge(self, call: Call) -> Predicate:
        """The filter."""
        values, findings = self.arguments.judge(call)
        refuse(findings)
        where: Predicate | None = values["filter"]
        return TRUE if where is None else where

    def perform(self, call: Call, intent: Predicate) -> int:
        """Count the visible ones."""
        with call.glance() as unit:
            return unit.count(self.entity.name, self.seen(call, intent))

"""PageConfig: found by path, listed by level (PAG-PATH, PAG-LEVEL)."""

from typing import Any

from dbal_reference.errors import NotFoundError
from dbal_reference.operations.call import Call
from dbal_reference.operations.crud import RowProcedure
from dbal_reference.operations.findings import refuse
from dbal_reference.operations.listing import List
from dbal_reference.query.logic import all_of
from dbal_reference.query.predicate import Compare, Predicate

PATH = "path"
LEVEL = "level"


class GetByPath(RowProcedure):
    """The page of the tenant acted in at exactly this path (PAG-PATH-001, -002)."""

    def judge(self, call: Call) -> dict[str, Any]:
        """Path and selection."""
        values, findings = self.arguments.judge(call)
        refuse(findings)
        return values

    def perform(self, call: Call, intent: dict[str, Any]) -> Any:  # noqa: ANN401 -- any JSON
        """Find it; what the filter for read hides counts as missing (ORD-CHK-005)."""
        path = Compare(PATH, "eq", intent[PATH])
        where = all_of((path, self.rows.in_tenant_acted_in(call)))
        row = self.rows.first(call, where, "read")
        if row is None:
            raise NotFoundError("there is no such page")
        call.subject = row[self.entity.primary.name]
        return self.show(call, row, intent["select"], intent["include"])


class ListByLevel(List):
    """list, of one level (PAG-LEVEL-001)."""

    def condition(self, values: dict[str, Any]) -> Predicate:
        """Exactly this level, not those below."""
        return Compare(LEVEL, "eq", values[LEVEL])

"""search: rows in which every word of a query occurs (QRY-FTS)."""

from typing import Any

from dbal_reference.operations.call import Call
from dbal_reference.operations.findings import refuse
from dbal_reference.operations.listing import List, Paging
from dbal_reference.query.logic import all_of
from dbal_reference.query.predicate import Order
from dbal_reference.query.words import found_by, parse_query, parse_search_fields


class Search(List):
    """A page of them, by number alone; by key when no sort is given (QRY-FTS-004, -005)."""

    def judge(self, call: Call) -> Paging:
        """Words, fields, filter and place."""
        values, findings = self.arguments.judge(call)
        words: tuple[str, ...] = ()
        if values["query"] is not None:
            words, wrong = parse_query(values["query"])
            findings = wrong + findings
        fields, wrong = parse_search_fields(self.entity, values["fields"], self.readable(call))
        refuse(findings + wrong)
        return Paging(
            all_of((self.condition(values), found_by(words, fields))),
            values["sort"] or (Order(self.entity.primary.name),),
            values["limit"] or self.entity.default_limit,
            values["page"] or 1,
            None,
            values["select"],
        )

    def _seal(self, call: Call, intent: Paging, last: dict[str, Any]) -> None:
        """There are no cursors (QRY-PAGE-007)."""

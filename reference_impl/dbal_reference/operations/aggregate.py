"""aggregate: what is counted of groups of rows (QRY-AGG)."""

import math
from typing import Any

import msgspec

from dbal_reference.errors import ValidationFailedError
from dbal_reference.operations.call import Call
from dbal_reference.operations.findings import refuse
from dbal_reference.operations.procedure import EntityProcedure
from dbal_reference.query.groups import Aggregate, Group, Metric
from dbal_reference.query.metrics import parse_group_by, parse_metrics
from dbal_reference.query.predicate import TRUE, Predicate
from dbal_reference.values import encode_value

_LONGEST = 2**63  # a bigint is below it


class Asked(msgspec.Struct, frozen=True):
    """Metrics by the names that the caller gave them, over groups."""

    where: Predicate
    metrics: dict[str, Metric]
    by: tuple[str, ...]
    limit: int


class Aggregated(EntityProcedure):
    """Groups of visible rows, as far as `limit` goes."""

    def judge(self, call: Call) -> Asked:
        """Metrics, filter and groups."""
        values, findings = self.arguments.judge(call)
        readable = self.readable(call)
        metrics: dict[str, Metric] = {}
        if values["metrics"] is not None:
            metrics, wrong = parse_metrics(self.entity, values["metrics"], readable)
            findings = wrong + findings
        by, wrong = parse_group_by(self.entity, values["groupBy"], readable)
        refuse(findings + wrong)
        where: Predicate | None = values["filter"]
        return Asked(TRUE if where is None else where, metrics, by, values["limit"])

    def perform(self, call: Call, intent: Asked) -> dict[str, Any]:
        """Compute each metric once, by whatever names it is asked for."""
        distinct = tuple(dict.fromkeys(intent.metrics.values()))
        limit = intent.limit + 1 if intent.by else None
        query = Aggregate(
            self.entity.name, self.seen(call, intent.where), distinct, intent.by, limit
        )
        with call.glance() as unit:
            groups = unit.aggregate(query)
        shown = groups[: intent.limit]
        places = {name: distinct.index(metric) for name, metric in intent.metrics.items()}
        _check_range(shown, intent.metrics, places)
        return {
            "groups": [_shown(group, intent.by, places) for group in shown],
            "hasMore": len(groups) > len(shown),
        }


def _shown(group: Group, by: tuple[str, ...], places: dict[str, int]) -> dict[str, Any]:
    return {
        "key": {name: encode_value(value) for name, value in zip(by, group.key, strict=True)},
        "values": {name: encode_value(group.values[place]) for name, place in places.items()},
    }


def _check_range(groups: list[Group], metrics: dict[str, Metric], places: dict[str, int]) -> None:
    """A sum beyond its type is no value at all (QRY-AGG-004).

    Raises:
        ValidationFailedError: `max` on the metric's field.
    """
    beyond = [
        name
        for name, metric in metrics.items()
        if metric.fn == "sum" and any(_is_beyond(group.values[places[name]]) for group in groups)
    ]
    if beyond:
        raise ValidationFailedError(
            "a sum is beyond its type",
            fields=[
                {"field": f"metrics.{name}.field", "code": "max", "message": "the sum is too large"}
                for name in beyond
            ],
        )


def _is_beyond(total: float | None) -> bool:
    if isinstance(total, float):
        return math.isinf(total)
    return total is not None and not -_LONGEST <= total < _LONGEST

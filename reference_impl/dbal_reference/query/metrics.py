"""`metrics` and `groupBy`: JSON in, an aggregate out, or everything that is wrong (QRY-AGG)."""

from collections.abc import Set as AbstractSet
from typing import Any, TypeAlias, get_args

from dbal_reference.model import Entity
from dbal_reference.query.findings import unknown_field
from dbal_reference.query.groups import Function, Metric
from dbal_reference.query.names import parse_names
from dbal_reference.validation.finding import Finding
from dbal_reference.values.strings import charset_holds

Json: TypeAlias = Any

FUNCTIONS: dict[str, Function] = {name: name for name in get_args(Function)}
_NUMBERS = frozenset({"integer", "bigint", "double"})
_ORDERED = _NUMBERS | {"string", "text", "email", "datetime"}
_TAKES: dict[Function, frozenset[str]] = {
    "sum": _NUMBERS,
    "avg": _NUMBERS,
    "min": _ORDERED,
    "max": _ORDERED,
}
_MEMBERS = frozenset({"fn", "field"})


def parse_metrics(
    entity: Entity, raw: dict[str, Json], readable: AbstractSet[str], *, path: str = "metrics"
) -> tuple[dict[str, Metric], list[Finding]]:
    """The metrics by the names that the caller gave them; without findings only."""
    if not raw:
        return {}, [Finding(path, "empty", "metrics names no metric")]
    metrics: dict[str, Metric] = {}
    findings: list[Finding] = []
    for name, given in raw.items():
        here = f"{path}.{name}"
        if not charset_holds(name):
            findings.append(Finding(path, "charset", "a name holds U+0000 or a lone surrogate"))
        elif not isinstance(given, dict):
            findings.append(Finding(here, "type", "a metric is {fn, field}"))
        else:
            metric, wrong = _metric(entity, given, readable, here)
            findings += wrong
            if metric is not None:
                metrics[name] = metric
    return metrics, findings


def _metric(
    entity: Entity, given: dict[str, Json], readable: AbstractSet[str], path: str
) -> tuple[Metric | None, list[Finding]]:
    findings = [
        Finding(f"{path}.{name}", "unknown_field", "a metric has fn and field only")
        for name in given
        if name not in _MEMBERS
    ]
    fn, wrong = _function(given, f"{path}.fn")
    if fn is None:
        return None, wrong + findings
    wrong = _field(entity, fn, given, readable, f"{path}.field")
    return Metric(fn, None if fn == "count" else str(given.get("field"))), wrong + findings


def _function(given: dict[str, Json], path: str) -> tuple[Function | None, list[Finding]]:
    match given.get("fn"):
        case str() as name if name in FUNCTIONS:
            return FUNCTIONS[name], []
        case str():
            return None, [Finding(path, "enum", f"fn is one of {', '.join(FUNCTIONS)}")]
        case None if "fn" not in given:
            return None, [Finding(path, "required", "a metric names its function")]
        case None:
            return None, [Finding(path, "null", "fn is text")]
        case _:
            return None, [Finding(path, "type", "fn is text")]


def _field(
    entity: Entity, fn: Function, given: dict[str, Json], readable: AbstractSet[str], path: str
) -> list[Finding]:
    if fn == "count":
        words = "count counts rows, and takes no field"
        return [Finding(path, "unknown_field", words)] if "field" in given else []
    name = given.get("field")
    if not isinstance(name, str):
        missing = "null" if "field" in given else "required"
        return [Finding(path, missing if name is None else "type", f"{fn} needs a field")]
    if name not in readable:
        return [unknown_field(path)]
    field = entity.fields[name]
    if field.holds_json or field.type not in _TAKES[fn]:
        return [Finding(path, "type", f"{fn} takes no field of this type")]
    return []


def parse_group_by(
    entity: Entity, raw: Json, readable: AbstractSet[str], *, path: str = "groupBy"
) -> tuple[tuple[str, ...], list[Finding]]:
    """The fields to group by, in the order of the request; None is no grouping."""
    if raw is None:
        return (), []
    return parse_names(
        raw,
        readable,
        path=path,
        left_out="for one group",
        objection=lambda name: "JSON is not compared" if entity.fields[name].holds_json else None,
    )

"""`sort`: an order of rows, made total by the key (QRY-SORT)."""

from collections.abc import Set as AbstractSet
from typing import Any, TypeAlias

from dbal_reference.model import Entity, Schema
from dbal_reference.query.findings import unknown_field
from dbal_reference.query.predicate import Link, Order
from dbal_reference.query.relations import Reach
from dbal_reference.validation.finding import Finding

Json: TypeAlias = Any

_DIRECTIONS = {"asc": False, "desc": True}
_LONG_FORM = frozenset({"field", "direction"})


def parse_sort(  # noqa: PLR0913 -- two of them optional and by name
    schema: Schema,
    entity: Entity,
    raw: Json,
    readable: AbstractSet[str],
    *,
    path: str = "sort",
    reach: Reach | None = None,
) -> tuple[tuple[Order, ...], list[Finding]]:
    """The order of rows, ending with the key; `raw` is None where no sort is given.

    `{field: direction}` is short for `{field, direction}`, as the whole sort and as an entry of a
    list: QRY-SORT-001 can be read both ways, and neither makes the other ambiguous.

    What follows the key in the request is judged, and then dropped: no two rows are equal in it.
    `reach` says where `relation.field` leads; without it, such a name is unknown.
    """
    columns = _Columns(entity, readable, reach)
    entries, findings = _entries(raw, path, schema.limits["sort_entries"])
    order: list[Order] = []
    for place, entry in enumerate(entries):
        parsed, found = _entry(columns, entry, f"{path}[{place}]")
        if parsed is not None and any(parsed.field == before.field for before in order):
            found.append(Finding(f"{path}[{place}].field", "unique", "the field is named twice"))
        elif parsed is not None:
            order.append(parsed)
        findings += found
    return _complete(order, entity.primary.name), findings


def _entries(raw: Json, path: str, most: int) -> tuple[list[Json], list[Finding]]:
    """The entries; none where the whole is malformed."""
    match raw:
        case None:
            return [], []
        case list() if len(raw) <= most:
            return raw, []
        case dict() if len(raw) == 1:
            return [_spelled_out(raw)], []
        case _:
            return [], [Finding(path, *_malformed(raw, most))]


def _spelled_out(short: dict[str, Json]) -> dict[str, Json]:
    ((field, direction),) = short.items()
    return {"field": field, "direction": direction}


def _malformed(raw: Json, most: int) -> tuple[str, str]:
    match raw:
        case list():
            return "limit", f"a sort has at most {most} entries"
        case dict() if raw:
            return "limit", "an object has no order: sort by several fields in a list"
        case dict():
            return "empty", "the sort names no field"
        case _:
            return "type", "a sort is a list of {field, direction}"


class _Columns:
    """What the actor can sort one entity by."""

    def __init__(self, entity: Entity, readable: AbstractSet[str], reach: Reach | None) -> None:
        self._entity = entity
        self._readable = readable
        self._reach = reach

    def find(self, name: str, path: str) -> tuple[tuple[Link, ...], list[Finding]]:
        """The links to the field, and what is wrong with it."""
        via: tuple[Link, ...] = ()
        field = self._entity.fields.get(name)
        if field is None and "." in name and self._reach is not None:
            column = self._reach.column(self._entity, name)
            if column == "limit":
                words = f"relations nest {self._reach.deepest} deep at most"
                return (), [Finding(path, "limit", words)]
            if isinstance(column, str):
                return (), [unknown_field(path)]
            field, via = column.field, column.via
        elif field is None or name not in self._readable:
            return (), [unknown_field(path)]
        return via, [Finding(path, "type", "JSON has no order")] if field.holds_json else []


def _entry(columns: _Columns, entry: Json, path: str) -> tuple[Order | None, list[Finding]]:
    if not isinstance(entry, dict):
        return None, [Finding(path, "type", "an entry is {field, direction}")]
    if len(entry) > 1 and not _LONG_FORM & entry.keys():
        return None, [Finding(path, "limit", "an object has no order: one field an entry")]
    if len(entry) == 1 and not _LONG_FORM & entry.keys():
        entry = _spelled_out(entry)
    via, findings = _judge_field(columns, entry, f"{path}.field")
    named = not findings
    findings += _judge_direction(entry, f"{path}.direction")
    findings += [
        Finding(f"{path}.{key}", "unknown_field", "an entry has field and direction only")
        for key in entry
        if key not in _LONG_FORM
    ]
    if not named:
        return None, findings
    descending = _DIRECTIONS.get(str(entry.get("direction", "asc")), False)
    return Order(entry["field"], descending, via), findings


def _judge_field(
    columns: _Columns, entry: dict[str, Any], path: str
) -> tuple[tuple[Link, ...], list[Finding]]:
    match entry.get("field"):
        case str() as name:
            return columns.find(name, path)
        case None if "field" not in entry:
            return (), [Finding(path, "required", "an entry names its field")]
        case None:
            return (), [Finding(path, "null", "a field name is text")]
        case _:
            return (), [Finding(path, "type", "a field name is text")]


def _judge_direction(entry: dict[str, Any], path: str) -> list[Finding]:
    match entry.get("direction", "asc"):
        case str() as direction if direction in _DIRECTIONS:
            return []
        case str():
            return [Finding(path, "enum", "a direction is asc or desc")]
        case None:
            return [Finding(path, "null", "a direction is asc or desc")]
        case _:
            return [Finding(path, "type", "a direction is asc or desc")]


def _complete(order: list[Order], key: str) -> tuple[Order, ...]:
    for place, entry in enumerate(order):
        if entry.field == key:
            return tuple(order[: place + 1])
    return (*order, Order(key))

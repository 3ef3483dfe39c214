"""`filter`: JSON in, predicate out, or everything that is wrong with it at once (QRY-FLT)."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any, TypeAlias

from dbal_reference.model import Entity, Field, Schema
from dbal_reference.query.findings import unknown_field
from dbal_reference.query.logic import all_of, any_of, negate, through
from dbal_reference.query.member import is_tagged, parse_equality, parse_operation
from dbal_reference.query.place import PATH, parse_place
from dbal_reference.query.predicate import TRUE, Predicate
from dbal_reference.query.relations import Reach
from dbal_reference.validation.finding import Finding

_JOINED = ("and", "or")
_LOGIC = (*_JOINED, "not")
Json: TypeAlias = Any
Parsed: TypeAlias = tuple[Predicate, list[Finding]]


def parse_filter(  # noqa: PLR0913 -- two of them optional and by name
    schema: Schema,
    entity: Entity,
    raw: Json,
    readable: AbstractSet[str],
    *,
    path: str = "filter",
    empty_allowed: bool = True,
    reach: Reach | None = None,
) -> Parsed:
    """What a row must satisfy, over the fields that are readable.

    Findings come in the order of the request, each at its path (`filter.age.gt`,
    `filter.and[0].a.in[1]`); what is wrong with the filter as a whole (type, depth, number of
    members, emptiness) is at `path` itself, and a filter beyond the limits is not judged further.
    With findings the predicate means nothing. `empty_allowed` is False for updateMany and
    deleteMany, where a filter that names no field is `empty` (GEN-BULK-006): `{and: [{}]}` would
    touch every row just as `{}` would. `reach` says where `relation.field` leads; without it, such
    a name is unknown. Which related rows count is to be said with `visibility.bind`.
    """
    if not isinstance(raw, dict):
        return TRUE, [Finding(path, "type", "a filter is an object")]
    limits = schema.limits
    if (excess := _excess(raw, limits["filter_depth"], limits["filter_members"])) is not None:
        return TRUE, [Finding(path, "limit", excess)]
    if not empty_allowed and not _names_field(raw, limits["filter_depth"]):
        return TRUE, [Finding(path, "empty", "a filter here names at least one field")]
    parser = _Parser(schema, entity, readable, reach)
    return parser.parse(raw, path), parser.findings


class _Parser:
    """One filter and all it holds; findings are gathered on the way."""

    def __init__(
        self, schema: Schema, entity: Entity, readable: AbstractSet[str], reach: Reach | None
    ) -> None:
        self._schema = schema
        self._entity = entity
        self._readable = readable
        self._reach = reach
        self.findings: list[Finding] = []

    def parse(self, raw: dict[str, Any], path: str) -> Predicate:
        return all_of([self._member(key, value, f"{path}.{key}") for key, value in raw.items()])

    def _member(self, key: str, value: Json, path: str) -> Predicate:
        if key in _JOINED:
            parts = self._joined(value, path)
            return all_of(parts) if key == "and" else any_of(parts)
        if key == "not":
            return self._negation(value, path)
        if key in self._readable:
            return self._field(self._entity.fields[key], value, path)
        if "." in key and self._reach is not None:
            return self._related(self._reach, key, value, path)
        self.findings.append(unknown_field(path))
        return TRUE

    def _related(self, reach: Reach, name: str, value: Json, path: str) -> Predicate:
        """A condition on a row at the end of a relation path (QRY-JOIN-001)."""
        column = reach.column(self._entity, name)
        if isinstance(column, str):
            if column == "limit":
                self._find(path, column, f"relations nest {reach.deepest} deep at most")
            else:
                self.findings.append(unknown_field(path))
            return TRUE
        return through(column.via, self._field(column.field, value, path))

    def _joined(self, value: Json, path: str) -> list[Predicate]:
        if not isinstance(value, list):
            self._find(path, "type", "a list of filters is wanted")
            return []
        if not value:
            self._find(path, "empty", "the list holds no filter")
            return []
        return [self._nested(inner, f"{path}[{place}]") for place, inner in enumerate(value)]

    def _nested(self, value: Json, path: str) -> Predicate:
        if isinstance(value, dict):
            return self.parse(value, path)
        self._find(path, "type", "a filter is an object")
        return TRUE

    def _negation(self, value: Json, path: str) -> Predicate:
        if value == {}:
            self._find(path, "empty", "the filter names no field")
            return TRUE
        return negate(self._nested(value, path))

    def _field(self, field: Field, value: Json, path: str) -> Predicate:
        if not isinstance(value, dict) or is_tagged(value):
            predicate, findings = parse_equality(field, value, path)
        elif not value:
            predicate, findings = TRUE, [Finding(path, "empty", "the field has no operator")]
        elif field.holds_json and PATH in value:
            predicate, findings = parse_place(self._schema, field, value, path)
        else:
            parsed = [
                parse_operation(self._schema, field, operator, operand, f"{path}.{operator}")
                for operator, operand in value.items()
            ]
            predicate = all_of(part for part, _ in parsed)
            findings = [finding for _, found in parsed for finding in found]
        self.findings += findings
        return predicate

    def _find(self, path: str, code: str, message: str) -> None:
        self.findings.append(Finding(path, code, message))


def _filters(raw: dict[str, Any], deepest: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every filter in it with its depth, the root's being 1, down to `deepest`."""
    waiting = [(1, raw)]
    while waiting:
        depth, current = waiting.pop()
        yield depth, current
        if depth < deepest:
            waiting += [(depth + 1, inner) for inner in _inner(current)]


def _inner(current: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for key in _LOGIC:
        value = current.get(key)
        for inner in value if key in _JOINED and isinstance(value, list) else [value]:
            if isinstance(inner, dict) and (key == "not" or isinstance(value, list)):
                yield inner


def _excess(raw: dict[str, Any], most_deep: int, most_members: int) -> str | None:
    """What is beyond QRY-FLT-016; reads no more of the filter than it takes to know."""
    members = 0
    for depth, current in _filters(raw, most_deep + 1):
        members += len(current)
        if depth > most_deep:
            return f"filters are nested deeper than {most_deep}"
        if members > most_members:
            return f"the filter has more than {most_members} members in all"
    return None


def _names_field(raw: dict[str, Any], deepest: int) -> bool:
    return any(key not in _LOGIC for _, current in _filters(raw, deepest) for key in current)

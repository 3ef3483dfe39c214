"""A member of a filter that looks inside JSON: `{path: [...], op: operand}` (QRY-JSON)."""

from collections.abc import Iterable
from typing import Any, TypeAlias

from dbal_reference.model import Field, Schema
from dbal_reference.query.json_place import cut
from dbal_reference.query.logic import all_of, any_of, negate
from dbal_reference.query.predicate import FALSE, TRUE, Inside, Kind, Path, PlaceOperator, Predicate
from dbal_reference.validation.finding import Finding
from dbal_reference.values import MAX_SAFE
from dbal_reference.values.strings import charset_holds

Json: TypeAlias = Any
Parsed: TypeAlias = tuple[Predicate, list[Finding]]

PATH = "path"

_ORDERING = frozenset({"gt", "gte", "lt", "lte"})
_OF_TEXT = frozenset({"contains", "startsWith", "endsWith"})
_FARTHEST = 2**31 - 1  # place in a list; none is so long, and every database can count so far


def parse_place(schema: Schema, field: Field, raw: dict[str, Json], here: str) -> Parsed:
    """All operators hold of what stands at the path; `here` is the path of the member."""
    place, findings = _parse_path(raw[PATH], f"{here}.{PATH}")
    if len(raw) == 1:
        findings.append(Finding(here, "empty", "the field has no operator"))
    base = Inside(
        field.name,
        cut(place, schema.limits["json_depth"]),
        "isNull",
        text=field.type != "json",
    )
    reader = _Reader(schema, base)
    parts = [
        reader.read(name, operand, f"{here}.{name}")
        for name, operand in raw.items()
        if name != PATH
    ]
    return all_of(parts), findings + reader.findings


def _parse_path(raw: Json, path: str) -> tuple[Path, list[Finding]]:
    if not isinstance(raw, list):
        return (), [Finding(path, "type", "a path is a list of names and places")]
    if not raw:
        return (), [Finding(path, "empty", "the path has no part")]
    parts: list[str | int] = []
    findings: list[Finding] = []
    for number, part in enumerate(raw):
        code = _part_code(part)
        if code is not None:
            words = "a part is the name of a member, or a place in a list, counted from 0"
            findings.append(Finding(f"{path}[{number}]", code, words))
        else:
            parts.append(part if isinstance(part, str) else min(int(part), _FARTHEST))
    return tuple(parts), findings


def _part_code(part: Json) -> str | None:
    """What is wrong with one part of a path."""
    if isinstance(part, str):
        return None if charset_holds(part) else "charset"
    if isinstance(part, bool) or not isinstance(part, (int, float)):
        return "type"
    if isinstance(part, float) and not part.is_integer():
        return "type"
    return "min" if part < 0 else None


def operand_kind(operand: Json) -> tuple[Kind | None, str | None]:
    """The kind of an operand that is not null, or the code of what is wrong with it.

    A list, an object (a tagged bigint too), and a number that json fields could not hold as it is
    written are `type`.
    """
    if isinstance(operand, bool):
        return "boolean", None
    if isinstance(operand, str):
        return ("string", None) if charset_holds(operand) else (None, "charset")
    if isinstance(operand, (int, float)) and abs(operand) <= MAX_SAFE:  # which NaN is not
        return "number", None
    return None, "type"


class _Reader:
    """Operators of one member; findings are gathered on the way."""

    def __init__(self, schema: Schema, base: Inside) -> None:
        self._operators = schema.operators["json_path"]
        self._most = schema.limits["list_operands"]
        self._base = base
        self.findings: list[Finding] = []

    def read(self, name: str, operand: Json, path: str) -> Predicate:
        if name not in self._operators:
            return self._wrong(path, "unknown_operator", "places inside JSON have no such operator")
        match name:
            case "isNull":
                return self._null(operand, path)
            case "in":
                return self._among(operand, path)
            case "nin":
                return negate(self._among(operand, path))
            case "ne":
                return negate(self._relation("eq", operand, path))
            case _:
                return self._relation(name, operand, path)

    def _null(self, operand: Json, path: str) -> Predicate:
        if not isinstance(operand, bool):
            code = "null" if operand is None else "type"
            return self._wrong(path, code, "isNull is true or false")
        return self._base if operand else negate(self._base)

    def _relation(self, name: str, operand: Json, path: str) -> Predicate:
        if operand is None:
            if name == "eq":
                return self._base
            return self._wrong(path, "null", "only eq, ne, in and nin compare with null")
        kind, code = operand_kind(operand)
        if kind is None or (name in _OF_TEXT and kind != "string"):
            words = "text is wanted" if name in _OF_TEXT else "a scalar of JSON is wanted"
            return self._wrong(path, code or "type", words)
        if name in _ORDERING and kind == "boolean":
            return FALSE
        return self._inside(name, kind, _as_held(kind, operand))

    def _among(self, operands: Json, path: str) -> Predicate:
        if not isinstance(operands, list):
            missing = "null" if operands is None else "type"
            return self._wrong(path, missing, "a list is wanted")
        if len(operands) > self._most:
            return self._wrong(path, "limit", f"a list has at most {self._most} operands")
        by_kind: dict[Kind, dict[Any, None]] = {}
        for number, operand in enumerate(operands):
            if operand is None:
                continue
            kind, code = operand_kind(operand)
            if kind is None:
                words = "a scalar of JSON is wanted"
                self._wrong(f"{path}[{number}]", code or "type", words)
            else:
                by_kind.setdefault(kind, {})[_as_held(kind, operand)] = None
        found = [self._inside("in", kind, tuple(members)) for kind, members in by_kind.items()]
        return any_of([*found, self._base] if None in operands else found)

    def _inside(self, op: str, kind: Kind, operand: Any) -> Predicate:  # noqa: ANN401 -- of the kind
        base = self._base
        return Inside(base.field, base.path, _OPS[op], operand, kind, base.text)

    def _wrong(self, path: str, code: str, words: str) -> Predicate:
        self.findings.append(Finding(path, code, words))
        return TRUE


def _as_held(kind: Kind, operand: Any) -> Any:  # noqa: ANN401 -- of the kind
    return float(operand) if kind == "number" else operand


def _operators(names: Iterable[PlaceOperator]) -> dict[str, PlaceOperator]:
    return {name: name for name in names}


_OPS = _operators(
    ("eq", "gt", "gte", "lt", "lte", "contains", "startsWith", "endsWith", "in", "isNull")
)

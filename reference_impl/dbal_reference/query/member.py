"""One member of a filter: a field, an operator and its operand (QRY-FLT-002, 004-010)."""

from collections.abc import Callable
from typing import Any, TypeAlias

from dbal_reference.model import Field, Schema
from dbal_reference.query.logic import any_of, negate
from dbal_reference.query.operand import IMPOSSIBLE, complaint, judge
from dbal_reference.query.predicate import FALSE, TRUE, Compare, In, IsNull, Operator, Predicate
from dbal_reference.validation.finding import Finding

Json: TypeAlias = Any
Parsed: TypeAlias = tuple[Predicate, list[Finding]]


def is_tagged(value: Json) -> bool:
    """Whether it is a tagged bigint, well formed or not: a scalar, though written as an object."""
    return isinstance(value, dict) and "$bigint" in value


def parse_equality(field: Field, operand: Json, path: str) -> Parsed:
    """The field equals the operand, or is null if that is null; JSON fields have null only."""
    if operand is None:
        return IsNull(field.name), []
    if field.holds_json:
        return _wrong(path, "type", "JSON compares with null only")
    value, code = judge(field, operand)
    if code is not None:
        return _wrong(path, code, complaint(field, code))
    return FALSE if value is IMPOSSIBLE else Compare(field.name, "eq", value), []


def parse_operation(schema: Schema, field: Field, name: str, operand: Json, path: str) -> Parsed:
    """One operator with its operand; `path` is that of the operator."""
    kind = "json" if field.holds_json else field.type
    if name not in schema.operators[kind]:
        return _wrong(path, "unknown_operator", f"{kind} fields have no operator of this name")
    return _OPERATORS[name](schema, field, operand, path)


def _equal(_: Schema, field: Field, operand: Json, path: str) -> Parsed:
    return parse_equality(field, operand, path)


def _unequal(_: Schema, field: Field, operand: Json, path: str) -> Parsed:
    predicate, findings = parse_equality(field, operand, path)
    return negate(predicate), findings


def _relation(operator: Operator) -> "_Parse":
    def parse(_: Schema, field: Field, operand: Json, path: str) -> Parsed:
        if operand is None:
            return _wrong(path, "null", "only eq, ne, in and nin compare with null")
        value, code = judge(field, operand)
        if code is not None:
            return _wrong(path, code, complaint(field, code))
        return Compare(field.name, operator, value), []

    return parse


def _among(schema: Schema, field: Field, operands: Json, path: str) -> Parsed:
    most = schema.limits["list_operands"]
    if operands is None:
        return _wrong(path, "null", "a list is wanted")
    if not isinstance(operands, list):
        return _wrong(path, "type", "a list is wanted")
    if len(operands) > most:
        return _wrong(path, "limit", f"a list has at most {most} operands")
    findings: list[Finding] = []
    values: dict[Any, None] = {}  # a set that keeps its order
    for place, operand in enumerate(operands):
        if operand is None:
            continue
        value, code = judge(field, operand)
        if code is not None:
            findings.append(Finding(f"{path}[{place}]", code, complaint(field, code)))
        elif value is not IMPOSSIBLE:
            values[value] = None
    named: Predicate = In(field.name, tuple(values)) if values else FALSE
    return any_of((named, IsNull(field.name))) if None in operands else named, findings


def _not_among(schema: Schema, field: Field, operands: Json, path: str) -> Parsed:
    predicate, findings = _among(schema, field, operands, path)
    return negate(predicate), findings


def _null(_: Schema, field: Field, operand: Json, path: str) -> Parsed:
    if operand is None:
        return _wrong(path, "null", "isNull is true or false")
    if not isinstance(operand, bool):
        return _wrong(path, "type", "isNull is true or false")
    return IsNull(field.name) if operand else negate(IsNull(field.name)), []


def _wrong(path: str, code: str, message: str) -> Parsed:
    return TRUE, [Finding(path, code, message)]


_Parse: TypeAlias = Callable[[Schema, Field, Json, str], Parsed]
_OPERATORS: dict[str, _Parse] = {
    "eq": _equal,
    "ne": _unequal,
    "gt": _relation("gt"),
    "gte": _relation("gte"),
    "lt": _relation("lt"),
    "lte": _relation("lte"),
    "in": _among,
    "nin": _not_among,
    "contains": _relation("contains"),
    "startsWith": _relation("startsWith"),
    "endsWith": _relation("endsWith"),
    "isNull": _null,
}

"""Forms of single values, by the type that the schema gives a field (contract.md section 3)."""

import math
import re
from collections.abc import Callable
from typing import Final

from dbal_conform.core.contract import Field
from dbal_conform.core.messages import Json
from dbal_conform.core.patterns.literals import kind_of
from dbal_conform.core.results.report import Form, Report

SAFE: Final = 2**53 - 1  # beyond it a JSON number may have been rounded (TYP-NUM-003)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_DIGITS = re.compile(r"-?(?:0|[1-9][0-9]*)", re.ASCII)


def value_form(field: Field) -> Form:
    """Return the form of a field's values, null included where the field may be null."""
    form = _enum(field.values) if field.type == "enum" else FORMS[field.type]
    if field.format == "json":
        form = json_text
    nullable = field.nullable

    def check(value: Json, path: str, report: Report) -> Json:
        if value is not None:
            return form(value, path, report)
        if not nullable:
            report.differ(
                path, "TYP-NULL-003", "is null in a field that is never null", actual=None
            )
        return None

    # A json field's own null is a value of it, and cannot be told from SQL's.
    return form if field.type == "json" and nullable else check


def is_uuid4(value: Json) -> bool:
    """Whether it is a uuid as servers make them (TYP-UUID-001)."""
    return isinstance(value, str) and _UUID4.fullmatch(value) is not None


def text(value: Json, path: str, report: Report) -> Json:
    """A string."""
    if not isinstance(value, str):
        _other_type(value, "string", path, report)
    return value


def json_text(value: Json, path: str, report: Report) -> Json:
    """A string that is JSON text, not the JSON itself."""
    if not isinstance(value, str):
        why = f"is {kind_of(value)}, where the field holds JSON as text"
        report.differ(path, "TYP-JSON-003", why, actual=value)
    return value


def uuid(value: Json, path: str, report: Report) -> Json:
    """A uuid of any version, in lower case."""
    if not isinstance(value, str):
        _other_type(value, "string", path, report)
    elif _UUID.fullmatch(value) is None:
        report.differ(path, "TYP-UUID-002", "is no uuid in lower case", actual=value)
    return value


def integer(value: Json, path: str, report: Report) -> Json:
    """A whole number of 32 bits."""
    whole = _whole(value, path, report)
    if whole is not None and not -(2**31) <= whole < 2**31:
        report.differ(path, "TYP-NUM-002", "is beyond 32 bits", actual=value)
    return value if whole is None else whole


def bigint(value: Json, path: str, report: Report) -> Json:
    """A whole number of 64 bits: plain where a double holds it exactly, else tagged."""
    if isinstance(value, dict):
        return _tagged(value, path, report)
    whole = _whole(value, path, report)
    if whole is None:
        return value
    if not -SAFE <= whole <= SAFE:
        report.differ(path, "TYP-NUM-003", "is beyond 2^53-1 and not tagged", actual=value)
    return whole


def double(value: Json, path: str, report: Report) -> Json:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        _other_type(value, "number", path, report)
    elif isinstance(value, float) and not math.isfinite(value):
        report.differ(path, "TYP-NUM-007", "is not finite", actual=str(value))
    return value


def boolean(value: Json, path: str, report: Report) -> Json:
    """`true` or `false`."""
    if not isinstance(value, bool):
        _other_type(value, "boolean", path, report)
    return value


def datetime(value: Json, path: str, report: Report) -> Json:
    """RFC 3339 in UTC, with milliseconds and `Z`."""
    if not isinstance(value, str):
        _other_type(value, "string", path, report)
    elif _DATETIME.fullmatch(value) is None:
        why = "is no datetime in UTC with milliseconds and Z"
        report.differ(path, "TYP-DATE-001", why, actual=value)
    return value


def anything(value: Json, _path: str, _report: Report) -> Json:
    """Any JSON."""
    return value


def _enum(values: tuple[str, ...]) -> Form:
    known = frozenset(values)

    def check(value: Json, path: str, report: Report) -> Json:
        if not isinstance(value, str):
            _other_type(value, "string", path, report)
        elif value not in known:
            why = "is not among the values of the field"
            report.differ(path, "ENT-GEN-001", why, list(values), value)
        return value

    return check


def _whole(value: Json, path: str, report: Report) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    _other_type(value, "integer", path, report, requirement="TYP-NUM-001")
    return None


def _tagged(value: dict[str, Json], path: str, report: Report) -> Json:
    digits = value.get("$bigint")
    if len(value) != 1 or not isinstance(digits, str) or _DIGITS.fullmatch(digits) is None:
        report.differ(path, "TYP-NUM-003", "is no tagged bigint", actual=value)
        return value
    if len(digits) > len(str(-(2**63))) or not -(2**63) <= int(digits) < 2**63:
        report.differ(path, "TYP-NUM-002", "is beyond 64 bits", actual=value)
        return value
    whole = int(digits)
    if -SAFE <= whole <= SAFE:
        report.differ(path, "TYP-NUM-003", "is tagged, though within 2^53-1", actual=value)
    return whole


def _other_type(
    value: Json, wanted: str, path: str, report: Report, *, requirement: str = "TYP-NUM-006"
) -> None:
    report.differ(path, requirement, f"is {kind_of(value)}, not {wanted}", actual=value)


FORMS: Final[dict[str, Callable[[Json, str, Report], Json]]] = {
    "uuid": uuid,
    "string": text,
    "text": text,
    "email": text,
    "integer": integer,
    "bigint": bigint,
    "double": double,
    "boolean": boolean,
    "datetime": datetime,
    "json": anything,
}

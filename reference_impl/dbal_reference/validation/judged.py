"""What create and update share: a look at every member of `data`, and the order of findings."""

from collections.abc import Mapping
from typing import Any

import msgspec

from dbal_reference.model import Entity, Schema
from dbal_reference.sandbox import over_limits
from dbal_reference.validation.finding import Finding
from dbal_reference.validation.graph import judge_graph
from dbal_reference.validation.words import finding
from dbal_reference.values import check_value


class Judged(msgspec.Struct):
    """Values by field, as rows hold them, and codes by name of field, unknown ones included."""

    values: dict[str, Any]
    codes: dict[str, str]


def container(data: Any, prefix: str) -> list[Finding]:  # noqa: ANN401 -- any JSON value
    """`type` on `data` itself (or on `prefix`) if it is no object (GEN-CREATE-005)."""
    if isinstance(data, Mapping):
        return []
    return [Finding(prefix or "data", "type", "must be an object")]


def judge(
    schema: Schema,
    entity: Entity,
    data: Mapping[str, Any],
    closed: Mapping[str, str],
    *,
    tagged: bool = True,
) -> Judged:
    """Every given member against its field; `closed` has codes of fields that cannot be given.

    A code field that is too long or too deep is left to the sandbox, which need not parse it
    (SBX-LIM-002). Graph fields are judged as graphs too, together if both are given.
    """
    values: dict[str, Any] = {}
    codes: dict[str, str] = {}
    judged = Judged(values, codes)
    for name, value in data.items():
        field = entity.fields.get(name)
        if field is None:
            codes[name] = "unknown_field"
        elif name in closed:
            codes[name] = closed[name]
        elif field.scan == "code" and over_limits(schema, field, value):
            values[name] = value
        else:
            accepted, code = check_value(field, value, tagged=tagged)
            if code is not None:
                codes[name] = code
            else:
                values[name] = accepted
    if entity.graph is not None:
        sound = {
            name: value
            for name, value in judged.values.items()
            if not over_limits(schema, entity.fields[name], value)
        }
        judged.codes.update(judge_graph(entity.graph, sound))
    return judged


def findings(entity: Entity, codes: Mapping[str, str], prefix: str) -> list[Finding]:
    """In the order of the schema's fields, unknown names last as given (ERR-FORM-004)."""
    if not codes:
        return []
    known = [name for name in entity.fields if name in codes]
    unknown = [name for name in codes if name not in entity.fields]
    lead = f"{prefix}." if prefix else ""
    return [
        finding(lead + name, codes[name], entity.fields.get(name)) for name in (*known, *unknown)
    ]

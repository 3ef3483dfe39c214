"""`data` of update: what may change, and what changes by itself."""

from typing import Any

from dbal_reference.model import Entity, Field, Schema
from dbal_reference.per_object import per_object
from dbal_reference.validation.author import Author
from dbal_reference.validation.finding import Finding
from dbal_reference.validation.judged import container, findings, judge
from dbal_reference.validation.words import finding
from dbal_reference.values.datetimes import datetime_of_ms


def validate_update(  # noqa: PLR0913 -- the seam of the service: each is a thing of its own
    schema: Schema,
    entity: Entity,
    data: Any,  # noqa: ANN401 -- any JSON value
    author: Author,  # noqa: ARG001 -- nobody may set kept fields on update; the seam is create's
    *,
    prefix: str = "",
    allow_empty: bool = False,
    tagged: bool = True,
) -> tuple[dict[str, Any], list[Finding]]:
    """The given fields as rows hold them, and everything that is wrong (check 5, GEN-UPDATE).

    A graph of which only one half is given needs the stored other: `check_graph`.

    Args:
        schema: for its sandbox limits.
        entity: whose row it is.
        data: as the caller sent it.
        author: who changes it.
        prefix: where `data` stands, if not at `data`: `update` of upsert.
        allow_empty: `update` of upsert may be `{}` (GEN-UPSERT-003); elsewhere it is `empty`.
        tagged: JSON rules for bigints.
    """
    if wrong := container(data, prefix):
        return {}, wrong
    if not data and not allow_empty:
        return {}, [finding(prefix or "data", "empty")]
    judged = judge(schema, entity, data, _closed(entity), tagged=tagged)
    return judged.values, findings(entity, judged.codes, prefix)


def automatic_changes(entity: Entity, row: dict[str, Any], now_ms: int) -> dict[str, Any]:
    """What a successful update of `row` changes besides `data` (ENT-GEN-004, ENT-GEN-005).

    `auto: updated` grows strictly, even if the clock stands still.
    """
    changes: dict[str, Any] = {}
    for name, field in entity.fields.items():
        if field.auto == "increment":
            changes[name] = row[name] + 1
        elif field.auto == "updated":
            changes[name] = _later(field, row[name], now_ms)
    return changes


def _later(field: Field, before: Any, now_ms: int) -> Any:  # noqa: ANN401 -- bigint or datetime
    if field.type != "datetime":
        return now_ms if before is None else max(now_ms, before + 1)
    moment = now_ms
    while before is not None and datetime_of_ms(moment) <= before:
        moment += 1
    return datetime_of_ms(moment)


@per_object
def _closed(entity: Entity) -> dict[str, str]:
    """Why fields cannot be given in an update, by anyone (ENT-GEN-002, ENT-GEN-003)."""
    reasons = {name: _reason(field) for name, field in entity.fields.items()}
    return {name: reason for name, reason in reasons.items() if reason is not None}


def _reason(field: Field) -> str | None:
    if field.generated or field.managed or field.auto is not None:
        return "read_only"
    return "immutable" if field.immutable or field.primary else None

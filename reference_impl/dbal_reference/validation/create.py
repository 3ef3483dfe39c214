"""`data` of create: what is given, and what the schema fills in."""

import copy
from typing import Any

from dbal_reference.model import UNSET, Entity, Field, Schema
from dbal_reference.validation.author import Author
from dbal_reference.validation.finding import Finding
from dbal_reference.validation.judged import container, findings, judge
from dbal_reference.values.datetimes import datetime_of_ms


def validate_create(  # noqa: PLR0913 -- the seam of the service: each is a thing of its own
    schema: Schema,
    entity: Entity,
    data: Any,  # noqa: ANN401 -- any JSON value
    author: Author,
    *,
    prefix: str = "",
    tagged: bool = True,
) -> tuple[dict[str, Any], list[Finding]]:
    """The row to store, and everything that is wrong with it (check 5, GEN-CREATE, TYP-NULL-001).

    Args:
        schema: for its sandbox limits.
        entity: whose row it is.
        data: as the caller sent it.
        author: system may give generated, auto and managed fields (ENT-GEN-002).
        prefix: where `data` stands, if not at `data`: `items[2]`, `create`.
        tagged: JSON rules for bigints.

    Returns:
        The row has every field of the entity but two, which are there only if given: a generated
        key, and the tenant, which the service resolves. It is whole only without findings, which
        come in schema order, one a field, unknown names last.
    """
    if wrong := container(data, prefix):
        return {}, wrong
    judged = judge(schema, entity, data, lambda field: _closed(field, author), tagged=tagged)
    row: dict[str, Any] = {}
    for name, field in entity.fields.items():
        if name in judged.values:
            row[name] = judged.values[name]
        elif name not in judged.codes and not _resolved_later(entity, field):
            filled = _filled(field, author)
            if filled is UNSET:
                judged.codes[name] = "required"
            else:
                row[name] = filled
    _align(entity, row, judged.values)
    return row, findings(entity, judged.codes, prefix)


def _align(entity: Entity, row: dict[str, Any], given: dict[str, Any]) -> None:
    """`auto: updated` equals the time of creation, also if system gave that (ENT-GEN-004)."""
    created = [name for name, field in entity.fields.items() if field.auto == "created"]
    for name, field in entity.fields.items():
        if field.auto == "updated" and name not in given and created and created[0] in given:
            first = entity.fields[created[0]]
            if first.type == field.type:
                row[name] = given[created[0]]


def _closed(field: Field, author: Author) -> str | None:
    if author.is_system:
        return None
    kept = field.generated or field.managed or field.auto in ("created", "updated")
    return "read_only" if kept else None


def _resolved_later(entity: Entity, field: Field) -> bool:
    return (field.primary and field.generated) or field.name == entity.tenant_field


def _filled(field: Field, author: Author) -> Any:  # noqa: ANN401 -- any stored value
    """What an absent field becomes, or UNSET if nothing can stand for it."""
    if field.auto in ("created", "updated"):
        return _moment(field, author.now_ms)
    if field.auto == "increment" and field.default is UNSET:
        return 1
    if field.type != "json" and isinstance(field.default, dict):
        return author.actor_id if "actor" in field.default else _moment(field, author.now_ms)
    if field.default is not UNSET:
        return copy.deepcopy(field.default)
    return None if field.nullable else UNSET


def _moment(field: Field, now_ms: int) -> int | str:
    return datetime_of_ms(now_ms) if field.type == "datetime" else now_ms

"""`data` of create: what is given, and what the schema fills in."""

import copy
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from dbal_reference.model import UNSET, Entity, Field, Schema
from dbal_reference.per_object import per_object
from dbal_reference.validation.author import Author
from dbal_reference.validation.finding import Finding
from dbal_reference.validation.judged import container, findings, judge
from dbal_reference.values.datetimes import datetime_of_ms

Fill: TypeAlias = Callable[[Author], Any]


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
    plan = _plan(entity)
    closed = {} if author.is_system else plan.closed
    judged = judge(schema, entity, data, closed, tagged=tagged)
    values, codes = judged.values, judged.codes
    row: dict[str, Any] = {}
    for name, constant, fill in plan.steps:
        if name in values:
            row[name] = values[name]
        elif name in codes:
            continue
        elif constant is not UNSET:
            row[name] = constant
        elif fill is not None:
            row[name] = fill(author)
        elif name not in plan.later:
            codes[name] = "required"
    for name, first in plan.aligned:
        if first in values and name not in values:
            row[name] = values[first]
    return row, findings(entity, codes, prefix)


class _Plan(NamedTuple):
    """How rows of one entity are filled, worked out once.

    Attributes:
        steps: each field with what it becomes if it is absent: a constant, or what depends on who
            writes and when; else it is required, or resolved later.
        later: fields that the service resolves.
        closed: codes of fields that system alone may give (ENT-GEN-002).
        aligned: `auto: updated` fields, each with the one of creation, whose time it has at first,
            also if system gave that (ENT-GEN-004).
    """

    steps: tuple[tuple[str, Any, Fill | None], ...]
    later: frozenset[str]
    closed: Mapping[str, str]
    aligned: tuple[tuple[str, str], ...]


@per_object
def _plan(entity: Entity) -> _Plan:
    fields = entity.fields
    later = {entity.tenant_field} if entity.tenant_field is not None else set()
    later |= {name for name, field in fields.items() if field.primary and field.generated}
    created = [name for name, field in fields.items() if field.auto == "created"]
    return _Plan(
        steps=tuple(
            (name, *((UNSET, None) if name in later else _absent(field)))
            for name, field in fields.items()
        ),
        later=frozenset(later),
        closed={
            name: "read_only"
            for name, field in fields.items()
            if field.generated or field.managed or field.auto in ("created", "updated")
        },
        aligned=tuple(
            (name, created[0])
            for name, field in fields.items()
            if field.auto == "updated" and created and fields[created[0]].type == field.type
        ),
    )


def _absent(field: Field) -> tuple[Any, Fill | None]:
    """What an absent field becomes: a constant, or UNSET and how it is filled, if it can be."""
    default = field.default
    if field.auto in ("created", "updated"):
        return UNSET, _moment(field)
    if field.auto == "increment" and default is UNSET:
        return 1, None
    if field.type != "json" and isinstance(default, dict):
        by_actor = "actor" in default
        return UNSET, (lambda author: author.actor_id) if by_actor else _moment(field)
    if isinstance(default, (dict, list)):
        return UNSET, lambda _author: copy.deepcopy(default)
    if default is not UNSET:
        return default, None
    return (None if field.nullable else UNSET), None


def _moment(field: Field) -> Fill:
    if field.type == "datetime":
        return lambda author: datetime_of_ms(author.now_ms)
    return lambda author: author.now_ms

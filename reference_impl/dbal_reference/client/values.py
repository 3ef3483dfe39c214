"""Python values as requests carry them, and replies as Python values.

Integers beyond 2^53-1 travel tagged in fields of type bigint, and only there (TYP-NUM-003/004); to
the user of the client they are plain integers on both ways.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from dbal_reference.client.page import Group, Groups, Page, Row
from dbal_reference.model import Entity, Operation, Schema
from dbal_reference.query.relations import relations
from dbal_reference.values.numbers import MAX_SAFE

Json: TypeAlias = Any

_LOGIC = frozenset({"and", "or", "not"})


def to_json(value: Any) -> Json:  # noqa: ANN401 -- any Python value
    """A copy with tuples as lists, and uuids and datetimes as their texts."""
    match value:
        case Mapping():
            return {key: to_json(member) for key, member in value.items()}
        case list() | tuple():
            return [to_json(member) for member in value]
        case UUID():
            return str(value)
        case datetime():
            return value.isoformat()
        case _:
            return value


def tag_arguments(schema: Schema, entity: Entity, params: Mapping[str, Json]) -> dict[str, Json]:
    """The arguments of an operation on this entity, long bigints tagged."""
    tagged = dict(params)
    for name in ("data", "create", "update", "ifMatch"):
        if name in tagged:
            tagged[name] = _tag_row(entity, tagged[name])
    if isinstance(tagged.get("items"), list):
        tagged["items"] = [_tag_row(entity, item) for item in tagged["items"]]
    if "filter" in tagged:
        tagged["filter"] = _tag_filter(schema, entity, tagged["filter"])
    if "value" in tagged and _is_bigint(entity, tagged.get("field")):
        tagged["value"] = _tag(tagged["value"])
    return tagged


def read_result(
    schema: Schema, entity: Entity | None, operation: Operation | None, result: Json
) -> Any:  # noqa: ANN401 -- by operation
    """What the client gives back: rows with plain integers, a `Page`, `Groups`, or the JSON."""
    if entity is None or operation is None:
        return result
    match operation.result:
        case "row" | "row_or_null" if result is not None:
            return _untag_row(schema, entity, result)
        case "page":
            return Page(
                data=[_untag_row(schema, entity, row) for row in result["data"]],
                total=result["total"],
                page=result["page"],
                limit=result["limit"],
                has_more=result["hasMore"],
                next_cursor=result["nextCursor"],
            )
        case "tree":
            return [_untag_node(schema, entity, node) for node in result]
        case "groups":
            return Groups(
                [
                    Group(_untag(group["key"]), _untag(group["values"]))
                    for group in result["groups"]
                ],
                result["hasMore"],
            )
        case _:
            return result


def _tag(value: Json) -> Json:
    if type(value) is int and not -MAX_SAFE <= value <= MAX_SAFE:
        return {"$bigint": str(value)}
    return value


def _is_bigint(entity: Entity, name: Json) -> bool:
    field = entity.fields.get(name) if isinstance(name, str) else None
    return field is not None and field.type == "bigint"


def _tag_row(entity: Entity, row: Json) -> Json:
    if not isinstance(row, dict):
        return row
    return {name: _tag(value) if _is_bigint(entity, name) else value for name, value in row.items()}


def _tag_filter(schema: Schema, entity: Entity, raw: Json) -> Json:
    if not isinstance(raw, dict):
        return raw
    return {name: _tag_member(schema, entity, name, value) for name, value in raw.items()}


def _tag_member(schema: Schema, entity: Entity, name: Json, value: Json) -> Json:
    if name in _LOGIC:
        return _each(lambda inner: _tag_filter(schema, entity, inner), value)
    end = _end_of(schema, entity, name)
    if end is None or not _is_bigint(*end):
        return value
    if isinstance(value, dict):
        return {operator: _each(_tag, operand) for operator, operand in value.items()}
    return _tag(value)


def _end_of(schema: Schema, entity: Entity, path: Json) -> tuple[Entity, str] | None:
    """The entity and field that `relation.field` leads to, if it leads anywhere."""
    if not isinstance(path, str):
        return None
    *names, last = path.split(".")
    for name in names:
        relation = relations(schema)[entity.name].get(name)
        if relation is None:
            return None
        entity = schema.entities[relation.entity]
    return entity, last


def _each(change: Callable[[Json], Json], value: Json) -> Json:
    return [change(member) for member in value] if isinstance(value, list) else change(value)


def _untag(values: dict[str, Json]) -> dict[str, Any]:
    return {
        name: int(value["$bigint"]) if isinstance(value, dict) else value
        for name, value in values.items()
    }


def _untag_row(schema: Schema, entity: Entity, row: Row) -> Row:
    """Plain integers for tags, and json values that are the caller's own to change."""
    return {name: _untag_member(schema, entity, name, value) for name, value in row.items()}


def _untag_member(schema: Schema, entity: Entity, name: str, value: Json) -> Any:  # noqa: ANN401 -- of the field
    if name not in entity.fields and (relation := relations(schema)[entity.name].get(name)):
        related = schema.entities[relation.entity]
        return None if value is None else _each(lambda row: _untag_row(schema, related, row), value)
    if isinstance(value, dict) and _is_bigint(entity, name):
        return int(value["$bigint"])
    return to_json(value)


def _untag_node(schema: Schema, entity: Entity, node: Row) -> Row:
    plain = _untag_row(schema, entity, {**node, "children": None})
    plain["children"] = [_untag_node(schema, entity, child) for child in node["children"]]
    return plain

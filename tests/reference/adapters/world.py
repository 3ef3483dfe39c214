"""A small schema with every type and every kind of reference, and rows for it."""

from time import monotonic
from typing import Any

from dbal_reference.adapters import Adapter, Row
from dbal_reference.model import Entity, Field, ForeignKey, Schema, Tenancy, Unique
from dbal_reference.query.predicate import TRUE, Order, Predicate, Select


def field(name: str, kind: str = "string", **more: Any) -> Field:  # noqa: ANN401 -- of any field
    longest = 100 if kind in {"string", "enum"} else None  # else servers could not index it
    return Field(name=name, type=kind, max_length=longest, **more)


def optional(name: str, kind: str = "string", **more: Any) -> Field:  # noqa: ANN401 -- of any field
    return field(name, kind, nullable=True, **more)


def points(name: str, target: str, at: str, delete: str, update: str = "restrict") -> Field:
    key = ForeignKey(entity=target, field=at, on_delete=delete, on_update=update)
    return Field(name=name, type="string", nullable=True, foreign_key=key)


def entity(name: str, *fields: Field, unique: tuple[Unique, ...] = ()) -> Entity:
    tenant = "tenantId" if any(f.name == "tenantId" for f in fields) else None
    return Entity(
        name=name,
        version="1.0",
        fields={f.name: f for f in fields},
        primary=next(f for f in fields if f.primary),
        tenancy=Tenancy(field=tenant),
        operations=(),
        default_limit=20,
        max_limit=100,
        unique=unique,
    )


def schema_of(*entities: Entity) -> Schema:
    empty: dict[str, Any] = {}
    return Schema(
        version="1.0",
        ladder=(),
        entities={e.name: e for e in entities},
        operations={},
        rules=(),
        errors={},
        envelope={},
        capabilities={},
        operators={},
        limits={},
        meta=empty,
        passwords=empty,
        verify={},
        sandbox=empty,
    )


OWNER = entity("Owner", field("code", primary=True), field("handle", unique=True))
THING = entity(
    "Thing",
    field("id", "uuid", primary=True),
    optional("name", unique=True),
    optional("label", "text"),
    field("amount", "integer"),
    optional("big", "bigint"),
    optional("ratio", "double"),
    optional("flag", "boolean"),
    optional("at", "datetime"),
    optional("kind", "enum"),
    optional("data", "json"),
    optional("written", "text", format="json"),
    optional("path"),
    optional("tenantId", "uuid"),
    points("ownerCode", "Owner", "code", "set_null"),
    points("parentId", "Thing", "id", "cascade"),
    unique=(Unique(fields=("path",), scope="tenant"), Unique(fields=("kind", "at"))),
)
BADGE = entity(
    "Badge",
    Field(
        name="handle",
        type="string",
        primary=True,
        foreign_key=ForeignKey("Owner", "handle", on_delete="cascade", on_update="cascade"),
    ),
)
LOCK = entity("Lock", field("id", primary=True), points("thingId", "Thing", "id", "restrict"))
NOTE = entity(
    "Note",
    field("id", primary=True),
    points("ownerCode", "Owner", "code", "cascade", "cascade"),
    points("handle", "Owner", "handle", "set_null", "set_null"),
    points("fixed", "Owner", "handle", "cascade", "restrict"),
)
WORLD = schema_of(OWNER, THING, BADGE, LOCK, NOTE)


def row(name: str, /, **values: Any) -> Row:  # noqa: ANN401 -- of any field
    """Make a row of this entity, null where nothing is said."""
    made = {f: values.pop(f, None) for f in WORLD.entities[name].fields}
    assert not values, f"{name} has no {set(values)}"
    return made


def thing(key: str, /, **values: Any) -> Row:  # noqa: ANN401 -- of any field
    return row("Thing", id=key, amount=values.pop("amount", 0), **values)


def soon(seconds: float = 20.0) -> float:
    return monotonic() + seconds


def store(adapter: Adapter, name: str, *rows: Row) -> None:
    with adapter.unit(write=True, deadline=soon()) as unit:
        unit.insert(name, rows)


def select(name: str, where: Predicate = TRUE, *order: Order, **more: Any) -> Select:  # noqa: ANN401 -- of any field
    return Select(name, where, (*order, Order(WORLD.entities[name].primary.name)), **more)


def rows_of(adapter: Adapter, name: str, where: Predicate = TRUE) -> list[Row]:
    with adapter.unit(write=False, deadline=soon()) as unit:
        return unit.select(select(name, where))


def keys_of(adapter: Adapter, name: str, where: Predicate = TRUE) -> list[Any]:
    key = WORLD.entities[name].primary.name
    return [found[key] for found in rows_of(adapter, name, where)]

"""One entity file, read and checked by itself; references are judged when all are there."""

import re
from collections.abc import Collection, Mapping

import msgspec

from dbal_reference.model import Entity, Field, Graph, Tenancy, Tree, Unique
from dbal_reference.schema.document import Document, Part, near
from dbal_reference.schema.fields import read_field

_NAME = re.compile(r"[A-Z][A-Za-z0-9]*")
_LONGEST_NAME = 60  # databases end at 63
_KEYS = (
    "entity",
    "version",
    "tenancy",
    "operations",
    "limits",
    "fields",
    "unique",
    "indexes",
    "searchable",
    "tree",
    "graph",
)
_SEARCHABLE = frozenset({"string", "text", "email"})


class EntityFile(msgspec.Struct, frozen=True):
    """An entity, and the document that it came from, to say where something is wrong."""

    entity: Entity
    document: Document


def read_entity(
    document: Document, operations: Mapping[str, Collection[str]], limits: tuple[int, int]
) -> EntityFile:
    """The entity of a file.

    Args:
        document: the file.
        operations: names of operations by entity; those that every entity has stand under `*`.
        limits: default and greatest page, for entities that do not say.

    Raises:
        SchemaError: something in the file is wrong.
    """
    part = document.root
    members = part.record(_KEYS, ("entity", "version", "fields"))
    name = members["entity"].text()
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        members["entity"].fail("an entity is named in PascalCase, ASCII letters and digits")
    fields = _fields(members["fields"])
    tenancy = _tenancy(members.get("tenancy"), fields)
    default_limit, max_limit = _limits(members.get("limits"), limits)
    entity = Entity(
        name=name,
        version=members["version"].text(),
        fields=fields,
        primary=_primary(members["fields"], fields),
        tenancy=tenancy,
        operations=_operations(members.get("operations"), name, operations),
        default_limit=default_limit,
        max_limit=max_limit,
        unique=_unique(members.get("unique"), fields, tenancy),
        indexes=_indexes(members.get("indexes"), fields),
        searchable=_searchable(members.get("searchable"), fields),
        tree=_tree(members.get("tree"), name, fields),
        graph=_graph(members.get("graph"), fields),
        ttl_field=_ttl(members["fields"], fields),
        tenant_field=tenancy.field,
        definition=document.value,
    )
    return EntityFile(entity, document)


def _fields(part: Part) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    folded: dict[str, str] = {}
    for name, member in part.members().items():
        fields[name] = read_field(name, member)
        if (other := folded.setdefault(name.lower(), name)) != name:
            member.fail(f"differs from {other} in case only: databases fold it", key=True)
    return fields


def _primary(part: Part, fields: Mapping[str, Field]) -> Field:
    primaries = [field for field in fields.values() if field.primary]
    if not primaries:
        part.fail("no field is primary: mark one with primary: true", key=True)
    if len(primaries) > 1:
        part.members()[primaries[1].name].fail(
            f"{primaries[0].name} is primary already: a key is one field", key=True
        )
    return primaries[0]


def _ttl(part: Part, fields: Mapping[str, Field]) -> str | None:
    names = [field.name for field in fields.values() if field.ttl]
    if len(names) > 1:
        part.members()[names[1]].fail(f"{names[0]} has ttl already: keep one", key=True)
    return names[0] if names else None


def _tenancy(part: Part | None, fields: Mapping[str, Field]) -> Tenancy:
    if part is None or part.value == "none":
        return Tenancy()
    if not isinstance(part.value, dict) or len(part.value) != 1:
        part.fail("must be none, {field: NAME} or {via: NAME}")
    members = part.record(("field", "via"))
    if "field" in members:
        field = _known(members["field"], fields)
        if field.type != "uuid" or field.primary:
            members["field"].fail(f"{field.name} must be a uuid, and not primary")
        return Tenancy(field=field.name)
    field = _known(members["via"], fields)
    if field.foreign_key is None:
        members["via"].fail(f"{field.name} needs a foreign_key: the tenant is looked up through it")
    return Tenancy(via=field.name)


def _limits(part: Part | None, limits: tuple[int, int]) -> tuple[int, int]:
    if part is None:
        return limits
    members = part.record(("default", "max"), ("default", "max"))
    default, most = members["default"].integer(least=1), members["max"].integer(least=1)
    if default > most:
        members["default"].fail("is more than max: lower it")
    return default, most


def _operations(
    part: Part | None, name: str, known: Mapping[str, Collection[str]]
) -> tuple[str, ...]:
    """Generic and own ones, unless the file closes the list (SCH-FILE-006)."""
    every = (*known["*"], *known.get(name, ()))
    return every if part is None else part.texts(every)


def _unique(part: Part | None, fields: Mapping[str, Field], tenancy: Tenancy) -> tuple[Unique, ...]:
    if part is None:
        return ()
    found = []
    for item in part.items():
        if isinstance(item.value, list):
            found.append(Unique(_columns(item, fields)))
            continue
        members = item.record(("fields", "scope"), ("fields",))
        scope = members["scope"].choice(("tenant",)) if "scope" in members else None
        if scope is not None and tenancy.field is None:
            members["scope"].fail("tenant needs tenancy: {field: ...}: add it, or remove the scope")
        names = _columns(members["fields"], fields)
        if scope is not None and tenancy.field in names:
            members["fields"].fail(f"{tenancy.field} is part of scope: tenant already: remove it")
        found.append(Unique(names, scope))
    return tuple(found)


def _indexes(part: Part | None, fields: Mapping[str, Field]) -> tuple[tuple[str, ...], ...]:
    return () if part is None else tuple(_columns(item, fields) for item in part.items())


def _columns(part: Part, fields: Mapping[str, Field]) -> tuple[str, ...]:
    names = part.texts(fields)
    for item in part.items():
        if fields[item.text()].holds_json:
            item.fail(f"{item.value} holds JSON and cannot be compared: remove it")
    return names


def _searchable(part: Part | None, fields: Mapping[str, Field]) -> tuple[str, ...]:
    if part is None:
        return ()
    names = part.texts(fields)
    for item in part.items():
        field = fields[item.text()]
        if field.type not in _SEARCHABLE or field.sensitive or field.holds_json:
            item.fail(f"{item.value} is no text that may be searched: remove it")
    return names


def _tree(part: Part | None, name: str, fields: Mapping[str, Field]) -> Tree | None:
    if part is None:
        return None
    keys = ("parent", "within", "order", "max_depth")
    members = part.record(keys, keys)
    parent, within, order = (_known(members[key], fields) for key in keys[:3])
    if parent.foreign_key is None or parent.foreign_key.entity != name or not parent.nullable:
        members["parent"].fail(f"must be a nullable foreign key to {name}")
    if within.foreign_key is None:
        members["within"].fail("must be a foreign key")
    if order.type != "integer":
        members["order"].fail("must be an integer")
    return Tree(parent.name, within.name, order.name, members["max_depth"].integer(least=1))


def _graph(part: Part | None, fields: Mapping[str, Field]) -> Graph | None:
    if part is None:
        return None
    members = part.record(("nodes", "edges"), ("nodes", "edges"))
    for member in members.values():
        field = _known(member, fields)
        if field.json != "array" or field.nullable:
            member.fail(f"{field.name} must have format: json and json: array, and not be nullable")
    if members["nodes"].value == members["edges"].value:
        members["edges"].fail("must be another field than nodes")
    return Graph(members["nodes"].text(), members["edges"].text())


def _known(part: Part, fields: Mapping[str, Field]) -> Field:
    name = part.text()
    if name not in fields:
        part.fail(f"there is no field {name}{near(name, fields)}")
    return fields[name]

"""schema/operations/*.yaml: the methods and their arguments."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from dbal_reference.model import UNSET, Argument, Entity, Operation
from dbal_reference.schema.document import Document, Part, near

VERBS = ("create", "read", "update", "delete", "list", "verify")

_NAME = re.compile(r"[a-z][A-Za-z0-9]*")
_SCOPES = ("generic", "entity", "dbal", "conformance")
_KINDS = frozenset(
    {
        *("boolean", "cursor", "data", "entity_name", "field_name", "field_names", "filter"),
        *("if_match", "include", "integer", "items", "key", "limit", "metrics", "page"),
        *("parent_key", "placements", "select", "sort", "string", "transaction", "value"),
        *("actors", "fixtures"),  # of conformance.reset
        *("definitions",),  # of dbal.migrate
    }
)
_OPERATION_KEYS = (
    "verbs",
    "who",
    "arguments",
    "result",
    "capability",
    "writes",
    "audited",
    "also",
)
_ARGUMENT_KEYS = ("kind", "required", "default", "min", "max", "values", "entity", "capability")


class OperationFile(msgspec.Struct, frozen=True):
    """Operations of one scope; `entity` is set for scope entity."""

    scope: str
    entity: str | None
    operations: dict[str, Operation]
    document: Document


def read_operations(document: Document, capabilities: Iterable[str]) -> OperationFile:
    """The operations of a file; methods are filled in when the entities are known.

    Raises:
        SchemaError: something in the file is wrong.
    """
    members = document.root.record(("scope", "entity", "operations"), ("scope", "operations"))
    scope = members["scope"].choice(_SCOPES)
    if (scope == "entity") != ("entity" in members):
        members["scope"].fail("the key entity goes with scope: entity, and only with it")
    entity = members["entity"].text() if scope == "entity" else None
    known = tuple(capabilities)
    operations = {}
    for name, part in members["operations"].members().items():
        if not _NAME.fullmatch(name):
            part.fail("an operation is named in camelCase", key=True)
        operations[name] = _operation(name, part, known)
    return OperationFile(scope, entity, operations, document)


def check_owners(files: Iterable[OperationFile], entities: Mapping[str, Entity]) -> None:
    """Judge the entities that operations name.

    Raises:
        SchemaError: one does not exist.
    """
    for file in files:
        root = file.document.root.members()
        if file.entity is not None and file.entity not in entities:
            root["entity"].fail(f"there is no entity {file.entity}{near(file.entity, entities)}")
        for name, operation in file.operations.items():
            members = root["operations"].members()[name].members()
            if operation.also is not None:
                members["also"].members()["entity"].choice(entities)
            for argument in operation.arguments.values():
                if argument.entity is not None:
                    part = members["arguments"].members()[argument.name].members()["entity"]
                    part.choice(entities)


def templates_of(files: Iterable[OperationFile]) -> dict[str, dict[str, Operation]]:
    """Operations as written: of every entity under `*`, of one entity under its name."""
    found: dict[str, dict[str, Operation]] = {"*": {}}
    for file in files:
        if file.scope in ("generic", "entity"):
            found.setdefault(file.entity or "*", {}).update(file.operations)
    return found


def of_entity(
    templates: Mapping[str, Mapping[str, Operation]], entity: Entity
) -> dict[str, Operation]:
    """The methods of one entity, generic and own."""
    offered = {**templates["*"], **templates.get(entity.name, {})}
    return {
        (method := f"{entity.name}.{name}"): msgspec.structs.replace(
            offered[name], method=method, entity=entity.name
        )
        for name in entity.operations
    }


def spelled_out(
    files: Iterable[OperationFile], entities: Mapping[str, Entity]
) -> dict[str, Operation]:
    """Every method: those of each entity, generic and own, then dbal.* and conformance.*."""
    files = tuple(files)
    templates = templates_of(files)
    found: dict[str, Operation] = {}
    for entity in entities.values():
        found |= of_entity(templates, entity)
    for file in files:
        if file.scope in ("dbal", "conformance"):
            for name, operation in file.operations.items():
                method = f"{file.scope}.{name}"
                found[method] = msgspec.structs.replace(operation, method=method)
    return found


def _operation(name: str, part: Part, capabilities: tuple[str, ...]) -> Operation:
    members = part.record(_OPERATION_KEYS, ("arguments", "result"))
    if ("verbs" in members) == ("who" in members):
        part.fail("needs one of verbs and who", key=True)
    arguments = {
        key: _argument(key, member, capabilities)
        for key, member in members["arguments"].members().items()
    }
    return Operation(
        method=name,
        name=name,
        entity=None,
        verbs=members["verbs"].texts(VERBS) if "verbs" in members else (),
        who=_who(members["who"]) if "who" in members else None,
        arguments=arguments,
        result=members["result"].text(),
        capability=_capability(members, capabilities),
        writes=members["writes"].boolean() if "writes" in members else False,
        audited=members["audited"].boolean() if "audited" in members else True,
        also=_also(members.get("also")),
    )


def _who(part: Part) -> Any:  # noqa: ANN401 -- a word or `{roles, system}`
    if isinstance(part.value, dict):
        members = part.record(("roles", "system"), ("roles", "system"))
        return {"roles": list(members["roles"].texts()), "system": members["system"].boolean()}
    return part.choice(("everyone", "authenticated", "system"))


def _also(part: Part | None) -> dict[str, Any] | None:
    if part is None:
        return None
    members = part.record(("entity", "verbs"), ("entity", "verbs"))
    return {"entity": members["entity"].text(), "verbs": list(members["verbs"].texts(VERBS))}


def _argument(name: str, part: Part, capabilities: tuple[str, ...]) -> Argument:
    if not _NAME.fullmatch(name) or name == "meta":
        part.fail("an argument is named in camelCase, and not meta", key=True)
    members = part.record(_ARGUMENT_KEYS, ("kind",))
    return Argument(
        name=name,
        kind=members["kind"].choice(_KINDS),
        required=members["required"].boolean() if "required" in members else False,
        default=members["default"].value if "default" in members else UNSET,
        min=members["min"].integer() if "min" in members else None,
        max=members["max"].integer() if "max" in members else None,
        values=members["values"].texts() if "values" in members else (),
        entity=members["entity"].text() if "entity" in members else None,
        capability=_capability(members, capabilities),
    )


def _capability(members: Mapping[str, Part], capabilities: tuple[str, ...]) -> str | None:
    return members["capability"].choice(capabilities) if "capability" in members else None

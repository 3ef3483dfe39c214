"""Schemas that grow: by definitions in a request, or by those that a database has on record."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import msgspec

from dbal_reference.errors import SchemaError
from dbal_reference.model import Entity, Schema
from dbal_reference.schema.comparison import Change, compare
from dbal_reference.schema.definition import Definition, DefinitionError
from dbal_reference.schema.entities import EntityFile, read_entity
from dbal_reference.schema.operations import of_entity
from dbal_reference.schema.references import check_references

Definitions: TypeAlias = dict[str, dict[str, Any]]


class GrowthError(Exception):
    """Definitions are refused; `reasons` are all that is wrong with them."""

    def __init__(self, reasons: Sequence[DefinitionError]) -> None:
        super().__init__("; ".join(map(str, reasons)))
        self.reasons = tuple(reasons)


class Growth(NamedTuple):
    """A schema and how it came of the one before; without changes it is the same one."""

    schema: Schema
    changes: tuple[Change, ...]


def grow(schema: Schema, definitions: Sequence[Any], place: str = "entities") -> Growth:
    """The schema with these entities added or widened (SYS-MIG-001).

    Args:
        schema: to be left as it is.
        definitions: as entity files hold them; one of an entity that exists repeats all of it.
        place: where they stand.

    Raises:
        GrowthError: one is malformed, or would take something away or narrow it (SYS-MIG-003).
    """
    changes: list[Change] = []
    refusals: list[DefinitionError] = []
    found: dict[str, EntityFile] = {}
    folded = {name.lower(): name for name in schema.entities}
    for number, value in enumerate(definitions):
        where = f"{place}[{number}]"
        try:
            file = _read(schema, value, where)
        except DefinitionError as error:
            refusals.append(error)
            continue
        entity = file.entity
        if (
            entity.name in found
            or folded.setdefault(entity.name.lower(), entity.name) != entity.name
        ):
            refusals.append(DefinitionError(f"{where}.entity", "unique", "is named already"))
            continue
        found[entity.name] = file
        if entity.name not in schema.entities:
            changes.append(Change(entity.name, "add_entity"))
            continue
        more, wrong = compare(schema.entities[entity.name], entity, where)
        changes += more
        refusals += wrong
    if refusals:
        raise GrowthError(refusals)
    if not changes:
        return Growth(schema, ())
    grown = {change.entity for change in changes}
    try:
        wider = _with(schema, {name: file for name, file in found.items() if name in grown})
    except DefinitionError as error:
        raise GrowthError([error]) from None
    return Growth(wider, tuple(changes))


def definitions_of(schema: Schema) -> Definitions:
    """Every entity as written, to be put on record."""
    return {name: entity.definition for name, entity in schema.entities.items()}


def on_record(schema: Schema, definitions: Mapping[str, Any]) -> Schema:
    """The schema that a database has on record, under the rules and operations of this one.

    Raises:
        SchemaError: this version does not understand it.
    """
    apart = {name: each for name, each in schema.operations.items() if each.entity is None}
    empty = msgspec.structs.replace(schema, entities={}, operations=apart)
    return _with(empty, {name: _read(schema, value, name) for name, value in definitions.items()})


def settle(folder: Schema, recorded: Schema) -> Schema:
    """The schema to be in force on a database: whichever is wider, entity by entity.

    What the folder adds is a migration that is due; what the database has more, another one made.

    Raises:
        SchemaError: the folder and the database contradict each other.
    """
    wider: dict[str, EntityFile] = {}
    for name, entity in recorded.entities.items():
        file = EntityFile(entity, Definition(entity.definition, name))
        if name not in folder.entities:
            wider[name] = file
            continue
        _, narrowed = compare(entity, folder.entities[name], name)
        if not narrowed:
            continue
        _, missing = compare(folder.entities[name], entity, name)
        if missing:
            raise SchemaError(
                f"the database was made with another schema: {narrowed[0]}; keep to what it has, "
                "or name a new database"
            )
        wider[name] = file
    return _with(folder, wider) if wider else folder


def changes_between(old: Schema, new: Schema) -> tuple[Change, ...]:
    """What makes one of the other, where nothing is narrowed."""
    changes: list[Change] = []
    for name, entity in new.entities.items():
        if name not in old.entities:
            changes.append(Change(name, "add_entity"))
        elif entity is not old.entities[name]:
            changes += compare(old.entities[name], entity, name)[0]
    return tuple(changes)


def _read(schema: Schema, value: Any, where: str) -> EntityFile:  # noqa: ANN401 -- any JSON
    names = {of: tuple(operations) for of, operations in schema.templates.items()}
    return read_entity(Definition(value, where), names, schema.page)


def _with(schema: Schema, files: Mapping[str, EntityFile]) -> Schema:
    """The schema with these entities in it, new or in place of those of their names."""
    old = {
        name: EntityFile(entity, Definition(entity.definition, name))
        for name, entity in schema.entities.items()
    }
    every = {**old, **files}
    check_references(every)
    entities: dict[str, Entity] = {name: file.entity for name, file in every.items()}
    operations = dict(schema.operations)
    for name in files:
        operations |= of_entity(schema.templates, entities[name])
    return msgspec.structs.replace(schema, entities=entities, operations=operations)

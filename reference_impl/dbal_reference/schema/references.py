"""What entities say about each other: foreign keys, relation names, tenancy."""

from collections.abc import Mapping

from dbal_reference.model import Field, ForeignKey
from dbal_reference.schema.document import Part, near
from dbal_reference.schema.entities import EntityFile


def check_references(files: Mapping[str, EntityFile]) -> None:
    """Judge every reference.

    Raises:
        SchemaError: a reference leads nowhere or to a field of another type, a relation name is
            taken, or a tenant cannot be found.
    """
    relations: dict[str, set[str]] = {name: set(file.entity.fields) for name, file in files.items()}
    for file in files.values():
        parts = file.document.root.members()["fields"].members()
        for field in file.entity.fields.values():
            if field.foreign_key is not None:
                part = parts[field.name].members()["foreign_key"]
                _check_target(files, field, field.foreign_key, part)
                _name_relations(relations, file.entity.name, field.foreign_key, part)
    for file in files.values():
        _check_tenancy(files, file)


def _check_target(
    files: Mapping[str, EntityFile], field: Field, foreign_key: ForeignKey, part: Part
) -> None:
    members = part.members()
    if foreign_key.entity not in files:
        members["entity"].fail(
            f"there is no entity {foreign_key.entity}{near(foreign_key.entity, files)}"
        )
    fields = files[foreign_key.entity].entity.fields
    target = fields.get(foreign_key.field)
    if target is None:
        members["field"].fail(
            f"{foreign_key.entity} has no field {foreign_key.field}"
            f"{near(foreign_key.field, fields)}"
        )
    if not (target.primary or target.unique):
        members["field"].fail(f"{target.name} is neither primary nor unique: refer to one that is")
    if target.type != field.type:
        members["field"].fail(f"{target.name} is {target.type}, and {field.name} is {field.type}")


def _name_relations(
    relations: dict[str, set[str]], entity: str, foreign_key: ForeignKey, part: Part
) -> None:
    """A relation is named beside fields and other relations of its entity."""
    named = (("as", entity, foreign_key.as_), ("inverse", foreign_key.entity, foreign_key.inverse))
    for key, owner, name in named:
        if name is None:
            continue
        if name in relations[owner]:
            part.members()[key].fail(
                f"{owner} has a field or relation {name} already: choose another name"
            )
        relations[owner].add(name)


def _check_tenancy(files: Mapping[str, EntityFile], file: EntityFile) -> None:
    """Following `via` must end at an entity with a tenant of its own (AUT-TEN-005)."""
    seen = [file.entity.name]
    entity = file.entity
    while entity.tenancy.via is not None:
        foreign_key = entity.fields[entity.tenancy.via].foreign_key
        if foreign_key is None:  # pragma: no cover -- read_entity has refused it
            return
        entity = files[foreign_key.entity].entity
        if entity.name in seen or entity.tenancy.field is entity.tenancy.via is None:
            via = file.document.root.members()["tenancy"].members()["via"]
            via.fail(f"leads to {entity.name}, which has no tenant of its own: name another field")
        seen.append(entity.name)

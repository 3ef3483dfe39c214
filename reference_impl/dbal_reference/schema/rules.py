"""acl.yaml: rules as written, their names checked; row filters are compiled by `access`."""

from collections.abc import Mapping

from dbal_reference.model import Entity, RuleSource
from dbal_reference.schema.document import Document, Part
from dbal_reference.schema.operations import VERBS

_KEYS = ("entity", "role", "operations", "row_level_filter", "write_fields", "hide_fields")


def read_rules(
    document: Document, entities: Mapping[str, Entity], ladder: tuple[str, ...]
) -> tuple[RuleSource, ...]:
    """The rules in order; none is a valid file (default deny).

    Raises:
        SchemaError: a rule names an entity, role, verb or field that does not exist.
    """
    members = document.root.record(("rules",), ("rules",))
    return tuple(_rule(part, entities, ladder) for part in members["rules"].items())


def _rule(part: Part, entities: Mapping[str, Entity], ladder: tuple[str, ...]) -> RuleSource:
    members = part.record(_KEYS, ("entity", "role", "operations"))
    entity = entities[members["entity"].choice(entities)]
    text = members.get("row_level_filter")
    return RuleSource(
        entity=entity.name,
        role=members["role"].texts(ladder),
        operations=members["operations"].texts(VERBS),
        row_level_filter=text.text() if text is not None else None,
        write_fields=_names(members["write_fields"], entity) if "write_fields" in members else None,
        hide_fields=_hidden(members["hide_fields"], entity) if "hide_fields" in members else (),
        place=(text or part).place,
    )


def _names(part: Part, entity: Entity) -> tuple[str, ...]:
    """Perhaps none."""
    return part.texts(entity.fields) if part.value != [] else ()


def _hidden(part: Part, entity: Entity) -> tuple[str, ...]:
    names = _names(part, entity)
    if entity.primary.name in names:
        part.fail(f"{entity.primary.name} is the key, which every row shows: remove it")
    return names

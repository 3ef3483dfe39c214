"""The relations of entities, and how far an actor can follow them (QRY-INC, QRY-JOIN)."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import TypeAlias

import msgspec

from dbal_reference.model import Entity, Field, Schema
from dbal_reference.per_object import per_object
from dbal_reference.query.predicate import Link

Readable: TypeAlias = Callable[[str], AbstractSet[str]]
"""The fields of an entity that exist for the actor."""


class Relation(msgspec.Struct, frozen=True):
    """From rows of one entity to those of another: where `field` of one is `key` of the other.

    `as` names it on the side that holds the reference and leads to one row; `inverse` on the other
    side, and leads to many.
    """

    name: str
    field: str
    entity: str
    key: str
    many: bool
    holder: tuple[str, str]  # entity and field of the reference


Relations: TypeAlias = Mapping[str, Mapping[str, Relation]]
"""By entity and name."""


@per_object
def relations(schema: Schema) -> Relations:
    """Every relation that has a name."""
    found: dict[str, dict[str, Relation]] = {name: {} for name in schema.entities}
    for entity in schema.entities.values():
        for field in entity.fields.values():
            key = field.foreign_key
            if key is None:
                continue
            holder = (entity.name, field.name)
            if key.as_ is not None:
                found[entity.name][key.as_] = Relation(
                    key.as_, field.name, key.entity, key.field, many=False, holder=holder
                )
            if key.inverse is not None:
                found[key.entity][key.inverse] = Relation(
                    key.inverse, key.field, entity.name, field.name, many=True, holder=holder
                )
    return found


class Column(msgspec.Struct, frozen=True):
    """A field at the end of a relation path."""

    via: tuple[Link, ...]
    entity: Entity
    field: Field


class Reach:
    """What one actor can follow. A relation whose reference is hidden from him does not exist.

    One to an entity that he may not look at at all does: whoever follows it is told so (check 3).
    """

    def __init__(self, schema: Schema, readable: Readable, opened: Callable[[str], bool]) -> None:
        self._schema = schema
        self._relations = relations(schema)
        self._readable = readable
        self._opened = opened
        self.deepest = schema.limits["include_depth"]

    def relation(self, entity: str, name: str) -> Relation | None:
        """The relation of this name, as far as the actor may know."""
        found = self._relations[entity].get(name)
        if found is None:
            return None
        holder, field = found.holder
        return None if field not in self._readable(holder) and self._opened(holder) else found

    def column(self, entity: Entity, path: str) -> Column | str:
        """The field that `relation.field` means, or the code of what is wrong with it.

        It is `limit` beyond the depth, else `unknown_field`: also for a relation that leads to
        many, and for a hidden field at its end (ACL-HIDE-003).
        """
        *names, last = path.split(".")
        if len(names) > self.deepest:
            return "limit"
        via: list[Link] = []
        for name in names:
            relation = self.relation(entity.name, name)
            if relation is None or relation.many:
                return "unknown_field"
            via.append(Link(relation.field, relation.entity, relation.key))
            entity = self._schema.entities[relation.entity]
        if last not in self._readable(entity.name):
            return "unknown_field"
        return Column(tuple(via), entity, entity.fields[last])

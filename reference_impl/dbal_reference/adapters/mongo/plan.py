"""What a schema asks of writes, worked out once."""

from collections.abc import Mapping
from typing import NamedTuple

from dbal_reference.adapters.constraints import Constraint, Reference, references, uniques
from dbal_reference.adapters.memory_state import State, Table
from dbal_reference.adapters.mongo.documents import Codec
from dbal_reference.adapters.mongo.selection import Selections
from dbal_reference.model import Entity, Schema


class Shape(NamedTuple):
    """One entity: what is unique in it, where it points, and what points at it."""

    entity: Entity
    key: str
    codec: Codec
    constraints: tuple[Constraint, ...]
    uniques: tuple[tuple[str, ...], ...]  # with the tenant first, where there is one
    pointing: tuple[Reference, ...]
    pointed: tuple[Reference, ...]
    plain: frozenset[str]  # fields that nothing else depends on


class Plan:
    """Everything that units of one schema need and do not change."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.links = references(schema)
        self.codecs = {name: Codec(entity) for name, entity in schema.entities.items()}
        self.selections = Selections(self.codecs)
        self.shapes: Mapping[str, Shape] = {
            name: self._shape(entity) for name, entity in schema.entities.items()
        }
        self.tables: State = {name: Table(entity) for name, entity in schema.entities.items()}

    def _shape(self, entity: Entity) -> Shape:
        constraints = uniques(entity)
        unique = tuple(map(columns, constraints))
        pointing = tuple(link for link in self.links if link.entity == entity.name)
        pointed = tuple(link for link in self.links if link.target == entity.name)
        bound = {entity.primary.name, *(name for fields in unique for name in fields)}
        bound |= {link.field for link in pointing} | {link.target_field for link in pointed}
        return Shape(
            entity=entity,
            key=entity.primary.name,
            codec=self.codecs[entity.name],
            constraints=constraints,
            uniques=unique,
            pointing=pointing,
            pointed=pointed,
            plain=frozenset(entity.fields) - bound,
        )


def columns(constraint: Constraint) -> tuple[str, ...]:
    """The fields of a constraint, that of the tenant first."""
    return (*([constraint.tenant] if constraint.tenant else []), *constraint.fields)

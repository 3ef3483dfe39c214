"""How wide text can be that is indexed; server databases do not index text without end."""

from collections.abc import Iterable

from dbal_reference.adapters.constraints import plain_indexes, uniques
from dbal_reference.adapters.sql.dialect import Dialect
from dbal_reference.errors import SchemaError
from dbal_reference.model import Entity, Field, Schema

_BYTES_OF_A_CHARACTER = 4  # at most, in UTF-8
_BYTES_OF_A_NUMBER = 8
_OF_TYPE = {"uuid": 36, "datetime": len("2024-01-01T00:00:00.000Z")}
_NUMBERS = frozenset({"integer", "bigint", "double", "boolean"})


class Widths:
    """The widths of one schema's indexed fields.

    Raises:
        SchemaError: an index would be wider than `dialect.index_bytes`.
    """

    def __init__(self, schema: Schema, dialect: Dialect) -> None:
        self._schema = schema
        self._indexed = {name: set(_indexed(entity)) for name, entity in schema.entities.items()}
        for entity in schema.entities.values():
            for field in entity.fields.values():
                if field.foreign_key is not None:
                    self._indexed[field.foreign_key.entity].add(field.foreign_key.field)
        if dialect.index_bytes is not None:
            for entity in schema.entities.values():
                self._check(entity, dialect.index_bytes)

    def of(self, entity: Entity, field: Field) -> int | None:
        """The most characters of an indexed text; None for other fields, and without end."""
        if field.name not in self._indexed[entity.name]:
            return None
        return self._characters(entity, field)

    def _characters(self, entity: Entity, field: Field) -> int | None:
        """A reference is as wide as what it points at."""
        seen = {(entity.name, field.name)}
        while field.max_length is None and (key := field.foreign_key) is not None:
            if (key.entity, key.field) in seen:
                break
            seen.add((key.entity, key.field))
            field = self._schema.entities[key.entity].fields[key.field]
        if field.max_length is not None:
            return field.max_length
        if field.type == "enum" and field.values:
            return max(map(len, field.values))
        return _OF_TYPE.get(field.type)

    def _check(self, entity: Entity, most: int) -> None:
        indexes = [
            *([name] for name in self._indexed[entity.name]),
            *(constraint.fields for constraint in uniques(entity)),
            *plain_indexes(entity),
        ]
        for names in indexes:
            total = 0
            for name in names:
                total += self._bytes(entity, entity.fields[name])
            if total > most:
                raise SchemaError(
                    f"{entity.name}: {', '.join(names)} can be {total} bytes, too wide for an "
                    f"index of this database ({most}): lower max_length"
                )

    def _bytes(self, entity: Entity, field: Field) -> int:
        if field.type in _NUMBERS:
            return _BYTES_OF_A_NUMBER
        characters = self._characters(entity, field)
        if characters is None:
            raise SchemaError(
                f"{entity.name}.{field.name}: give it a max_length, since this database can index "
                "no text without end"
            )
        return characters * _BYTES_OF_A_CHARACTER


def _indexed(entity: Entity) -> Iterable[str]:
    yield entity.primary.name
    for constraint in uniques(entity):
        yield from constraint.fields
        if constraint.tenant is not None:
            yield constraint.tenant
    for fields in plain_indexes(entity):
        yield from fields

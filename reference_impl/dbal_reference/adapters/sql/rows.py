"""Rows as the service has them, and as the database keeps them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dbal_reference.adapters import Row
from dbal_reference.adapters.sql.dialect import Dialect
from dbal_reference.model import Entity


def _over_null(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else convert(value)


class Codec:
    """Converts the values of one entity; columns come in the order of `fields`, or the schema's."""

    def __init__(
        self, entity: Entity, dialect: Dialect, fields: tuple[str, ...] | None = None
    ) -> None:
        self.names = tuple(entity.fields) if fields is None else fields
        self._encoders = _converters(entity, dialect.encoders)
        self._decoders = {
            name: convert
            for name, convert in _converters(entity, dialect.decoders).items()
            if name in self.names
        }

    def encode(self, row: Mapping[str, Any], names: Iterable[str]) -> list[Any]:
        """Give the values of these fields, in their order."""
        encoders = self._encoders
        return [encoders[name](row[name]) if name in encoders else row[name] for name in names]

    def decode(self, records: Iterable[Sequence[Any]]) -> list[Row]:
        """Make rows of records that hold every column."""
        names = self.names
        rows: list[Row] = [dict(zip(names, record, strict=True)) for record in records]
        for name, convert in self._decoders.items():
            for row in rows:
                row[name] = convert(row[name])
        return rows


def _converters(
    entity: Entity, converts: Mapping[str, Callable[[Any], Any]]
) -> dict[str, Callable[[Any], Any]]:
    return {
        field.name: _over_null(converts[field.type])
        for field in entity.fields.values()
        if field.type in converts
    }

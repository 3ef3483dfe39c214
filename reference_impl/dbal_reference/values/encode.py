"""Rows as replies carry them in JSON."""

from collections.abc import Collection
from typing import Any

from dbal_reference.model import Entity
from dbal_reference.values.numbers import MAX_SAFE


class TaggedBigint(dict[str, str]):
    """A bigint as JSON carries it; other wires take the number."""

    def __init__(self, number: int) -> None:
        super().__init__({"$bigint": str(number)})
        self.number = number


def encode_value(value: Any) -> Any:  # noqa: ANN401 -- any stored value
    """One stored value; a bigint beyond 2^53-1 is tagged (TYP-NUM-003).

    Integers within json values are never beyond, so the value alone decides.
    """
    if type(value) is int and not -MAX_SAFE <= value <= MAX_SAFE:
        return TaggedBigint(value)
    return value


def encode_row(entity: Entity, row: dict[str, Any], fields: Collection[str]) -> dict[str, Any]:
    """The named fields in schema order, null as null (TYP-NULL-004); sensitive ones never."""
    return {
        name: encode_value(row[name])
        for name, field in entity.fields.items()
        if name in fields and not field.sensitive
    }

"""Rows as documents and back: the key is `_id`, null is a field that is not there.

An index that leaves out documents without a field then is what makes null conflict with nothing,
and queries can be seen by the server to use it. Integers are 64 bits wide, so that none changes its
type by growing; an instant is a date, to the millisecond, as the contract has it.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from bson import Int64
from bson.datetime_ms import DatetimeMS

from dbal_reference.adapters import Row
from dbal_reference.model import Entity, Field
from dbal_reference.query.json_place import read_text
from dbal_reference.values.datetimes import datetime_of_ms

Document: TypeAlias = dict[str, Any]
Json: TypeAlias = Any
Convert: TypeAlias = Callable[[Any], Any]

KEY: Final = "_id"
PARSED: Final = "_parsed"  # holds the values of JSON texts, for the server to look into
_EPOCH: Final = dt.datetime(1970, 1, 1)  # noqa: DTZ001 -- canonical text is in UTC throughout
_MILLISECOND: Final = dt.timedelta(milliseconds=1)
# What a name in a document must not be, or not begin with, and the sign of our own escapes.
_ESCAPED: Final = re.compile(r"[%.\0]|^\$")
_ESCAPE: Final = re.compile(r"%(..)")
_NAMELESS: Final = "%--"


def instant(text: str) -> DatetimeMS:
    """The date of a canonical text."""
    return DatetimeMS((dt.datetime.fromisoformat(text[:-1]) - _EPOCH) // _MILLISECOND)


def member_name(name: str) -> str:
    """A name of JSON as a document may have it: nothing in it is an operator, a path or empty."""
    return _ESCAPED.sub(lambda found: f"%{ord(found.group()):02X}", name) or _NAMELESS


def _json_name(name: str) -> str:
    if name == _NAMELESS:
        return ""
    return _ESCAPE.sub(lambda found: chr(int(found.group(1), 16)), name)


def stored_json(value: Json) -> Json:
    """JSON as a part of a document, members in their order."""
    if isinstance(value, dict):
        return {member_name(name): stored_json(member) for name, member in value.items()}
    if isinstance(value, list):
        return [stored_json(member) for member in value]
    if type(value) is int:
        return Int64(value)
    return value


def plain_json(value: Json) -> Json:
    """JSON as a row has it."""
    if isinstance(value, dict):
        return {_json_name(name): plain_json(member) for name, member in value.items()}
    if isinstance(value, list):
        return [plain_json(member) for member in value]
    return int(value) if type(value) is Int64 else value


_ENCODERS: Final[Mapping[str, Convert]] = {
    "integer": Int64,
    "bigint": Int64,
    "double": float,
    "datetime": instant,
    "json": stored_json,
}
_DECODERS: Final[Mapping[str, Convert]] = {
    "integer": int,
    "bigint": int,
    "datetime": lambda value: datetime_of_ms(int(value)),
    "json": plain_json,
}


def encoded(field: Field, value: Any) -> Any:  # noqa: ANN401 -- any field value
    """A value as documents hold it."""
    encode = _ENCODERS.get(field.type)
    return value if encode is None or value is None else encode(value)


def decoded(field: Field, value: Any) -> Any:  # noqa: ANN401 -- any field value
    """A value as rows hold it."""
    decode = _DECODERS.get(field.type)
    return value if decode is None or value is None else decode(value)


class Codec:
    """Turns the rows of one entity into documents, and back."""

    def __init__(self, entity: Entity) -> None:
        self.entity = entity
        self.key = entity.primary.name
        self._decoders = {
            name: (KEY if name == self.key else name, _DECODERS.get(field.type))
            for name, field in entity.fields.items()
        }
        self.places = frozenset({KEY, PARSED, *entity.fields})
        self._texts = frozenset(
            f.name for f in entity.fields.values() if f.format == "json" and f.type != "json"
        )

    def place(self, name: str) -> str:
        """Where documents have a field."""
        return KEY if name == self.key else name

    def document(self, row: Mapping[str, Any]) -> Document:
        """A whole row as a document."""
        made = {KEY: encoded(self.entity.primary, row[self.key])}
        parsed: Document = {}
        for name, value in row.items():
            if name != self.key and value is not None:
                made[name] = encoded(self.entity.fields[name], value)
                if name in self._texts:
                    parsed[name] = parsed_text(value)
        if parsed:
            made[PARSED] = parsed
        return made

    def change(self, changes: Mapping[str, Any]) -> Document:
        """An update of a document to these values; the key is none of them, or stays as it is."""
        values: Document = {}
        gone: Document = {}
        for name, value in changes.items():
            if name == self.key:
                continue
            places = [name, f"{PARSED}.{name}"] if name in self._texts else [name]
            if value is None:
                gone.update(dict.fromkeys(places, ""))
                continue
            values[name] = encoded(self.entity.fields[name], value)
            if name in self._texts:
                values[places[1]] = parsed_text(value)
        return {
            **({"$set": values} if values else {}),
            **({"$unset": gone} if gone else {}),
        }

    def row(self, document: Mapping[str, Any], fields: Iterable[str] | None = None) -> Row:
        """A row; of these fields, or whole."""
        made: Row = {}
        for name in self._decoders if fields is None else fields:
            place, decode = self._decoders[name]
            value = document.get(place)
            made[name] = value if decode is None or value is None else decode(value)
        return made

    def keys(self, keys: Iterable[Any]) -> list[Any]:
        """Keys as documents hold them."""
        return [encoded(self.entity.primary, key) for key in keys]


def parsed_text(text: str) -> Json:
    """What a JSON text says, its numbers as the doubles that places inside JSON are compared as."""
    return stored_json(read_text(text))

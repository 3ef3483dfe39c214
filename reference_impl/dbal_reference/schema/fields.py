"""One field of an entity file, read and checked by itself."""

import re
from typing import Any

import msgspec
import re2

from dbal_reference.model import Field, ForeignKey
from dbal_reference.schema.document import Part
from dbal_reference.values import check_value

TYPES = (
    "uuid",
    "string",
    "text",
    "email",
    "integer",
    "bigint",
    "double",
    "boolean",
    "datetime",
    "enum",
    "json",
)
_RESERVED = frozenset({"and", "or", "not"})
_NAME = re.compile(r"[a-z][A-Za-z0-9]*")
_LONGEST_NAME = 60  # databases end at 63
_FLAGS = (
    "primary",
    "generated",
    "required",
    "nullable",
    "unique",
    "sensitive",
    "immutable",
    "managed",
    "single_write",
    "only_actor",
    "ttl",
)
_TEXTS = frozenset({"string", "text"})
_MOMENTS = frozenset({"bigint", "datetime"})
_NUMBERS = frozenset({"integer", "bigint", "double"})
_SHAPES = ("array", "object", "string", "boolean")
_ACTIONS = ("cascade", "set_null", "restrict")
# Which types a key is for; keys that are not here are for all.
_FOR_TYPES: dict[str, frozenset[str]] = {
    "min_length": _TEXTS | {"email"},
    "max_length": _TEXTS | {"email"},
    "pattern": _TEXTS | {"email"},
    "min": _NUMBERS,
    "max": _NUMBERS,
    "values": frozenset({"enum"}),
    "format": _TEXTS,
    "json": _TEXTS,
    "items": _TEXTS,
    "generated": frozenset({"uuid"}),
    "only_actor": frozenset({"uuid"}),
    "ttl": frozenset({"bigint"}),
    "scan": _TEXTS,
    "foreign_key": frozenset({"uuid", "string", "email", "integer", "bigint"}),
    "unique": frozenset(TYPES) - {"json", "double", "boolean"},
    "primary": frozenset({"uuid", "string", "email", "integer", "bigint"}),
}
_KEYS = frozenset(_FOR_TYPES) | {*_FLAGS, "type", "default", "auto"}


def read_field(name: str, part: Part) -> Field:
    """The field; what it says about other fields and entities is not judged here.

    Raises:
        SchemaError: a reserved name, unknown key or type, a key that is not for the type, a bad
            pattern, or a default that the field would refuse.
    """
    _check_name(name, part)
    members = part.record(_KEYS, ["type"])
    kind = members["type"].choice(TYPES)
    for key, member in members.items():
        if kind not in _FOR_TYPES.get(key, TYPES):
            member.fail(
                f"is not for {kind}, but for {', '.join(sorted(_FOR_TYPES[key]))}: remove it",
                key=True,
            )
    said: dict[str, Any] = {flag: members[flag].boolean() for flag in _FLAGS if flag in members}
    said |= _constraints(members)
    field = Field(
        name=name,
        type=kind,
        foreign_key=_foreign_key(members.get("foreign_key")),
        **said,
    )
    _check_bounds(field, members)
    _check_roles(field, part, members)
    return field if "default" not in members else _with_default(field, members["default"])


def _check_name(name: str, part: Part) -> None:
    if name in _RESERVED:
        part.fail("is reserved for filters: choose another name", key=True)
    if name.startswith(("$", "_")):
        part.fail("names that start with $ or _ are reserved: choose another name", key=True)
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        part.fail(
            f"a field is named in camelCase, ASCII, at most {_LONGEST_NAME} letters and digits",
            key=True,
        )


def _constraints(members: dict[str, Part]) -> dict[str, Any]:
    read: dict[str, Any] = {
        "min_length": lambda part: part.integer(least=0),
        "max_length": lambda part: part.integer(least=1),
        "pattern": read_pattern,
        "min": lambda part: part.number(),
        "max": lambda part: part.number(),
        "values": lambda part: part.texts(),
        "format": lambda part: part.choice(("json", "semver", "path")),
        "json": lambda part: part.choice(_SHAPES),
        "items": lambda part: part.choice(_SHAPES),
        "auto": lambda part: part.choice(("created", "updated", "increment")),
        "scan": lambda part: part.choice(("code", "url")),
    }
    return {key: read[key](part) for key, part in members.items() if key in read}


def read_pattern(part: Part) -> str:
    """A pattern that RE2 takes."""
    text = part.text()
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(text, options)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else error
        part.fail(f"is no RE2 pattern ({reason}): write one that RE2 takes")
    return text


def _foreign_key(part: Part | None) -> ForeignKey | None:
    if part is None:
        return None
    members = part.record(
        ("entity", "field", "on_delete", "on_update", "as", "inverse"), ("entity", "field")
    )
    names = {key: members[key].text() for key in ("as", "inverse") if key in members}
    for key, name in names.items():
        if not _NAME.fullmatch(name) or name in _RESERVED:
            members[key].fail("a relation is named in camelCase, and not and, or, not")
    actions = {
        key: members[key].choice(_ACTIONS) for key in ("on_delete", "on_update") if key in members
    }
    return ForeignKey(
        entity=members["entity"].text(),
        field=members["field"].text(),
        as_=names.get("as"),
        inverse=names.get("inverse"),
        **actions,
    )


def _check_bounds(field: Field, members: dict[str, Part]) -> None:
    if field.type == "enum" and not field.values:
        members["type"].fail("an enum needs the key values: list them")
    for least, most in (("min_length", "max_length"), ("min", "max")):
        low, high = getattr(field, least), getattr(field, most)
        if low is not None and high is not None and low > high:
            members[most].fail(f"is less than {least}: no value would pass")
    for key in ("min", "max"):
        bound = getattr(field, key)
        if field.type != "double" and isinstance(bound, float):
            members[key].fail(f"must be an integer, as the field is {field.type}")


def _check_roles(field: Field, part: Part, members: dict[str, Part]) -> None:
    """Keys that need, or exclude, other keys of the same field."""
    rules = (
        (field.json and field.format != "json", "json", "is for format: json only: remove it"),
        (field.items and field.json != "array", "items", "is for json: array only: remove it"),
        (field.scan == "code" and field.format != "json", "scan", "code needs format: json"),
        (field.scan == "url" and field.holds_json, "scan", "url is not for JSON: use code"),
        (field.generated and not field.primary, "generated", "is for the primary field only"),
        (field.primary and field.nullable, "nullable", "a primary field is never null: remove it"),
        (field.primary and field.sensitive, "sensitive", "a primary field cannot be sensitive"),
        (field.primary and field.holds_json, "format", "a primary field cannot hold JSON"),
        (field.unique and field.holds_json, "unique", "is not for JSON: remove it"),
        (field.auto == "increment" and field.type not in _NUMBERS - {"double"}, "auto",
         "increment is for integer and bigint"),
        (field.auto in ("created", "updated") and field.type not in _MOMENTS, "auto",
         f"{field.auto} is for bigint and datetime"),
        (field.auto in ("created", "updated") and "default" in members, "default",
         f"the server keeps it (auto: {field.auto}): remove the default"),
        (field.generated and "default" in members, "default",
         "the server makes it: remove the default"),
    )  # fmt: skip
    for wrong, key, message in rules:
        if wrong:
            members[key].fail(message, key=True)
    actions = field.foreign_key and (field.foreign_key.on_delete, field.foreign_key.on_update)
    if actions and "set_null" in actions and not field.nullable:
        part.fail("set_null needs nullable: true: add it", key=True)


def _with_default(field: Field, part: Part) -> Field:
    """The default as rows hold it; `{now: true}` and `{actor: id}` are left to the write."""
    value = part.value
    if field.type != "json" and isinstance(value, dict):
        allowed = {"now": _MOMENTS, "actor": {"uuid"}}
        members = part.record([key for key, types in allowed.items() if field.type in types])
        if value not in ({"now": True}, {"actor": "id"}):
            next(iter(members.values()), part).fail("must be {now: true} or {actor: id}")
        return msgspec.structs.replace(field, default=value)
    accepted, code = check_value(field, value)
    if code is not None:
        part.fail(f"the field would refuse it ({code}): write a {field.type} that it takes")
    return msgspec.structs.replace(field, default=accepted)

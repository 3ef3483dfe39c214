"""What may become of an entity, and what may not (SYS-MIG-001, SYS-MIG-003)."""

import copy
from typing import Any

import pytest

from dbal_reference.errors import SchemaError
from dbal_reference.model import Schema
from dbal_reference.schema.comparison import filled
from dbal_reference.schema.growth import (
    GrowthError,
    changes_between,
    definitions_of,
    grow,
    on_record,
    settle,
)

TICKET = {
    "entity": "Ticket",
    "version": "1.0",
    "fields": {
        "id": {"type": "uuid", "primary": True, "generated": True},
        "title": {"type": "string", "required": True, "max_length": 20},
        "state": {"type": "enum", "values": ["open", "shut"], "default": "open"},
        "rank": {"type": "integer", "min": 1, "max": 9, "default": 5},
        "code": {"type": "string", "nullable": True, "pattern": "[a-z]+", "max_length": 9},
        "note": {"type": "text", "default": "", "min_length": 0},
    },
    "indexes": [["rank"]],
}


@pytest.fixture(scope="module")
def grown(schema: Schema) -> Schema:
    return grow(schema, [TICKET]).schema


def changed(path: str, value: Any) -> dict[str, Any]:  # noqa: ANN401 -- any JSON
    """The ticket with one member set, or taken out where the value is Ellipsis."""
    definition: dict[str, Any] = copy.deepcopy(TICKET)
    *steps, last = path.split(".")
    part = definition
    for step in steps:
        part = part[step]
    if value is ...:
        del part[last]
    else:
        part[last] = value
    return definition


def refusals(schema: Schema, *definitions: Any) -> dict[str, str]:  # noqa: ANN401 -- any JSON
    with pytest.raises(GrowthError) as caught:
        grow(schema, definitions)
    return {reason.field: reason.code for reason in caught.value.reasons}


def test_a_new_entity_has_every_generic_operation(schema: Schema, grown: Schema) -> None:
    assert "Ticket" not in schema.entities
    assert list(grown.entities)[-1] == "Ticket"
    generic = {method.partition(".")[2] for method in grown.operations if "Ticket." in method}
    assert generic == set(schema.templates["*"])
    assert grown.operations["Ticket.create"].entity == "Ticket"


def test_what_is_there_already_is_no_change(grown: Schema) -> None:
    again = grow(grown, [TICKET])
    assert again.changes == ()
    assert again.schema is grown
    assert grow(grown, []).schema is grown


@pytest.mark.parametrize(
    ("path", "value", "change"),
    [
        ("fields.title.max_length", 21, ("widen_field", "title")),
        ("fields.title.max_length", ..., ("widen_field", "title")),
        ("fields.title.nullable", True, ("widen_field", "title")),
        ("fields.title.default", "none", ("widen_field", "title")),
        ("fields.code.pattern", ..., ("widen_field", "code")),
        ("fields.rank.min", 0, ("widen_field", "rank")),
        ("fields.rank.min", ..., ("widen_field", "rank")),
        ("fields.rank.max", 10, ("widen_field", "rank")),
        ("fields.state.values", ["new", "open", "shut"], ("add_enum_value", "state")),
        ("fields.more", {"type": "string", "nullable": True}, ("add_field", "more")),
        ("fields.more", {"type": "json", "default": {"a": 1}}, ("add_field", "more")),
        ("fields.more", {"type": "bigint", "auto": "created"}, ("add_field", "more")),
        (
            "fields.more",
            {"type": "string", "nullable": True, "unique": True},
            ("add_field", "more"),
        ),
        ("indexes", [["rank"], ["title"]], ("add_index", "title")),
        ("indexes", [["rank"], ["state", "rank"]], ("add_index", None)),
        ("searchable", ["title"], ("add_index", "title")),
    ],
)
def test_what_takes_more_than_before_is_a_change(
    grown: Schema, path: str, value: object, change: tuple[str, str]
) -> None:
    made = grow(grown, [changed(path, value)])
    assert [tuple(each) for each in made.changes] == [("Ticket", *change)]
    assert changes_between(grown, made.schema) == made.changes
    assert grow(made.schema, [changed(path, value)]).changes == ()


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("fields.note", ..., "fields.note"),
        ("fields.title.type", "text", "fields.title.type"),
        ("fields.title.max_length", 19, "fields.title.max_length"),
        ("fields.title.min_length", 1, "fields.title.min_length"),
        ("fields.title.pattern", ".*", "fields.title.pattern"),
        ("fields.code.pattern", "[a-z]*", "fields.code.pattern"),
        ("fields.code.nullable", ..., "fields.code.nullable"),
        ("fields.note.required", True, "fields.note.required"),
        ("fields.note.default", ..., "fields.note.default"),
        ("fields.note.default", "x", "fields.note.default"),
        ("fields.rank.min", 2, "fields.rank.min"),
        ("fields.rank.max", 8, "fields.rank.max"),
        ("fields.state.values", ["open"], "fields.state.values"),
        ("fields.code.unique", True, "fields.code.unique"),
        ("fields.code.sensitive", True, "fields.code.sensitive"),
        ("fields.title.immutable", True, "fields.title.immutable"),
        ("indexes", ..., "indexes"),
        ("unique", [["title"]], "unique"),
        ("limits", {"default": 1, "max": 1}, "limits"),
        ("operations", ["read"], "operations"),
    ],
)
def test_what_takes_less_or_otherwise_is_immutable(
    grown: Schema, path: str, value: object, field: str
) -> None:
    assert refusals(grown, changed(path, value)) == {f"entities[0].{field}": "immutable"}


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ({"type": "string"}, "required"),
        ({"type": "string", "required": True}, "required"),
        ({"type": "uuid", "default": {"actor": "id"}}, "required"),
        ({"type": "string", "default": "x", "unique": True}, "unique"),
        ({"type": "bigint", "default": {"now": True}, "ttl": True}, "ttl"),
        (
            {"type": "string", "default": "A", "foreign_key": {"entity": "Probe", "field": "code"}},
            "reference",
        ),
    ],
)
def test_a_new_field_must_have_a_value_for_rows_that_exist(
    grown: Schema, field: object, code: str
) -> None:
    assert refusals(grown, changed("fields.more", field)) == {"entities[0].fields.more": code}


@pytest.mark.parametrize(
    ("definition", "field", "code"),
    [
        (3, "entities[0]", "type"),
        ({"entity": "A"}, "entities[0]", "required"),
        (changed("zzz", 1), "entities[0].zzz", "unknown_field"),
        (changed("entity", "ticket"), "entities[0].entity", "format"),
        (changed("fields.more", {"type": "money"}), "entities[0].fields.more.type", "enum"),
        (changed("fields.and", {"type": "string"}), "entities[0].fields.and", "format"),
        (
            changed("fields.more", {"type": "string", "max_length": "9"}),
            "entities[0].fields.more.max_length",
            "type",
        ),
        (changed("entity", "TICKET"), "entities[0].entity", "unique"),
        (
            changed(
                "fields.more",
                {
                    "type": "string",
                    "nullable": True,
                    "foreign_key": {"entity": "Nothing", "field": "id"},
                },
            ),
            "entities[0].fields.more.foreign_key.entity",
            "format",
        ),
    ],
)
def test_a_malformed_definition_is_told_by_place_and_code(
    grown: Schema, definition: object, field: str, code: str
) -> None:
    assert refusals(grown, definition) == {field: code}


def test_everything_that_is_wrong_is_told_at_once(grown: Schema) -> None:
    other = {**TICKET, "entity": "Other", "fields": {"id": {"type": "uuid"}}}
    found = refusals(grown, changed("fields.rank.max", 8), other, changed("fields.note", ...), 7)
    assert found == {
        "entities[0].fields.rank.max": "immutable",
        "entities[1].fields": "format",
        "entities[2].entity": "unique",
        "entities[3]": "type",
    }


def test_roles_stay_those_of_the_contract(schema: Schema) -> None:
    user = copy.deepcopy(schema.entities["User"].definition)
    user["fields"]["role"]["values"].append("emperor")
    assert refusals(schema, user) == {"entities[0].fields.role.values": "enum"}


def test_entities_may_refer_to_each_other_in_one_request(schema: Schema) -> None:
    def linked(name: str, to: str) -> dict[str, Any]:
        key = {"entity": to, "field": "id", "on_delete": "set_null"}
        link = {"type": "uuid", "nullable": True, "foreign_key": key}
        own = {"id": {"type": "uuid", "primary": True, "generated": True}, "other": link}
        return {"entity": name, "version": "1.0", "fields": own}

    made = grow(schema, [linked("Left", "Right"), linked("Right", "Left")])
    assert [change.entity for change in made.changes] == ["Left", "Right"]


def test_the_record_reads_back_as_what_was_written(schema: Schema, grown: Schema) -> None:
    again = on_record(schema, definitions_of(grown))
    assert again.entities == grown.entities
    assert again.operations == grown.operations
    assert changes_between(grown, again) == ()


def test_folder_and_database_settle_on_what_is_wider(schema: Schema, grown: Schema) -> None:
    wider = grow(grown, [changed("fields.rank.max", 99)]).schema
    other = grow(grown, [changed("fields.rank.min", 0)]).schema
    assert settle(schema, grown).entities == grown.entities  # migrated, and not in the folder
    assert settle(wider, grown).entities["Ticket"].fields["rank"].max == 99
    assert settle(grown, wider).entities["Ticket"].fields["rank"].max == 99
    with pytest.raises(SchemaError, match=r"Ticket.fields.rank.min"):
        settle(wider, other)


def test_existing_rows_read_the_default(schema: Schema) -> None:
    fields = {
        "made": {"type": "bigint", "auto": "created"},
        "at": {"type": "datetime", "default": {"now": True}},
        "count": {"type": "integer", "auto": "increment"},
        "by": {"type": "uuid", "nullable": True, "default": {"actor": "id"}},
        "data": {"type": "json", "default": {"now": True}},
        "text": {"type": "string", "nullable": True},
    }
    made = grow(schema, [{**TICKET, "fields": {**TICKET["fields"], **fields}}])  # type: ignore[dict-item]  # a definition
    found = {name: filled(made.schema.entities["Ticket"].fields[name], 1000) for name in fields}
    assert found == {
        "made": 1000,
        "at": "1970-01-01T00:00:01.000Z",
        "count": 1,
        "by": None,
        "data": {"now": True},
        "text": None,
    }

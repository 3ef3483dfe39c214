from typing import Any, TypeAlias

import msgspec
import pytest

from dbal_reference.model import Schema, Unique
from dbal_reference.query.by_field import (
    parse_find_by_field,
    parse_unique_field,
    unique_in_tenant,
)
from dbal_reference.query.predicate import Compare, IsNull, Predicate

Json: TypeAlias = Any


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("title", "a", Compare("title", "eq", "a")),
        ("slug", None, IsNull("slug")),
        ("id", "no uuid", None),
    ],
)
def test_a_field_equals_its_value(
    schema: Schema,
    name: str,
    value: Json,
    wanted: Predicate | None,
) -> None:
    post = schema.entities["Post"]
    predicate, found = parse_find_by_field(post, name, value, frozenset(post.fields))
    assert found == []
    assert wanted is None or predicate == wanted


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("nope", 1, ("field", "unknown_field")),
        ("views", 1, ("field", "unknown_field")),
        ("data", None, ("field", "type")),
        (1, 1, ("field", "type")),
        ("title", 1, ("value", "type")),
        ("title", ["a"], ("value", "type")),
    ],
)
def test_a_field_or_value_is_refused(
    schema: Schema,
    name: Json,
    value: Json,
    wanted: tuple[str, str],
) -> None:
    post = schema.entities["Post"]
    _, found = parse_find_by_field(post, name, value, frozenset(post.fields) - {"views"})
    assert [(finding.field, finding.code) for finding in found] == [wanted]


@pytest.mark.parametrize(
    ("entity", "name", "accepted"),
    [
        ("User", "username", True),
        ("User", "email", True),
        ("User", "id", False),  # generated: nobody chooses it
        ("User", "role", False),
        ("User", "nope", False),
        ("Probe", "code", True),
        ("Probe", "label", False),
        ("PageConfig", "path", True),
        ("PageConfig", "tenantId", False),
        ("Workflow", "name", True),
        ("InstalledPackage", "packageId", True),
        ("Post", "slug", True),
    ],
)
def test_only_a_field_that_addresses_one_row_at_most_is_accepted(
    schema: Schema,
    entity: str,
    name: str,
    accepted: bool,  # noqa: FBT001 -- a column of a table
) -> None:
    fields = schema.entities[entity].fields
    field, found = parse_unique_field(schema.entities[entity], name, frozenset(fields))
    if accepted:
        assert (field, found) == (fields[name], [])
    else:
        assert field is None
        assert [(f.field, f.code) for f in found] == [("field", "not_unique")]


def test_a_hidden_field_is_not_unique(schema: Schema) -> None:
    session = schema.entities["Session"]
    field, found = parse_unique_field(session, "token", frozenset(session.fields) - {"token"})
    assert field is None
    assert [f.code for f in found] == ["not_unique"]


@pytest.mark.parametrize(
    ("unique", "accepted", "in_tenant"),
    [
        (Unique(("label",)), True, False),
        (Unique(("label",), "tenant"), True, True),
        (Unique(("tenantId", "label"), "tenant"), True, True),
        (Unique(("tenantId", "label")), False, False),  # a null tenant would not count
        (Unique(("label", "amount")), False, False),
        (Unique(("label", "amount"), "tenant"), False, False),
    ],
)
def test_combined_uniqueness_of_one_field_is_enough(
    schema: Schema,
    unique: Unique,
    accepted: bool,  # noqa: FBT001 -- a column of a table
    in_tenant: bool,  # noqa: FBT001 -- a column of a table
) -> None:
    entity = msgspec.structs.replace(schema.entities["Probe"], unique=(unique,))
    field, _ = parse_unique_field(entity, "label", frozenset(entity.fields))
    assert (field is not None) is accepted
    assert unique_in_tenant(entity, "label") is in_tenant


def test_unique_within_a_tenant_is_told_apart(schema: Schema) -> None:
    assert unique_in_tenant(schema.entities["PageConfig"], "path")
    assert not unique_in_tenant(schema.entities["User"], "username")

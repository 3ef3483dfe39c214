from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbal_reference.model import Entity, Field, Schema, Tenancy
from dbal_reference.validation import Author, validate_create

NOW = 1_700_000_000_000
ME = "0f0e0d0c-0b0a-4908-8706-050403020100"
USER = Author(ME, is_system=False, now_ms=NOW)
SYSTEM = Author(None, is_system=True, now_ms=NOW)
BOB = {"username": "bob", "email": "bob@example.org"}
PAGE = {"path": "/a", "title": "A", "componentTree": "{}", "level": 1, "requiresAuth": False}


def found(
    schema: Schema, entity: str, data: object, author: Author = USER
) -> list[tuple[str, str]]:
    _, findings = validate_create(schema, schema.entities[entity], data, author)
    return [(finding.field, finding.code) for finding in findings]


def made(schema: Schema, entity: str, data: object, author: Author = USER) -> dict[str, Any]:
    row, findings = validate_create(schema, schema.entities[entity], data, author)
    assert findings == []
    return row


def test_what_is_absent_is_filled_in_but_for_key_and_tenant(schema: Schema) -> None:
    assert made(schema, "User", BOB) == {
        "username": "bob",
        "email": "bob@example.org",
        "role": "user",
        "profilePicture": None,
        "bio": None,
        "createdAt": NOW,
        "isInstanceOwner": False,
        "passwordChangeTimestamp": None,
        "firstLogin": False,
    }


def test_a_tenant_that_is_given_is_in_the_row(schema: Schema) -> None:
    assert made(schema, "User", BOB | {"tenantId": ME.upper()})["tenantId"] == ME
    assert made(schema, "User", BOB | {"tenantId": None})["tenantId"] is None


def test_defaults_of_now_and_of_the_actor(schema: Schema) -> None:
    package = {"packageId": "p", "version": "1.0.0", "enabled": True}
    assert made(schema, "InstalledPackage", package)["installedAt"] == NOW
    flow = {"name": "n", "nodes": "[]", "edges": "[]"}
    assert made(schema, "Workflow", flow)["createdBy"] == ME
    assert made(schema, "Workflow", flow, SYSTEM)["createdBy"] is None


def test_times_and_versions_start_as_the_contract_says(schema: Schema) -> None:
    flow = {"name": "n", "nodes": "[]", "edges": "[]"}
    row = made(schema, "Workflow", flow)
    assert (row["createdAt"], row["updatedAt"], row["version"]) == (NOW, NOW, 1)
    assert made(schema, "Workflow", flow | {"version": 7})["version"] == 7
    assert made(schema, "Workflow", flow | {"createdAt": 5}, SYSTEM)["updatedAt"] == 5
    assert made(schema, "Probe", {"code": "A", "revision": 3})["revision"] == 3


def test_a_version_without_default_starts_at_one_and_times_may_be_datetimes(schema: Schema) -> None:
    key = Field("id", "uuid", primary=True, generated=True)
    fields = {
        "id": key,
        "changed": Field("changed", "datetime", auto="updated"),
        "made": Field("made", "datetime", auto="created"),
        "seen": Field("seen", "datetime", default={"now": True}),
        "turn": Field("turn", "bigint", auto="increment"),
        "data": Field("data", "json", default={"now": True}),
    }
    entity = Entity("E", "1", fields, key, Tenancy(), (), 1, 1)
    moment = "2023-11-14T22:13:20.000Z"
    row, findings = validate_create(schema, entity, {}, USER)
    assert findings == []
    assert row == {
        **dict.fromkeys(("changed", "made", "seen"), moment),
        "turn": 1,
        "data": {"now": True},
    }
    row["data"]["now"] = False
    assert validate_create(schema, entity, {}, USER)[0]["data"] == {"now": True}


def test_a_default_is_never_shared_between_rows(schema: Schema) -> None:
    node = {"pageId": ME, "type": "t"}
    first, second = made(schema, "ComponentNode", node), made(schema, "ComponentNode", node)
    assert first == second
    assert first is not second
    assert (first["childIds"], first["props"], first["order"]) == ("[]", "{}", 0)


def test_findings_come_in_schema_order_and_unknown_names_last(schema: Schema) -> None:
    data = {"zzz": 1, "role": "Admin", "password": "x", "username": "a!", "bio": 5}
    assert found(schema, "User", data) == [
        ("username", "min_length"),
        ("email", "required"),
        ("role", "enum"),
        ("bio", "type"),
        ("zzz", "unknown_field"),
        ("password", "unknown_field"),
    ]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("username", "ab", "min_length"),
        ("username", "a" * 51, "max_length"),
        ("username", "a b c", "pattern"),
        ("username", "bob\n", "pattern"),
        ("username", "bob\x00", "charset"),
        ("username", None, "null"),
        ("username", 5, "type"),
        ("email", "bob", "format"),
        ("email", "a" * 250 + "@b.com", "max_length"),
        ("role", "Admin", "enum"),
        ("role", None, "null"),
        ("isInstanceOwner", 1, "type"),
        ("firstLogin", None, "null"),
        ("tenantId", "x", "format"),
        ("id", ME, "read_only"),
        ("createdAt", NOW, "read_only"),
        ("createdAt", None, "read_only"),
        ("passwordChangeTimestamp", None, "read_only"),
        ("passwordHash", "x", "unknown_field"),
        ("__proto__", {}, "unknown_field"),
        ("", 1, "unknown_field"),
    ],
)
def test_one_wrong_field_is_one_finding(
    schema: Schema, field: str, value: object, code: str
) -> None:
    assert found(schema, "User", BOB | {field: value}) == [(field, code)]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [("level", 0, "min"), ("level", 7, "max"), ("level", 1.5, "type"), ("path", "a", "pattern"),
     ("path", "/a b", "pattern"), ("path", "", "min_length"), ("sortOrder", -1, "min"),
     ("params", "{", "json"), ("meta", "[" * 33 + "]" * 33, "limit"), ("requiredRole", "x", "enum"),
     ("updatedAt", 1, "read_only"), ("componentTree", {}, "type")],
)  # fmt: skip
def test_constraints_of_a_page(schema: Schema, field: str, value: object, code: str) -> None:
    assert found(schema, "PageConfig", PAGE | {field: value}) == [(field, code)]


def test_system_may_give_kept_fields_but_not_wrong_ones(schema: Schema) -> None:
    given_ = {"id": ME.upper(), "createdAt": 5, "passwordChangeTimestamp": 6}
    row = made(schema, "User", BOB | given_, SYSTEM)
    assert (row["id"], row["createdAt"], row["passwordChangeTimestamp"]) == (ME, 5, 6)
    assert found(schema, "User", BOB | {"id": "x", "createdAt": None}, SYSTEM) == [
        ("id", "format"),
        ("createdAt", "null"),
    ]


def test_a_key_that_the_caller_gives_is_required(schema: Schema) -> None:
    assert found(schema, "Probe", {}) == [("code", "required")]


@pytest.mark.parametrize("data", [None, [], "x", 1, True])
def test_data_that_is_no_object_is_of_another_type(schema: Schema, data: object) -> None:
    assert found(schema, "User", data) == [("data", "type")]


def test_a_prefix_stands_before_every_path(schema: Schema) -> None:
    user = schema.entities["User"]
    _, findings = validate_create(
        schema, user, {"x": 1, "username": "bo_"}, USER, prefix="items[2]"
    )
    assert [finding.field for finding in findings] == ["items[2].email", "items[2].x"]
    _, findings = validate_create(schema, user, 5, USER, prefix="create")
    assert [(finding.field, finding.code) for finding in findings] == [("create", "type")]


def test_nothing_that_was_sent_is_echoed(schema: Schema) -> None:
    secret = "swordfish!"
    data = dict.fromkeys(("userId", "token", "expiresAt", "ipAddress"), secret) | {"token": secret}
    _, findings = validate_create(schema, schema.entities["Session"], data, SYSTEM)
    assert {finding.field for finding in findings} >= {"userId", "token", "expiresAt"}
    assert not [finding for finding in findings if secret in finding.message]


def test_a_name_with_half_a_pair_does_not_break_the_reply(schema: Schema) -> None:
    _, findings = validate_create(schema, schema.entities["User"], BOB | {"\ud800": 1}, USER)
    assert [finding.field for finding in findings] == ["\ufffd"]


@pytest.mark.parametrize("text", ["x" * 262145, "[" * 33 + "]" * 33, "[" * 100_000, "\0" * 262145])
def test_code_beyond_the_limits_is_left_to_the_sandbox(schema: Schema, text: str) -> None:
    assert found(schema, "PageConfig", PAGE | {"componentTree": text}) == []
    assert found(schema, "Workflow", {"name": "n", "nodes": text, "edges": "[]"}) == []
    assert found(schema, "PageConfig", PAGE | {"componentTree": text, "level": 9}) == [
        ("level", "max")
    ]


@given(
    st.dictionaries(
        st.sampled_from(["username", "email", "role", "bio", "id", "createdAt", "x"]),
        st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.none()),
    )
)
def test_a_row_without_findings_is_whole_and_passes_again(
    schema: Schema, data: dict[str, object]
) -> None:
    user = schema.entities["User"]
    row, findings = validate_create(schema, user, data, SYSTEM)
    assert len({finding.field for finding in findings}) == len(findings)
    if not findings:
        assert set(user.fields) - set(row) <= {"id", "tenantId"}
        assert validate_create(schema, user, row, SYSTEM) == (row, [])

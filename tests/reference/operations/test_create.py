"""create: rows, defaults, refusals (GEN-CREATE, ENT-GEN, USR-CREATE)."""

import re
from typing import Any

import pytest
from tests.reference.talk import Json, Talk

UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def test_a_user_gets_what_he_did_not_say_from_the_schema(talk: Talk) -> None:
    row = talk.call("User.create", "admin", data={"username": "bob", "email": "b@example.com"})
    assert UUID4.fullmatch(row.pop("id"))
    assert isinstance(row.pop("createdAt"), int)
    assert row == {
        "username": "bob",
        "email": "b@example.com",
        "role": "user",
        "profilePicture": None,
        "bio": None,
        "tenantId": talk.tenants["default"],
        "isInstanceOwner": False,
        "passwordChangeTimestamp": None,
        "firstLogin": False,
    }


def test_every_mistake_is_told_at_once_in_the_order_of_the_schema(talk: Talk) -> None:
    data = {"zzz": 1, "bio": 5, "email": "nonsense", "username": "a!", "createdAt": 1, "id": "x"}
    refusal = talk.refused("User.create", "admin", data=data)
    assert refusal.name == "VALIDATION_ERROR"
    assert list(refusal.fields.items()) == [
        ("id", "read_only"),
        ("username", "min_length"),
        ("email", "format"),
        ("bio", "type"),
        ("createdAt", "read_only"),
        ("zzz", "unknown_field"),
    ]


@pytest.mark.parametrize("data", [None, [], "text", 1])
def test_data_that_is_no_object_is_of_wrong_type(talk: Talk, data: Json) -> None:
    assert talk.refused("User.create", "admin", data=data).fields == {"data": "type"}


def test_data_is_required_and_other_arguments_are_not_ignored(talk: Talk) -> None:
    refusal = talk.refused("User.create", "admin", dat={})
    assert refusal.fields == {"data": "required", "dat": "unknown_field"}


def test_a_taken_key_leaves_the_stored_row_alone(talk: Talk) -> None:
    talk.call("Probe.create", "admin", data={"code": "P-1", "label": "first"})
    refusal = talk.refused("Probe.create", "admin", data={"code": "P-1", "label": "second"})
    assert (refusal.name, refusal.reason) == ("CONFLICT", "unique")
    assert refusal.fields == {"code": "unique"}
    assert talk.call("Probe.read", "admin", id="P-1")["label"] == "first"


def test_every_clash_is_named(talk: Talk) -> None:
    me = talk.actors["user"]
    data = {"username": me["username"], "email": "user@actors.example"}
    refusal = talk.refused("User.create", "stranger", data=data)
    assert list(refusal.fields.items()) == [("username", "unique"), ("email", "unique")]


def test_a_clash_never_shows_a_secret_value(talk: Talk) -> None:
    data = {"userId": talk.actors["user"]["id"], "token": "t" * 20, "expiresAt": 9_999_999_999_999}
    talk.call("Session.create", "system", data=data)
    refusal = talk.refused("Session.create", "system", data=data)
    assert refusal.fields == {"token": "unique"}
    assert "t" * 20 not in str(refusal.whole)


@pytest.mark.parametrize(
    ("entity", "data", "fields"),
    [
        (
            "PageConfig",
            {"path": "/a", "title": "A", "componentTree": "{}", "level": 1, "requiresAuth": False},
            {"path": "unique"},
        ),
        ("Workflow", {"name": "w", "nodes": "[]", "edges": "[]"}, {"name": "unique"}),
        (
            "InstalledPackage",
            {"packageId": "p", "version": "1.0.0", "enabled": True},
            {"packageId": "unique"},
        ),
    ],
)
def test_names_within_a_tenant_stand_in_no_other_tenants_way(
    talk: Talk, entity: str, data: dict[str, Any], fields: dict[str, str]
) -> None:
    other = {"tenant": talk.tenants["other"]}
    talk.call(f"{entity}.create", "supergod", data=data)
    talk.call(f"{entity}.create", "supergod", data=data, meta=other)
    assert talk.refused(f"{entity}.create", "supergod", data=data).fields == fields
    # The null tenant is one tenant like any other (ENT-GEN-007).
    talk.call(f"{entity}.create", "system", data=data)
    assert talk.refused(f"{entity}.create", "system", data=data).fields == fields


def test_null_never_clashes_in_a_field_that_is_unique_alone(talk: Talk) -> None:
    for _ in range(2):
        talk.call("Post.create", "admin", data={"title": "t"})
    assert talk.call("Post.count", "admin") == 2


def test_only_system_may_give_generated_and_kept_fields(talk: Talk) -> None:
    key = "0A0B0C0D-0000-4000-8000-000000000001"
    data = {"id": key, "username": "old", "email": "o@example.com", "createdAt": 5}
    row = talk.call("User.create", "system", data=data)
    assert (row["id"], row["createdAt"]) == (key.lower(), 5)


def test_updated_at_begins_as_created_at_and_a_counter_as_given(talk: Talk) -> None:
    data = {"name": "w", "nodes": "[]", "edges": "[]", "version": 7}
    row = talk.call("Workflow.create", "god", data=data)
    assert row["updatedAt"] == row["createdAt"]
    assert row["version"] == 7
    assert row["createdBy"] == talk.actors["god"]["id"]
    assert talk.call("Workflow.create", "system", data=data)["createdBy"] is None


def test_nobody_speaks_for_another_as_the_maker_of_a_workflow(talk: Talk) -> None:
    data = {"name": "w", "nodes": "[]", "edges": "[]", "createdBy": talk.actors["user"]["id"]}
    assert talk.refused("Workflow.create", "god", data=data).name == "FORBIDDEN"
    assert talk.call("Workflow.create", "system", data=data)["createdBy"] == data["createdBy"]


@pytest.mark.parametrize("role", ["god", "supergod"])
def test_nobody_makes_a_user_above_himself(talk: Talk, role: str) -> None:
    data = {"username": "boss", "email": "b@example.com", "role": role}
    refusal = talk.refused("User.create", "admin", data=data)
    assert refusal.name == "FORBIDDEN"
    assert talk.call("User.create", "supergod", data=data)["role"] == role


def test_who_may_not_create_learns_nothing_of_valid_input(talk: Talk) -> None:
    assert talk.refused("User.create", data={"nonsense": 1}).name == "UNAUTHORIZED"
    assert talk.refused("User.create", "user", data={"nonsense": 1}).name == "FORBIDDEN"


def test_a_field_that_no_rule_lets_be_written_is_refused_before_any_validation(talk: Talk) -> None:
    data = {"username": "!", "isInstanceOwner": True}
    assert talk.refused("User.create", "god", data=data).name == "FORBIDDEN"
    data = {"username": "owner", "email": "o@example.com", "isInstanceOwner": True}
    assert talk.call("User.create", "supergod", data=data)["isInstanceOwner"] is True


def test_the_row_filter_of_create_holds_on_the_new_row(talk: Talk) -> None:
    mine = {"title": "t", "ownerId": talk.actors["user"]["id"]}
    assert talk.call("Post.create", "user", data=mine)["title"] == "t"
    theirs = {"title": "t", "ownerId": talk.actors["neighbour"]["id"]}
    assert talk.refused("Post.create", "user", data=theirs).name == "FORBIDDEN"
    assert talk.refused("Probe.create", "user", data={"code": "A", "amount": 1}).name == "FORBIDDEN"


def test_ttl_seconds_needs_a_capability(talk: Talk) -> None:
    refusal = talk.refused("Probe.create", "admin", data={}, ttlSeconds=5)
    if "ttl" in talk.call("dbal.hello")["capabilities"]:
        assert refusal.fields == {"code": "required"}
    else:
        assert refusal.details == {"capability": "ttl"}
    # It names the ttl field, which this rule does not let be written (check 3 before 4).
    refusal = talk.refused("Probe.create", "user", data={"code": "A"}, ttlSeconds=5)
    assert refusal.name == "FORBIDDEN"

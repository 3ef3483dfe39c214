"""upsert, updateByField, deleteByField (GEN-UPSERT, GEN-BYF, PAG-PATH-002)."""

from typing import Any

import pytest
from tests.reference.talk import Json, Talk

FLOW = {"nodes": "[]", "edges": "[]"}


def upsert(talk: Talk, actor: str, value: str, **more: Json) -> Json:
    args = {"create": {"label": "made"}, "update": {"label": "changed"}, **more}
    return talk.call("Probe.upsert", actor, field="code", value=value, **args)


def test_upsert_creates_and_then_changes(talk: Talk) -> None:
    assert upsert(talk, "admin", "A")["label"] == "made"
    row = upsert(talk, "admin", "A")
    assert (row["label"], row["revision"]) == ("changed", 2)
    assert talk.call("Probe.count", "admin") == 1


def test_upsert_with_an_empty_update_changes_nothing(talk: Talk) -> None:
    before = upsert(talk, "admin", "A")
    assert upsert(talk, "admin", "A", update={}) == before


def test_upsert_by_a_name_unique_within_the_tenant_means_the_tenant_acted_in(talk: Talk) -> None:
    args = {"field": "name", "value": "w", "create": FLOW, "update": {"enabled": False}}
    other = {"tenant": talk.tenants["other"]}
    mine = talk.call("Workflow.upsert", "supergod", **args)
    theirs = talk.call("Workflow.upsert", "supergod", **args, meta=other)
    nobodys = talk.call("Workflow.upsert", "system", **args)
    assert [row["tenantId"] for row in (mine, theirs, nobodys)] == [
        talk.tenants["default"],
        talk.tenants["other"],
        None,
    ]
    assert talk.call("Workflow.upsert", "god", **args)["id"] == mine["id"]


@pytest.mark.parametrize(
    ("args", "fields"),
    [
        ({"create": {"code": "B"}}, {"create.code": "not_unique"}),
        ({"field": "label"}, {"field": "not_unique"}),
        ({"field": "nope"}, {"field": "not_unique"}),
        ({"field": "pin"}, {"field": "not_unique"}),
        ({"field": None}, {"field": "type"}),
        ({"value": None}, {"value": "null"}),
        ({"value": "lower"}, {"value": "pattern"}),
        ({"value": 5}, {"value": "type"}),
        ({"create": {"amount": 5000}}, {"create.amount": "max"}),
        ({"update": {"amount": "x"}}, {"update.amount": "type"}),
        ({"update": {"code": "B"}}, {"update.code": "immutable"}),
        ({"create": None, "update": 1}, {"create": "type", "update": "type"}),
    ],
)
def test_both_halves_are_judged_on_every_call(
    talk: Talk, args: dict[str, Any], fields: dict[str, str]
) -> None:
    call = {"field": "code", "value": "A", "create": {}, "update": {}, **args}
    assert talk.refused("Probe.upsert", "admin", **call).fields == fields
    talk.call("Probe.create", "admin", data={"code": "A"})
    assert talk.refused("Probe.upsert", "admin", **call).fields == fields


def test_the_same_value_may_be_in_create_too(talk: Talk) -> None:
    assert upsert(talk, "admin", "A", create={"code": "A"})["code"] == "A"


def test_a_generated_key_addresses_no_row_to_be_made(talk: Talk) -> None:
    call = {"field": "id", "value": "x", "create": {}, "update": {}}
    assert talk.refused("User.upsert", "admin", **call).fields["field"] == "not_unique"


def test_a_row_that_is_taken_and_not_visible_is_a_conflict(talk: Talk) -> None:
    talk.reset(Probe=[{"code": "A", "tenantId": "other"}])
    call = {"field": "code", "value": "A", "create": {}, "update": {}}
    refusal = talk.refused("Probe.upsert", "admin", **call)
    assert (refusal.reason, refusal.fields) == ("unique", {"code": "unique"})


def test_upsert_needs_both_rights_whatever_happens(talk: Talk) -> None:
    call = {"field": "code", "value": "A", "create": {}, "update": {}}
    assert talk.refused("Probe.upsert", **call).name == "UNAUTHORIZED"
    assert talk.refused("Probe.upsert", "user", **call).name == "FORBIDDEN"
    assert talk.refused("Probe.upsert", "moderator", **call).name == "FORBIDDEN"


def test_roles_are_not_given_by_upsert_but_by_system(talk: Talk) -> None:
    name = talk.actors["user"]["username"]
    call: dict[str, Any] = {
        "field": "username",
        "value": name,
        "create": {"email": "new@example.com"},
        "update": {"role": "moderator"},
    }
    assert talk.refused("User.upsert", "supergod", **call).name == "FORBIDDEN"
    assert talk.call("User.upsert", "system", **call)["role"] == "moderator"
    call["update"] = {"bio": "x"}
    call["create"] = {"email": "new@example.com", "role": "god"}  # judged though the row exists
    assert talk.refused("User.upsert", "admin", **call).name == "FORBIDDEN"


def test_conflicts_of_upsert_name_the_fields_bare(talk: Talk) -> None:
    mail = "neighbour@actors.example"
    call: dict[str, Any] = {"field": "username", "value": "newcomer", "create": {"email": mail}}
    refusal = talk.refused("User.upsert", "admin", **call, update={})
    assert refusal.fields == {"email": "unique"}
    call = {"field": "username", "value": "user", "create": {"email": "n@example.com"}}
    refusal = talk.refused("User.upsert", "admin", **call, update={"email": mail})
    assert refusal.fields == {"email": "unique"}


def test_references_of_upsert_are_told_with_their_half(talk: Talk) -> None:
    missing = "00000000-0000-4000-8000-000000000000"
    call: dict[str, Any] = {"field": "code", "value": "A"}
    refusal = talk.refused("Probe.upsert", "admin", **call, create={"postId": missing}, update={})
    assert refusal.fields == {"create.postId": "reference"}
    talk.call("Probe.create", "admin", data={"code": "A"})
    refusal = talk.refused("Probe.upsert", "admin", **call, create={}, update={"postId": missing})
    assert refusal.fields == {"update.postId": "reference"}


def test_update_and_delete_by_field(talk: Talk) -> None:
    name = talk.actors["neighbour"]["username"]
    row = talk.call("User.updateByField", "admin", field="username", value=name, data={"bio": "x"})
    assert (row["id"], row["bio"]) == (talk.actors["neighbour"]["id"], "x")
    assert talk.call("User.deleteByField", "admin", field="username", value=name) is True
    refusal = talk.refused("User.deleteByField", "admin", field="username", value=name)
    assert refusal.name == "NOT_FOUND"


@pytest.mark.parametrize(
    ("args", "name", "fields"),
    [
        ({"field": "bio", "value": "x"}, "VALIDATION_ERROR", {"field": "not_unique"}),
        ({"field": "nope", "value": "x"}, "VALIDATION_ERROR", {"field": "not_unique"}),
        ({"field": "username", "value": 1}, "VALIDATION_ERROR", {"value": "type"}),
        ({"field": "username", "value": "!!"}, "NOT_FOUND", {}),
        ({"field": "email", "value": "no mail"}, "NOT_FOUND", {}),
        ({"field": "username"}, "VALIDATION_ERROR", {"value": "required"}),
    ],
)
def test_mistakes_by_field(
    talk: Talk, args: dict[str, Any], name: str, fields: dict[str, str]
) -> None:
    for operation, more in (("updateByField", {"data": {"bio": "x"}}), ("deleteByField", {})):
        refusal = talk.refused(f"User.{operation}", "admin", **args, **more)
        assert (refusal.name, refusal.fields) == (name, fields)


def test_a_row_that_is_not_visible_counts_as_missing_by_field(talk: Talk) -> None:
    stranger = talk.actors["stranger"]["username"]
    call = {"field": "username", "value": stranger, "data": {"bio": "x"}}
    assert talk.refused("User.updateByField", "admin", **call).name == "NOT_FOUND"
    call["value"] = talk.actors["neighbour"]["username"]
    assert talk.refused("User.updateByField", "user", **call).name == "NOT_FOUND"
    call["value"] = talk.actors["god"]["username"]  # visible to an admin, and above him
    assert talk.refused("User.updateByField", "admin", **call).name == "FORBIDDEN"

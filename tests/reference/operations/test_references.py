"""References and cascades (ENT-FK, PAG-DELETE, USR-DELETE, GEN-TTL-002)."""

from typing import Any

import pytest
from tests.reference.talk import Talk

MISSING = "00000000-0000-4000-8000-000000000000"
PAGE = {"title": "P", "componentTree": "{}", "level": 1, "requiresAuth": False}


@pytest.mark.parametrize("value", [MISSING, MISSING.replace("8", "9")])
def test_a_reference_to_nothing_is_told(talk: Talk, value: str) -> None:
    refusal = talk.refused("Probe.create", "admin", data={"code": "A", "postId": value})
    assert refusal.fields == {"postId": "reference"}
    talk.call("Probe.create", "admin", data={"code": "A"})
    refusal = talk.refused("Probe.update", "admin", id="A", data={"postId": value})
    assert refusal.fields == {"postId": "reference"}
    refusal = talk.refused(
        "Probe.updateMany", "admin", filter={"code": "A"}, data={"postId": value}
    )
    assert refusal.fields == {"postId": "reference"}


def test_a_row_of_another_tenant_cannot_be_referred_to(talk: Talk) -> None:
    stranger = talk.actors["stranger"]["id"]
    refusal = talk.refused("Post.create", "admin", data={"title": "t", "ownerId": stranger})
    assert refusal.fields == {"ownerId": "reference"}
    row = talk.call("Post.create", "supergod", data={"title": "t", "ownerId": stranger})
    assert row["ownerId"] == stranger


def test_the_actor_himself_can_be_referred_to_from_anywhere(talk: Talk) -> None:
    data = {"name": "w", "nodes": "[]", "edges": "[]"}
    other = {"tenant": talk.tenants["other"]}
    row = talk.call("Workflow.create", "supergod", data=data, meta=other)
    assert row["createdBy"] == talk.actors["supergod"]["id"]


def test_references_come_after_rights_and_before_conflicts(talk: Talk) -> None:
    talk.call("Probe.create", "admin", data={"code": "A"})
    data = {"code": "A", "postId": MISSING}
    assert talk.refused("Probe.create", "user", data=data).name == "FORBIDDEN"
    assert talk.refused("Probe.create", "admin", data=data).name == "VALIDATION_ERROR"


def test_deleting_a_page_deletes_its_components_and_no_others(talk: Talk) -> None:
    talk.reset(
        PageConfig=[{"$as": "a", "path": "/a", **PAGE}, {"$as": "b", "path": "/b", **PAGE}],
        ComponentNode=[
            {"$as": "root", "pageId": "$a.id", "type": "x"},
            {"pageId": "$a.id", "parentId": "$root.id", "type": "x"},
            {"$as": "other", "pageId": "$b.id", "type": "x"},
        ],
    )
    assert talk.call("PageConfig.delete", "god", id=talk.rows["a"]["id"]) is True
    rows = talk.call("ComponentNode.list", "god")["data"]
    assert [row["id"] for row in rows] == [talk.rows["other"]["id"]]


def test_deleting_a_component_deletes_its_descendants_only(talk: Talk) -> None:
    talk.reset(
        PageConfig=[{"$as": "a", "path": "/a", **PAGE}],
        ComponentNode=[
            {"$as": "top", "pageId": "$a.id", "type": "x"},
            {"$as": "mid", "pageId": "$a.id", "parentId": "$top.id", "type": "x"},
            {"$as": "low", "pageId": "$a.id", "parentId": "$mid.id", "type": "x"},
            {"$as": "side", "pageId": "$a.id", "parentId": "$top.id", "type": "x"},
        ],
    )
    talk.call("ComponentNode.delete", "god", id=talk.rows["mid"]["id"])
    left = {row["id"] for row in talk.call("ComponentNode.list", "god")["data"]}
    assert left == {talk.rows["top"]["id"], talk.rows["side"]["id"]}


def test_deleting_a_user_ends_his_sessions_and_nulls_his_workflows(talk: Talk) -> None:
    talk.reset(
        Workflow=[
            {"$as": "w", "name": "w", "nodes": "[]", "edges": "[]", "createdBy": "$actor.user.id"}
        ],
        Credential=[{"username": "user", "password": "long enough"}],
    )
    key = talk.actors["user"]["id"]
    before = talk.rows["w"]
    assert talk.call("User.delete", "admin", id=key) is True
    assert talk.refused("dbal.hello", "user").name == "UNAUTHORIZED"
    assert talk.call("Session.count", "system", filter={"userId": key}) == 0
    assert talk.call("Credential.count", "system") == 0
    after = talk.call("Workflow.read", "god", id=before["id"])
    assert after == {**before, "createdBy": None}  # no new version, no new updatedAt (section 20)


def test_renaming_a_user_renames_his_credential(talk: Talk) -> None:
    talk.reset(Credential=[{"username": "user", "password": "long enough"}])
    talk.call("User.update", "user", id=talk.actors["user"]["id"], data={"username": "renamed"})
    assert talk.call("Credential.verify", username="renamed", password="long enough") is True
    refusal = talk.refused("Credential.verify", username="user", password="long enough")
    assert refusal.name == "UNAUTHORIZED"


def test_a_row_that_is_held_cannot_be_deleted(talk: Talk) -> None:
    talk.reset(Post=[{"$as": "p", "title": "t"}], Probe=[{"code": "A", "postId": "$p.id"}])
    key = talk.rows["p"]["id"]
    calls: list[tuple[str, dict[str, Any]]] = [
        ("Post.delete", {"id": key}),
        ("Post.deleteMany", {"filter": {"title": "t"}}),
    ]
    for method, args in calls:
        refusal = talk.refused(method, "admin", **args)
        assert (refusal.name, refusal.reason) == ("CONFLICT", "referenced")
    talk.call("Probe.delete", "admin", id="A")
    assert talk.call("Post.delete", "admin", id=key) is True


def test_an_expired_row_holds_nothing(talk: Talk) -> None:
    rows = [{"code": "A", "postId": "$p.id", "expiresAt": 1}]
    talk.reset(Post=[{"$as": "p", "title": "t"}], Probe=rows)
    assert talk.call("Post.delete", "admin", id=talk.rows["p"]["id"]) is True
    assert talk.call("conformance.digest", "system")["Probe"]["count"] == 0


def test_an_expired_row_cannot_be_referred_to_or_clash(talk: Talk) -> None:
    talk.reset(Probe=[{"code": "A", "expiresAt": 1, "label": "old"}])
    assert talk.refused("Probe.read", "system", id="A").name == "NOT_FOUND"
    assert talk.call("Probe.count", "system") == 0
    assert talk.call("conformance.digest", "system")["Probe"]["count"] == 1
    row = talk.call("Probe.create", "admin", data={"code": "A"})
    assert row["label"] is None
    assert talk.call("conformance.digest", "system")["Probe"]["count"] == 1

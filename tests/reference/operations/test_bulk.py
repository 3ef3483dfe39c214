"""createMany, updateMany, deleteMany: all or nothing (GEN-BULK)."""

from typing import Any

import pytest
from tests.reference.talk import Json, Talk

EVERY = {"code": {"isNull": False}}


def test_create_many_counts(talk: Talk) -> None:
    items = [{"code": f"P{i}"} for i in range(3)]
    assert talk.call("Probe.createMany", "admin", items=items) == 3
    assert talk.call("Probe.count", "admin") == 3
    assert talk.call("Probe.createMany", "admin", items=[]) == 0


def test_a_thousand_items_and_no_more(talk: Talk) -> None:
    items = [{"code": f"P{i}"} for i in range(1001)]
    refusal = talk.refused("Probe.createMany", "admin", items=items)
    assert refusal.fields == {"items": "limit"}
    assert talk.call("Probe.createMany", "admin", items=items[:1000]) == 1000


def test_mistakes_name_the_item(talk: Talk) -> None:
    items = [{"code": "A"}, {"code": "b", "amount": 5000}, 7, {}]
    refusal = talk.refused("Probe.createMany", "admin", items=items)
    assert refusal.fields == {
        "items[1].code": "pattern",
        "items[1].amount": "max",
        "items[2]": "type",
        "items[3].code": "required",
    }
    assert talk.refused("Probe.createMany", "admin", items={}).fields == {"items": "type"}
    assert talk.refused("Probe.createMany", "admin").fields == {"items": "required"}


def test_items_may_not_clash_with_rows_or_with_each_other(talk: Talk) -> None:
    talk.call("Probe.create", "admin", data={"code": "A"})
    items = [{"code": "B"}, {"code": "A"}, {"code": "C"}, {"code": "B"}]
    refusal = talk.refused("Probe.createMany", "admin", items=items)
    assert (refusal.reason, refusal.fields) == (
        "unique",
        {"items[1].code": "unique", "items[3].code": "unique"},
    )
    assert talk.call("Probe.count", "admin") == 1


def test_one_item_that_may_not_be_made_refuses_all(talk: Talk) -> None:
    me, other = talk.actors["user"]["id"], talk.actors["neighbour"]["id"]
    items = [{"title": "a", "ownerId": me}, {"title": "b", "ownerId": other}]
    assert talk.refused("Post.createMany", "user", items=items).name == "FORBIDDEN"
    assert talk.call("Post.createMany", "user", items=items[:1]) == 1


def test_references_among_items_are_judged_before_any_is_stored(talk: Talk) -> None:
    key = "00000000-0000-4000-8000-000000000001"
    talk.reset(PageConfig=[page()])
    base = {"pageId": talk.rows["page"]["id"], "type": "x"}
    items = [{"id": key, **base}, {"parentId": key, **base}]
    refusal = talk.refused("ComponentNode.createMany", "system", items=items)
    assert refusal.fields == {"items[1].parentId": "reference"}


def page() -> dict[str, Any]:
    return {
        "$as": "page",
        "path": "/a",
        "title": "A",
        "componentTree": "{}",
        "level": 1,
        "requiresAuth": False,
    }


def test_update_many_counts_matches_and_grows_counters_one_by_one(talk: Talk) -> None:
    talk.reset(Probe=[{"code": "A", "revision": 5}, {"code": "B"}, {"code": "C", "label": "x"}])
    filter_ = {"label": None}
    assert talk.call("Probe.updateMany", "admin", filter=filter_, data={"label": "y"}) == 2
    revisions = {r["code"]: r["revision"] for r in talk.call("Probe.list", "admin")["data"]}
    assert revisions == {"A": 6, "B": 2, "C": 1}
    assert talk.call("Probe.updateMany", "admin", filter=filter_, data={"label": "y"}) == 0


@pytest.mark.parametrize("operation", ["updateMany", "deleteMany"])
@pytest.mark.parametrize(
    ("filter_", "fields"),
    [
        ({}, {"filter": "empty"}),
        ({"and": [{}]}, {"filter": "empty"}),
        (None, {"filter": "type"}),
        ({"nope": 1}, {"filter.nope": "unknown_field"}),
        ({"pin": "1"}, {"filter.pin": "unknown_field"}),
    ],
)
def test_a_filter_must_say_something_known(
    talk: Talk,
    operation: str,
    filter_: Json,
    fields: dict[str, str],
) -> None:
    talk.reset(Probe=[{"code": "A"}])
    more = {"data": {"label": "x"}} if operation == "updateMany" else {}
    assert talk.refused(f"Probe.{operation}", "admin", filter=filter_, **more).fields == fields
    assert talk.refused(f"Probe.{operation}", "admin", **more).fields == {"filter": "required"}


def test_rows_that_the_actor_may_not_write_are_skipped(talk: Talk) -> None:
    filter_ = {"id": {"isNull": False}}
    assert talk.call("User.updateMany", "admin", filter=filter_, data={"bio": "x"}) == 5
    talk.call("User.updateMany", "user", filter=filter_, data={"bio": "mine"})
    rows = talk.call("User.list", "system", filter={"bio": "mine"})["data"]
    assert [row["username"] for row in rows] == ["user"]


def test_delete_many_removes_what_the_actor_may_delete(talk: Talk) -> None:
    filter_ = {"id": {"isNull": False}}
    # public, user, neighbour, moderator and the admin himself: not those above, not the stranger.
    assert talk.call("User.deleteMany", "admin", filter=filter_) == 5
    assert talk.call("User.count", "system") == 3
    assert talk.refused("User.deleteMany", "supergod").fields == {"filter": "required"}


def test_a_row_that_would_leave_its_rule_stops_all(talk: Talk) -> None:
    me, other = talk.actors["user"]["id"], talk.actors["neighbour"]["id"]
    talk.reset()
    me, other = talk.actors["user"]["id"], talk.actors["neighbour"]["id"]
    for _ in range(2):
        talk.call("Post.create", "user", data={"title": "t", "ownerId": me})
    data = {"ownerId": other}
    filter_ = {"title": "t"}
    assert talk.refused("Post.updateMany", "user", filter=filter_, data=data).name == "FORBIDDEN"
    assert talk.call("Post.updateMany", "user", filter=filter_, data={"body": "b"}) == 2


def test_two_rows_cannot_be_given_one_unique_value(talk: Talk) -> None:
    talk.call("Post.createMany", "admin", items=[{"title": "a"}, {"title": "b"}])
    filter_ = {"title": {"in": ["a", "b"]}}
    refusal = talk.refused("Post.updateMany", "admin", filter=filter_, data={"slug": "s"})
    assert (refusal.reason, refusal.fields) == ("unique", {"slug": "unique"})
    assert talk.call("Post.updateMany", "admin", filter={"title": "a"}, data={"slug": "s"}) == 1
    assert talk.call("Post.updateMany", "admin", filter={"title": "a"}, data={"slug": "s"}) == 1


def test_empty_data_is_refused(talk: Talk) -> None:
    refusal = talk.refused("Probe.updateMany", "admin", filter=EVERY, data={})
    assert refusal.fields == {"data": "empty"}


def test_roles_are_not_given_to_many_but_by_system(talk: Talk) -> None:
    call = {"filter": {"role": "user"}, "data": {"role": "moderator"}}
    for actor in ("user", "admin", "supergod"):
        assert talk.refused("User.updateMany", actor, **call).name == "FORBIDDEN"
    assert talk.call("User.updateMany", "system", **call) == 2

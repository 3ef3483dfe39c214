"""conformance.reset: worlds made to order (CTL-RESET)."""

import re
from time import monotonic

import pytest
from tests.reference.talk import Json, Refusal, Talk

from dbal_reference.adapters import Refills

UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def counts(talk: Talk) -> dict[str, int]:
    return {
        k: v["count"] for k, v in talk.call("conformance.digest", "system").items() if v["count"]
    }


def test_actors_are_users_with_a_session_of_a_day(talk: Talk) -> None:
    talk.reset(actors={"al": {"role": "admin"}, "eve": {"role": "user", "tenant": "other"}})
    assert counts(talk) == {"User": 2, "Session": 2}
    al, eve = talk.actors["al"], talk.actors["eve"]
    assert al.keys() == {"id", "username", "token", "tenantId"}
    row = talk.call("User.read", "al", id=al["id"])
    assert (row["username"], row["email"], row["role"]) == ("al_", "al@actors.example", "admin")
    assert row["tenantId"] == al["tenantId"] == talk.tenants["default"]
    assert eve["tenantId"] == talk.tenants["other"]
    assert UUID4.fullmatch(talk.tenants["other"])
    assert al["token"] != eve["token"]
    now = talk.call("conformance.clock", "system", frozen=True)["now"]
    ends = {row["expiresAt"] for row in talk.call("Session.list", "system")["data"]}
    (end,) = ends
    assert 0 <= now - (end - 86_400_000) <= 1000
    talk.call("conformance.clock", "system", set=end - 1)
    assert talk.call("User.count", "al") == 1
    talk.call("conformance.clock", "system", set=end)
    assert talk.refused("User.count", "al").name == "UNAUTHORIZED"


def test_fixtures_refer_to_earlier_ones_and_to_actors(talk: Talk) -> None:
    talk.reset(
        User=[{"$as": "bob", "username": "bob", "email": "bob@example.com"}],
        Post=[
            {"$as": "one", "title": "$bob.username", "ownerId": "$bob.id"},
            {"title": "$one.title", "ownerId": "$actor.user.id", "data": {"$$a": ["$one.id"]}},
            {"title": "$$bob.id"},
            {"title": "$5 off", "body": "$"},
        ],
    )
    rows = talk.call("Post.list", "system", sort={"title": "asc"})["data"]
    assert [row["title"] for row in rows] == ["$5 off", "$bob.id", "bob", "bob"]
    nested = next(row for row in rows if row["data"] is not None)
    assert nested["data"] == {"$a": [talk.rows["one"]["id"]]}
    assert nested["ownerId"] == talk.actors["user"]["id"]
    assert talk.rows["bob"] == talk.call("User.read", "system", id=talk.rows["bob"]["id"])


def test_fixtures_may_set_any_field_and_are_not_scanned(talk: Talk) -> None:
    key = "00000000-0000-4000-8000-000000000009"
    user = {"$as": "u", "id": key, "username": "old", "email": "o@example.com"}
    kept = {"createdAt": 5, "passwordChangeTimestamp": 6, "isInstanceOwner": True, "role": "god"}
    flow = {"$as": "w", "name": "w", "nodes": '[{"id": "<script>"}]', "edges": "[]"}
    talk.reset(
        User=[{**user, **kept}],
        Workflow=[{**flow, "version": 7, "updatedAt": 8, "createdBy": key}],
        Probe=[{"$as": "p", "code": "A", "pin": "1234", "expiresAt": {"$bigint": str(2**60)}}],
    )
    row = talk.call("User.read", "system", id=key)
    assert {name: row[name] for name in kept} == kept
    flow = talk.call("Workflow.read", "system", id=talk.rows["w"]["id"])
    assert (flow["version"], flow["updatedAt"], flow["createdBy"]) == (7, 8, key)
    assert "pin" not in talk.rows["p"]


def test_tenants_of_fixtures_are_labels(talk: Talk) -> None:
    rows = [{"$as": "a", "code": "A"}, {"$as": "b", "code": "B", "tenantId": "other"}]
    talk.reset(Probe=[*rows, {"$as": "c", "code": "C", "tenantId": None}])
    tenants = [talk.rows[name]["tenantId"] for name in "abc"]
    assert tenants == [talk.tenants["default"], talk.tenants["other"], None]


def test_credentials_give_a_password_and_leave_its_time_alone(talk: Talk) -> None:
    talk.reset(Credential=[{"username": "user", "password": "long enough"}])
    assert talk.call("Credential.verify", username="user", password="long enough") is True
    row = talk.call("User.read", "user", id=talk.actors["user"]["id"])
    assert row["passwordChangeTimestamp"] is None


def test_everything_before_is_gone(talk: Talk) -> None:
    talk.call("Probe.create", "admin", data={"code": "A"})
    for _ in range(5):
        talk.refused("Credential.verify", username="user", password="wrong")
    talk.call("conformance.clock", "system", advance=10**9, frozen=True)
    talk.call("conformance.fault", "system", kind="database", count=5)
    token = talk.token("admin")
    talk.reset(actors={})
    assert counts(talk) == {}
    assert talk.audit() == []
    clock = talk.call("conformance.clock", "system")
    assert clock["frozen"] is False
    assert talk.refused("dbal.hello", meta={"token": token}).name == "UNAUTHORIZED"
    refusal = talk.refused("Credential.verify", username="user", password="wrong")
    assert refusal.name == "UNAUTHORIZED"


@pytest.mark.parametrize(
    ("args", "name", "fields"),
    [
        ({"fixtures": {"Nope": []}}, "VALIDATION_ERROR", {"fixtures.Nope": "enum"}),
        ({"fixtures": {"User": {}}}, "VALIDATION_ERROR", {"fixtures.User": "type"}),
        ({"fixtures": {"User": [5]}}, "VALIDATION_ERROR", {"fixtures.User[0]": "type"}),
        (
            {"fixtures": {"Post": [{"title": "t"}, {"title": ""}]}},
            "VALIDATION_ERROR",
            {"fixtures.Post[1].title": "min_length"},
        ),
        (
            {"fixtures": {"Post": [{"title": "t", "ownerId": "$nobody.id"}]}},
            "VALIDATION_ERROR",
            {"fixtures.Post[0]": "reference"},
        ),
        (
            {"fixtures": {"Probe": [{"code": "A"}, {"code": "A"}]}},
            "CONFLICT",
            {"fixtures.Probe[1].code": "unique"},
        ),
        (
            {"fixtures": {"Post": [{"$as": "a", "title": "t"}, {"$as": "a", "title": "t"}]}},
            "VALIDATION_ERROR",
            {"fixtures.Post[1].$as": "unique"},
        ),
        (
            {"fixtures": {"Credential": [{"username": "user"}]}},
            "VALIDATION_ERROR",
            {"fixtures.Credential[0].password": "required"},
        ),
        (
            {"fixtures": {"Credential": [{"username": "nobody", "password": "long enough"}]}},
            "VALIDATION_ERROR",
            {"fixtures.Credential[0].username": "reference"},
        ),
        ({"fixtures": []}, "VALIDATION_ERROR", {"fixtures": "type"}),
        ({"actors": {"a": {"role": "Admin"}}}, "VALIDATION_ERROR", {"actors.a.role": "enum"}),
        ({"actors": {"a": {"rule": 1}}}, "VALIDATION_ERROR", {"actors.a.rule": "unknown_field"}),
        ({"actors": {"a": 5}}, "VALIDATION_ERROR", {"actors.a": "type"}),
        (
            {"actors": {"a": {"tenant": 5}}},
            "VALIDATION_ERROR",
            {"actors.a.tenant": "type"},
        ),
    ],
)
def test_an_error_leaves_an_empty_world_and_names_its_place(
    talk: Talk, args: Json, name: str, fields: Json
) -> None:
    with pytest.raises(Exception, match=name) as caught:
        talk.call("conformance.reset", "system", **args)
    assert caught.value.fields == fields  # type: ignore[attr-defined]  # a Refusal
    if fields != {"fixtures": "type"}:  # a malformed call is refused before anything happens
        assert counts(talk) == {}


def test_what_another_call_writes_meanwhile_is_a_conflict(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = talk.target.service._adapter  # noqa: SLF001 -- no message can get in between
    if isinstance(adapter, Refills):
        monkeypatch.setattr(adapter, "refill", lambda *_: False)  # which leaves no such moment
    talk.call("Probe.create", "system", data={"code": "A"})
    (row,) = dict(adapter.dump())["Probe"]
    clear, early = adapter.clear, iter([True])

    def clear_and_be_overtaken() -> None:
        clear()
        if next(early, False):
            with adapter.unit(write=True, deadline=monotonic() + 9) as unit:
                unit.insert("Probe", [row])

    monkeypatch.setattr(adapter, "clear", clear_and_be_overtaken)
    with pytest.raises(Refusal) as caught:
        talk.reset(Probe=[{"code": "A"}])
    assert (caught.value.name, caught.value.reason) == ("CONFLICT", "write_conflict")
    assert counts(talk) == {}


def test_rows_are_stored_in_the_order_in_which_they_refer(talk: Talk) -> None:
    page = {"$as": "page", "path": "/a", "title": "a", "level": 1, "componentTree": "{}"}
    page["requiresAuth"] = False
    high, low = "ffffffff-0000-4000-8000-000000000000", "00000000-0000-4000-8000-000000000000"
    root = {"$as": "root", "id": high, "pageId": "$page.id", "type": "box"}
    leaf = {"id": low, "parentId": "$root.id", "pageId": "$page.id", "type": "box"}
    user = {"$as": "bob", "username": "bob", "email": "bob@example.com"}
    session = {"userId": "$bob.id", "token": "t" * 32, "expiresAt": 2**41}
    talk.reset(PageConfig=[page], ComponentNode=[root, leaf], User=[user], Session=[session])
    found = talk.call("ComponentNode.list", "system")["data"]
    assert {row["id"]: row["parentId"] for row in found} == {high: None, low: high}
    assert talk.call("Session.count", "system", filter={"userId": talk.rows["bob"]["id"]}) == 1

"""Who calls, and in which tenant (AUT)."""

import pytest
from tests.reference.talk import BOOTSTRAP, Json, Talk

MISSING = "00000000-0000-4000-8000-000000000000"
NEW = {"username": "newcomer", "email": "n@example.com"}


@pytest.mark.parametrize("token", ["unknown", "", BOOTSTRAP[:-1], BOOTSTRAP + " ", "t\ud800"])
@pytest.mark.parametrize("method", ["dbal.hello", "dbal.health", "PageConfig.list", "User.list"])
def test_a_bad_token_is_refused_even_where_none_is_needed(
    talk: Talk, method: str, token: str
) -> None:
    refusal = talk.refused(method, meta={"token": token})
    if "\ud800" in token:
        assert refusal.fields == {"meta.token": "charset"}
    else:
        assert (refusal.name, refusal.details) == ("UNAUTHORIZED", {})


def test_every_reason_of_refusal_looks_alike(talk: Talk) -> None:
    data = {"userId": talk.actors["user"]["id"], "token": "expired-since-1970", "expiresAt": 1}
    talk.call("Session.create", "system", data=data)
    deleted = talk.token("neighbour")
    talk.call("User.delete", "system", id=talk.actors["neighbour"]["id"])
    tokens = ["unknown", data["token"], deleted]
    refusals = {str(talk.refused("User.list", meta={"token": token})) for token in tokens}
    assert len(refusals) == 1


def test_a_new_role_counts_from_the_next_call_on(talk: Talk) -> None:
    key = talk.actors["user"]["id"]
    assert talk.call("User.count", "user") == 1
    talk.call("User.update", "admin", id=key, data={"role": "admin"})
    assert talk.call("User.count", "user") == 7
    talk.call("User.update", "system", id=key, data={"role": "public"})
    assert talk.refused("User.count", "user").name == "FORBIDDEN"  # known, so not UNAUTHORIZED


def test_a_password_change_ends_older_sessions_only(talk: Talk) -> None:
    talk.call("conformance.clock", "system", advance=1000)
    talk.call("Credential.set", "system", username="user", password="long enough")
    assert talk.refused("dbal.hello", "user").name == "UNAUTHORIZED"
    expires = {"$bigint": str(2**60)}
    data = {"userId": talk.actors["user"]["id"], "token": "begun-afterwards", "expiresAt": expires}
    talk.call("Session.create", "system", data=data)
    assert talk.call("User.count", meta={"token": "begun-afterwards"}) == 1


@pytest.mark.parametrize("key", ["role", "userId", "user", "zzz"])
def test_nothing_in_meta_says_who_one_is(talk: Talk, key: str) -> None:
    refusal = talk.refused("User.list", "user", meta={key: "god"})
    assert refusal.fields == {f"meta.{key}": "unknown_field"}


def test_meta_tenant_must_be_the_actors_own_unless_he_sees_all(talk: Talk) -> None:
    own, other = talk.tenants["default"], talk.tenants["other"]
    assert talk.call("User.count", "god", meta={"tenant": own}) == 7
    assert talk.refused("User.count", "god", meta={"tenant": other}).name == "FORBIDDEN"
    assert talk.call("User.count", "supergod") == talk.call("User.count", "system") == 8
    assert talk.call("User.count", "supergod", meta={"tenant": other}) == 1
    assert talk.call("User.count", "supergod", meta={"tenant": MISSING}) == 0
    assert talk.call("User.count", "supergod", meta={"tenant": None}) == 8


def test_users_without_tenant_see_rows_without_tenant(talk: Talk) -> None:
    talk.reset(actors={"a": {"role": "admin", "tenant": None}, "b": {"role": "admin"}})
    assert talk.call("User.count", "a") == 1
    assert talk.call("User.create", "a", data=NEW)["tenantId"] is None
    assert talk.call("User.count", "a") == 2
    assert talk.call("User.count", "b") == 1


def test_the_tenant_of_a_new_row_is_the_one_acted_in(talk: Talk) -> None:
    own, other = talk.tenants["default"], talk.tenants["other"]
    cases: list[tuple[str, Json, Json, Json]] = [
        ("god", None, None, own),
        ("god", None, {"tenantId": own.upper()}, own),
        ("god", None, {"tenantId": other}, "FORBIDDEN"),
        ("god", None, {"tenantId": None}, "FORBIDDEN"),
        ("supergod", None, None, own),
        ("supergod", None, {"tenantId": other}, other),
        ("supergod", None, {"tenantId": None}, None),
        ("supergod", other, None, other),
        ("supergod", other, {"tenantId": own}, "FORBIDDEN"),
        ("system", None, None, None),
        ("system", own, None, own),
        ("system", own, {"tenantId": other}, "FORBIDDEN"),
    ]
    for place, (actor, tenant, more, wanted) in enumerate(cases):
        data = {"code": f"P{place}", **(more or {})}
        if wanted == "FORBIDDEN":
            refusal = talk.refused("Probe.create", actor, meta={"tenant": tenant}, data=data)
            assert refusal.name == wanted
        else:
            row = talk.call("Probe.create", actor, meta={"tenant": tenant}, data=data)
            assert row["tenantId"] == wanted


def test_a_narrowed_supergod_is_as_one_of_that_tenant(talk: Talk) -> None:
    meta = {"tenant": talk.tenants["other"]}
    key = talk.actors["user"]["id"]
    assert talk.refused("User.read", "supergod", meta=meta, id=key).name == "NOT_FOUND"
    assert talk.refused("User.delete", "system", meta=meta, id=key).name == "NOT_FOUND"
    # Values that are unique over all tenants still clash (AUT-TEN-004).
    data = {"username": "user", "email": "n@example.com"}
    refusal = talk.refused("User.create", "supergod", meta=meta, data=data)
    assert refusal.fields == {"username": "unique"}


def test_the_tenant_of_a_component_is_that_of_its_page(talk: Talk) -> None:
    page = {"title": "P", "componentTree": "{}", "level": 1, "requiresAuth": False, "path": "/p"}
    talk.reset(
        PageConfig=[{"$as": "page", "tenantId": "other", **page}],
        ComponentNode=[{"$as": "node", "pageId": "$page.id", "type": "x"}],
    )
    key = talk.rows["node"]["id"]
    assert talk.refused("ComponentNode.read", "god", id=key).name == "NOT_FOUND"
    assert talk.call("ComponentNode.count", "god") == 0
    assert talk.call("ComponentNode.read", "stranger", id=key)["id"] == key
    data = {"pageId": talk.rows["page"]["id"], "type": "x"}
    refusal = talk.refused("ComponentNode.create", "god", data=data)
    assert refusal.fields == {"pageId": "reference"}

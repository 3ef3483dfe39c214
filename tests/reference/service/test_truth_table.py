"""The truth tables of section 11, transcribed by hand; a reply is 'ok' or the name of an error."""

import pytest
from tests.reference.talk import Json, Refusal, Talk

NAMES = {"401": "UNAUTHORIZED", "403": "FORBIDDEN", "404": "NOT_FOUND"}
PAGE = {"path": "/p", "title": "P", "componentTree": "{}", "level": 1, "requiresAuth": False}
FLOW = {"name": "w", "nodes": "[]", "edges": "[]"}
PACK = {"packageId": "p", "version": "1.0.0", "enabled": True}
OTHER_NAME = {
    "PageConfig": {"path": "/n"},
    "Workflow": {"name": "n"},
    "InstalledPackage": {"packageId": "n"},
}
ACTORS = {
    "user": {"role": "user"},
    "moderator": {"role": "moderator"},
    "admin": {"role": "admin"},
    "god": {"role": "god"},
    "supergod": {"role": "supergod"},
    "low": {"role": "public"},
    "high": {"role": "supergod"},
    "foreign": {"role": "public", "tenant": "other"},
}


def outcome(talk: Talk, method: str, actor: str | None, **args: Json) -> str:
    try:
        talk.call(method, actor, **args)
    except Refusal as refusal:
        return refusal.name
    return "ok"


def wanted(cell: str) -> str:
    return NAMES.get(cell, cell)


@pytest.mark.parametrize(
    ("actor", "create", "read", "update", "delete", "count"),
    [
        (None, "401", "- 401 401 401", "- 401 401 401", "- 401 401 401", "UNAUTHORIZED"),
        ("user", "403", "ok 403 403 404", "ok 403 403 404", "403 403 403 403", 1),
        ("moderator", "403", "ok 403 403 404", "ok 403 403 404", "403 403 403 403", 1),
        ("admin", "ok", "ok ok ok 404", "ok ok 403 404", "ok ok 403 404", 7),
        ("god", "ok", "ok ok ok 404", "ok ok 403 404", "ok ok 403 404", 7),
        ("supergod", "ok", "ok ok - ok", "ok ok - ok", "ok ok - ok", 8),
        ("system", "ok", "- ok ok ok", "- ok ok ok", "- ok ok ok", 8),
    ],
)
def test_users(  # noqa: PLR0913, PLR0917 -- one argument a column of the table
    talk: Talk, actor: str | None, create: str, read: str, update: str, delete: str, count: Json
) -> None:
    for operation, row, more in (
        ("read", read, {}),
        ("update", update, {"data": {"bio": "x"}}),
        ("delete", delete, {}),
    ):
        for target, cell in zip(("own", "low", "high", "foreign"), row.split(), strict=True):
            if cell == "-":
                continue
            talk.reset(actors=ACTORS)
            key = talk.actors[str(actor) if target == "own" else target]["id"]
            assert outcome(talk, f"User.{operation}", actor, id=key, **more) == wanted(cell), (
                operation,
                target,
            )
    talk.reset(actors=ACTORS)
    data = {"username": "newcomer", "email": "n@example.com"}
    for operation in ("count", "list", "findFirst"):
        found = outcome(talk, f"User.{operation}", actor)
        assert found == (count if actor is None else "ok")
    if actor is not None:
        assert talk.call("User.count", actor) == count
    assert outcome(talk, "User.create", actor, data=data) == wanted(create)


@pytest.mark.parametrize(
    ("entity", "data", "reads", "writes"),
    [
        ("PageConfig", PAGE, "401* ok ok ok ok", "401 403 403 ok ok"),
        ("Workflow", FLOW, "401 403 ok ok ok", "401 403 403 ok ok"),
        ("InstalledPackage", PACK, "401 403 403 ok ok", "401 403 403 403 ok"),
        ("Session", {}, "401 403 403 403 403", "401 403 403 403 403"),
    ],
)
def test_other_entities(talk: Talk, entity: str, data: Json, reads: str, writes: str) -> None:
    hidden = {"requiresAuth": True} if entity == "PageConfig" else {}
    fixtures = {entity: [{"$as": "row", **data, **hidden}]} if data else {}
    for actor, read, write in zip(
        (None, "user", "admin", "god", "supergod"), reads.split(), writes.split(), strict=True
    ):
        talk.reset(**fixtures)
        key = talk.rows["row"]["id"] if data else "any"
        tenant = {"meta": {"tenant": talk.tenants["default"]}} if actor is None else {}
        assert outcome(talk, f"{entity}.read", actor, id=key, **tenant) == wanted(read.strip("*"))
        listed = "ok" if "*" in read else wanted(read)
        assert outcome(talk, f"{entity}.list", actor, **tenant) == listed
        change = {"enabled": True} if "enabled" in data else {"description": "x"}
        for operation, args in (
            ("create", {"data": {**data, **OTHER_NAME.get(entity, {})}}),
            ("update", {"id": key, "data": change}),
            ("delete", {"id": key}),
        ):
            assert outcome(talk, f"{entity}.{operation}", actor, **args) == wanted(write)


def test_a_user_may_change_his_profile_and_nothing_else(talk: Talk) -> None:
    key = talk.actors["user"]["id"]
    fine = {"username": "mee", "email": "me@example.com", "profilePicture": None, "bio": "b"}
    assert talk.call("User.update", "user", id=key, data=fine)["username"] == "mee"
    for field in ("id", "role", "createdAt", "tenantId", "isInstanceOwner", "firstLogin"):
        refusal = talk.refused("User.update", "user", id=key, data={**fine, field: None})
        assert refusal.name == "FORBIDDEN"


def test_nobody_raises_a_role_above_his_own(talk: Talk) -> None:
    for actor, target, role, answer in (
        ("admin", "admin", "god", "FORBIDDEN"),
        ("admin", "user", "god", "FORBIDDEN"),
        ("admin", "user", "admin", "ok"),
        ("admin", "god", "user", "FORBIDDEN"),
        ("god", "admin", "god", "ok"),
        ("supergod", "god", "supergod", "ok"),
    ):
        key = talk.reset().actors[target]["id"]
        assert outcome(talk, "User.update", actor, id=key, data={"role": role}) == answer


def test_an_instance_owner_is_changed_by_himself_supergod_and_system(talk: Talk) -> None:
    for actor, answer in (("god", "FORBIDDEN"), ("supergod", "ok"), ("system", "ok")):
        talk.reset(
            User=[
                {"$as": "o", "username": "own", "email": "o@example.com", "isInstanceOwner": True}
            ]
        )
        key = talk.rows["o"]["id"]
        assert outcome(talk, "User.update", actor, id=key, data={"bio": "x"}) == answer
        assert outcome(talk, "User.delete", actor, id=key) == answer

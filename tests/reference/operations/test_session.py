"""Sessions: system's alone, and gone when expired (SES)."""

import pytest
from tests.reference.talk import Json, Talk

from dbal_reference.operations.seal import seal

FAR = 2**62


@pytest.fixture
def session(talk: Talk) -> Json:
    """A session of the user with a known token."""
    return talk.call("Session.create", "system", data=data(talk))


def data(talk: Talk, **more: Json) -> Json:
    token = "a-token-of-a-session"
    return {
        "userId": talk.actors["user"]["id"],
        "token": token,
        "expiresAt": {"$bigint": str(FAR)},
        **more,
    }


def test_create_asks_for_three_fields(talk: Talk) -> None:
    refusal = talk.refused("Session.create", "system", data={})
    assert refusal.fields == {"userId": "required", "token": "required", "expiresAt": "required"}
    missing = data(talk, userId="00000000-0000-4000-8000-000000000000")
    assert talk.refused("Session.create", "system", data=missing).fields == {"userId": "reference"}


def test_a_new_token_authenticates_at_once_and_is_never_shown(talk: Talk, session: Json) -> None:
    assert "token" not in session
    meta = {"token": "a-token-of-a-session"}
    row = talk.call("User.read", None, meta=meta, id=talk.actors["user"]["id"])
    assert row["username"] == "user"


def test_storage_holds_a_digest_of_the_token(talk: Talk, session: Json) -> None:
    stored = dict(talk.target._adapter.dump())["Session"]  # noqa: SLF001 -- behind the scenes
    tokens = {row["id"]: row["token"] for row in stored}
    assert tokens[session["id"]] == seal("a-token-of-a-session")
    assert not any("a-token-of" in token for token in tokens.values())


def test_a_changed_token_is_the_only_one_that_counts(talk: Talk, session: Json) -> None:
    change = {"token": "quite-another-token"}
    talk.call("Session.update", "system", id=session["id"], data=change)
    assert talk.refused("dbal.hello", meta={"token": "a-token-of-a-session"}).name == "UNAUTHORIZED"
    assert talk.call("Session.getByToken", "system", token=change["token"])["id"] == session["id"]


def test_get_by_token_finds_live_sessions_only(talk: Talk, session: Json) -> None:
    found = talk.call("Session.getByToken", "system", token="a-token-of-a-session")
    assert found == session
    assert talk.refused("Session.getByToken", "system", token="x").name == "NOT_FOUND"
    assert talk.refused("Session.getByToken", "system", token="").fields == {"token": "empty"}
    talk.call("Session.update", "system", id=session["id"], data={"expiresAt": 1})
    args = {"token": "a-token-of-a-session"}
    assert talk.refused("Session.getByToken", "system", **args).name == "NOT_FOUND"


def test_an_expired_session_is_gone_for_every_operation(talk: Talk, session: Json) -> None:
    now = talk.call("conformance.clock", "system", frozen=True)["now"]
    key = session["id"]
    talk.call("Session.update", "system", id=key, data={"expiresAt": now + 1000})
    talk.call("conformance.clock", "system", advance=999)
    assert talk.call("Session.read", "system", id=key)["id"] == key
    talk.call("conformance.clock", "system", advance=1)
    assert talk.refused("Session.read", "system", id=key).name == "NOT_FOUND"
    assert talk.refused("Session.extend", "system", id=key, seconds=1).name == "NOT_FOUND"
    assert (
        talk.refused("Session.update", "system", id=key, data={"userAgent": "x"}).name
        == "NOT_FOUND"
    )
    assert talk.refused("dbal.hello", meta={"token": "a-token-of-a-session"}).name == "UNAUTHORIZED"
    assert talk.call("Session.count", "system", filter={"id": key}) == 0
    # Its token is free again (GEN-TTL-002).
    talk.call("Session.create", "system", data=data(talk))


def test_clean_expired_removes_exactly_those_and_says_how_many(talk: Talk) -> None:
    for place in range(3):
        talk.call(
            "Session.create",
            "system",
            data=data(talk, token="t" * 16 + str(place), expiresAt=place),
        )
    stranger = {
        **data(talk, token="of-the-stranger-1", expiresAt=1),
        "userId": talk.actors["stranger"]["id"],
    }
    talk.call("Session.create", "system", data=stranger)
    mine = {"tenant": talk.tenants["default"]}
    assert talk.call("Session.cleanExpired", "system", meta=mine) == 3
    assert talk.call("Session.cleanExpired", "system") == 1
    assert talk.call("Session.cleanExpired", "system") == 0


def test_extend_adds_seconds(talk: Talk, session: Json) -> None:
    row = talk.call("Session.extend", "system", id=session["id"], seconds=60)
    assert row["expiresAt"] == {"$bigint": str(FAR + 60_000)}
    for seconds, code in ((0, "min"), (1.5, "type"), ("1", "type"), (2**53 - 1, "max")):
        refusal = talk.refused("Session.extend", "system", id=session["id"], seconds=seconds)
        assert refusal.fields == {"seconds": code}


@pytest.mark.parametrize(
    ("operation", "args"),
    [
        ("list", {}),
        ("count", {}),
        ("read", {"id": "x"}),
        ("getByToken", {"token": "x"}),
        ("cleanExpired", {}),
        ("extend", {}),
        ("create", {"data": {}}),
    ],
)
def test_sessions_are_systems(talk: Talk, operation: str, args: Json) -> None:
    assert talk.refused(f"Session.{operation}", **args).name == "UNAUTHORIZED"
    for actor in ("user", "admin", "supergod"):
        assert talk.refused(f"Session.{operation}", actor, **args).name == "FORBIDDEN"

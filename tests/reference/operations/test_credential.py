"""Passwords: verify, set, flags and the limit on failures (CRD)."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from tests.reference.talk import Json, Refusal, Talk

from dbal_reference.passwords import Hasher

RIGHT = "correct horse"


@pytest.fixture
def bob(talk: Talk) -> Talk:
    """Bob has a password, his friend has none."""
    return talk.reset(
        User=[
            {"$as": "bob", "username": "bob", "email": "bob@example.com"},
            {"username": "friend", "email": "friend@example.com"},
        ],
        Credential=[{"username": "bob", "password": RIGHT}],
    )


def verify(talk: Talk, password: str, username: str = "bob", actor: str | None = None) -> Json:
    return talk.call("Credential.verify", actor, username=username, password=password)


def fail(talk: Talk, username: str = "bob", password: str | None = None) -> Refusal:
    wrong = "wrong" if password is None else password
    return talk.refused("Credential.verify", username=username, password=wrong)


@pytest.mark.parametrize("actor", [None, "public", "user", "supergod", "system", "stranger"])
def test_the_right_password_is_true_for_whoever_asks(bob: Talk, actor: str | None) -> None:
    assert verify(bob, RIGHT, actor=actor) is True


def test_every_failure_is_equal_in_every_member(bob: Talk) -> None:
    failures = [fail(bob), fail(bob, "friend"), fail(bob, "nobody"), fail(bob, "im possible!")]
    assert {failure.name for failure in failures} == {"UNAUTHORIZED"}
    assert len({str(failure) for failure in failures}) == 1


def test_the_sixth_attempt_is_refused_even_with_the_right_password(bob: Talk) -> None:
    bob.call("conformance.clock", "system", frozen=True)
    for _ in range(5):
        assert fail(bob).name == "UNAUTHORIZED"
    refusal = fail(bob, password=RIGHT)
    assert (refusal.name, refusal.details) == ("RATE_LIMIT_EXCEEDED", {"retryAfter": 300})
    assert fail(bob, "friend").name == "UNAUTHORIZED"  # each name counts for itself


def test_attempts_count_again_when_the_oldest_failure_is_old_enough(bob: Talk) -> None:
    bob.call("conformance.clock", "system", frozen=True)
    for _ in range(5):
        fail(bob)
        bob.call("conformance.clock", "system", advance=10_000)
    bob.call("conformance.clock", "system", advance=248_999)
    assert fail(bob).details == {"retryAfter": 2}  # 1.001 s, rounded up
    bob.call("conformance.clock", "system", advance=1000)
    assert fail(bob).details == {"retryAfter": 1}  # 0.001 s
    bob.call("conformance.clock", "system", advance=1)
    assert verify(bob, RIGHT) is True  # refused attempts did not prolong the wait


def test_a_success_clears_the_failures(bob: Talk) -> None:
    for _ in range(3):
        for _ in range(4):
            fail(bob)
        assert verify(bob, RIGHT) is True


def test_names_without_user_are_limited_alike(bob: Talk) -> None:
    names = [fail(bob, "nobody").name for _ in range(6)]
    assert names == ["UNAUTHORIZED"] * 5 + ["RATE_LIMIT_EXCEEDED"]


@pytest.mark.parametrize(
    ("args", "fields"),
    [
        ({"username": "", "password": "x"}, {"username": "empty"}),
        ({"username": "bob", "password": ""}, {"password": "empty"}),
        ({}, {"username": "required", "password": "required"}),
        ({"username": "b\0b", "password": "x"}, {"username": "charset"}),
        ({"username": 1, "password": None}, {"username": "type", "password": "type"}),
    ],
)
def test_malformed_attempts_are_no_failures(bob: Talk, args: Json, fields: dict[str, str]) -> None:
    for _ in range(6):
        assert bob.refused("Credential.verify", **args).fields == fields
    assert verify(bob, RIGHT) is True


def test_parallel_attempts_do_not_slip_past_the_limit(
    bob: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(_self: Hasher, _phc: str, _password: str) -> bool:
        sleep(0.02)  # as long as a real cost takes, so that attempts do overlap
        return False

    monkeypatch.setattr(Hasher, "verify", slow)

    def attempt(_: int) -> str:
        try:
            verify(bob, "wrong")
        except Refusal as refusal:
            return refusal.name
        return "true"

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(attempt, range(32)))
    assert answers.count("UNAUTHORIZED") == 5
    assert answers.count("RATE_LIMIT_EXCEEDED") == 27


def test_right_passwords_are_never_refused_for_being_tried_at_once(bob: Talk) -> None:
    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(lambda _: verify(bob, RIGHT), range(32)))


def test_set_replaces_the_password_and_notes_when(bob: Talk) -> None:
    bob.call("conformance.clock", "system", frozen=True)
    now = bob.call("conformance.clock", "system", advance=1000)["now"]
    args = {"username": "bob", "password": "another one"}
    assert bob.call("Credential.set", "system", **args) is True
    assert fail(bob, password=RIGHT).name == "UNAUTHORIZED"
    assert verify(bob, "another one") is True
    user = bob.call("User.read", "system", id=bob.rows["bob"]["id"])
    assert (user["passwordChangeTimestamp"], user["firstLogin"]) == (now, False)
    args["username"] = "friend"
    assert bob.call("Credential.set", "system", **args) is True
    assert verify(bob, "another one", "friend") is True


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("1234567", "min_length"),
        ("x" * 129, "max_length"),
        (" " * 8, "pattern"),
        ("", "min_length"),
        (12345678, "type"),
        ("1234567\0", "charset"),
    ],
)
def test_passwords_that_may_not_be_set_are_not_echoed(bob: Talk, password: Json, code: str) -> None:
    refusal = bob.refused("Credential.set", "system", username="bob", password=password)
    assert refusal.fields == {"password": code}
    assert not isinstance(password, str) or not password.strip() or password not in str(refusal)


def test_lengths_of_passwords_are_counted_in_code_points(bob: Talk) -> None:
    for password in ("\U0001f600" * 8, "x" * 128, "  padded  "):
        bob.call("Credential.set", "system", username="bob", password=password)
        assert verify(bob, password) is True
        assert fail(bob, password=password + " ").name == "UNAUTHORIZED"


@pytest.mark.parametrize("operation", ["set", "getFirstLogin", "setFirstLogin"])
def test_who_is_not_there_is_not_found(bob: Talk, operation: str) -> None:
    every: dict[str, Json] = {"set": {"password": RIGHT}, "setFirstLogin": {"firstLogin": True}}
    more = every.get(operation, {})
    method = f"Credential.{operation}"
    assert bob.refused(method, "system", username="nobody", **more).name == "NOT_FOUND"
    elsewhere = {"tenant": bob.tenants["other"]}
    args = {"username": "bob", **more}
    assert bob.refused(method, "system", meta=elsewhere, **args).name == "NOT_FOUND"
    for actor, name in ((None, "UNAUTHORIZED"), ("user", "FORBIDDEN"), ("supergod", "FORBIDDEN")):
        assert bob.refused(method, actor, **args).name == name


def test_the_first_login_is_a_flag_of_the_user(bob: Talk) -> None:
    assert bob.call("Credential.getFirstLogin", "system", username="bob") is False
    args = {"username": "bob", "firstLogin": True}
    assert bob.call("Credential.setFirstLogin", "system", **args) is True
    verify(bob, RIGHT)
    assert bob.call("Credential.getFirstLogin", "system", username="bob") is True
    args["firstLogin"] = 1
    refusal = bob.refused("Credential.setFirstLogin", "system", **args)
    assert refusal.fields == {"firstLogin": "type"}


def test_credentials_show_a_name_and_nothing_else(bob: Talk) -> None:
    assert bob.call("Credential.list", "system")["data"] == [{"username": "bob"}]
    assert bob.call("Credential.read", "system", id="bob") == {"username": "bob"}
    assert bob.call("Credential.count", "system") == 1
    assert bob.refused("Credential.list", "supergod").name == "FORBIDDEN"
    with pytest.raises(Refusal) as caught:
        bob.call("Credential.create", "system", data={})
    assert caught.value.reason == "method_not_found"  # the entity closes its list (SCH-FILE-006)
    assert bob.call("Credential.delete", "system", id="bob") is True
    assert fail(bob, password=RIGHT).name == "UNAUTHORIZED"

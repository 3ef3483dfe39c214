import pytest
from tests.harness.core.play.scripted import CONTRACT

from dbal_conform.core.invariants.secrets import Secrets
from dbal_conform.core.messages import Json

PASSWORD = 'correct "horse" é'


@pytest.fixture
def secrets() -> Secrets:
    made = Secrets(CONTRACT)
    made.plant(PASSWORD)
    made.plant("4711")
    return made


@pytest.mark.parametrize(
    ("reply", "path"),
    [
        (f"it is {PASSWORD}!", ""),
        ({"a": [{"b/c": PASSWORD}]}, "/a/0/b~1c"),
        ({PASSWORD: 1}, f"/{PASSWORD}"),
        ({"pin": "4711"}, "/pin"),
        (["\ud800", PASSWORD], "/1"),
    ],
)
def test_a_secret_is_found_wherever_it_stands(secrets: Secrets, reply: Json, path: str) -> None:
    found = secrets.found_in(reply)
    assert found is not None
    assert found[0] == path


@pytest.mark.parametrize(
    "reply", [None, 4711, "471", "2024-4711", {"at": 1647114711}, [{"x": 1.5, "y": True}]]
)
def test_a_short_secret_is_found_alone_only(secrets: Secrets, reply: Json) -> None:
    assert secrets.found_in(reply) is None


def test_a_number_is_no_secret_though_its_digits_are(secrets: Secrets) -> None:
    secrets.plant("16471147")
    assert secrets.found_in({"at": [16471147]}) is None


@pytest.mark.parametrize("value", [None, 12345678, "abc", " " * 9, "", True])
def test_what_tells_nothing_is_not_planted(value: Json) -> None:
    secrets = Secrets(CONTRACT)
    secrets.plant(value)
    assert secrets.values == frozenset()


@pytest.mark.parametrize(
    ("method", "args", "planted"),
    [
        ("Credential.verify", {"username": "bobby", "password": "pass-word"}, {"pass-word"}),
        ("Credential.set", {"username": "bobby", "password": ["x"]}, set()),
        ("Session.getByToken", {"token": "t" * 16}, {"t" * 16}),
        ("Session.create", {"data": {"token": "t" * 16, "userId": "12345678"}}, {"t" * 16}),
        ("Probe.createMany", {"items": [{"pin": "1111"}, 7, {"pin": "2222"}]}, {"1111", "2222"}),
        ("Probe.upsert", {"create": {"pin": "3333"}, "update": {"pin": "4444"}}, {"3333", "4444"}),
        ("Probe.createMany", {"items": 7}, set()),
        ("Probe.list", {"filter": {"pin": "5555"}}, set()),
        ("Post.create", {"data": {"title": "no secret"}}, set()),
        ("dbal.hello", {}, set()),
    ],
)
def test_what_a_call_gives_away_is_planted(
    method: str, args: dict[str, Json], planted: set[str]
) -> None:
    secrets = Secrets(CONTRACT)
    secrets.plant_args(method, args)
    assert secrets.values == planted


def test_passwords_and_sensitive_fields_of_fixtures_are_planted() -> None:
    secrets = Secrets(CONTRACT)
    secrets.plant_fixtures(
        {
            "Credential": [{"username": "bobby", "password": "pass-word"}, 7],
            "Probe": [{"code": "ABCD", "pin": "1234"}],
            "Nothing": 7,
        }
    )
    assert secrets.values == {"pass-word", "1234"}


def test_what_the_case_said_openly_may_come_back(secrets: Secrets) -> None:
    assert secrets.said_openly("4711", [{"data": {"label": "4711"}}])
    assert not secrets.said_openly("4711", [{"data": {"pin": "4711"}}, {"data": {"label": "x"}}])

"""Clock, digest, sweep and who may (CTL)."""

from pathlib import Path

import pytest
from tests.reference.talk import BOOTSTRAP, Json, Talk

from dbal_reference.conformance import open_target

METHODS = ("reset", "clock", "digest", "sweep", "audit", "fault")


@pytest.mark.parametrize("method", METHODS)
def test_control_takes_the_bootstrap_token_only(talk: Talk, method: str) -> None:
    assert talk.refused(f"conformance.{method}").name == "UNAUTHORIZED"
    assert talk.refused(f"conformance.{method}", meta={"token": "bad"}).name == "UNAUTHORIZED"
    assert talk.refused(f"conformance.{method}", "supergod").name == "FORBIDDEN"
    refusal = talk.refused(f"conformance.{method}", "system", zzz=1)
    assert refusal.fields == {"zzz": "unknown_field"}


def test_the_clock_runs_on_from_where_it_is_set(talk: Talk) -> None:
    now = talk.call("conformance.clock", "system")["now"]
    later = talk.call("conformance.clock", "system", set=now + 10**6)
    assert later["frozen"] is False
    assert 0 <= later["now"] - (now + 10**6) < 1000
    frozen = talk.call("conformance.clock", "system", advance=5, frozen=True)
    assert talk.call("conformance.clock", "system") == frozen
    moved = talk.call("conformance.clock", "system", advance=7)
    assert moved == {"now": frozen["now"] + 7, "frozen": True}
    assert talk.call("conformance.clock", "system", set=moved["now"]) == moved  # no step back
    assert talk.call("conformance.clock", "system", frozen=False)["frozen"] is False


@pytest.mark.parametrize(
    ("args", "fields"),
    [
        ({"set": 5}, {"set": "min"}),
        ({"set": 2**53 - 1}, {"set": "max"}),
        ({"advance": -1}, {"advance": "min"}),
        ({"advance": 2**53 - 1}, {"advance": "max"}),
        ({"set": 2**50, "advance": 1}, {"advance": "unknown_field"}),
        ({"frozen": 1}, {"frozen": "type"}),
        ({"set": "now"}, {"set": "type"}),
    ],
)
def test_time_never_runs_back(talk: Talk, args: Json, fields: Json) -> None:
    before = talk.call("conformance.clock", "system", frozen=True)
    assert talk.refused("conformance.clock", "system", **args).fields == fields
    assert talk.call("conformance.clock", "system") == before


def test_a_digest_shows_every_change_of_anything_stored(talk: Talk) -> None:
    talk.reset(
        Probe=[{"code": "A", "pin": "1234"}, {"code": "B", "expiresAt": 1}],
        Credential=[{"username": "user", "password": "long enough"}],
    )
    seen = [talk.call("conformance.digest", "system")]
    assert talk.call("conformance.digest", "system") == seen[0]
    assert seen[0]["Probe"]["count"] == 2
    assert set(seen[0]) == set(talk.target.service.schema.entities)
    changes: list[tuple[str, Json]] = [
        ("Probe.update", {"id": "A", "data": {"pin": "4321"}}),
        ("Credential.set", {"username": "user", "password": "long enough"}),
        ("Probe.create", {"data": {"code": "B"}}),
        ("Probe.delete", {"id": "A"}),
    ]
    for method, args in changes:
        talk.call(method, "system", **args)
        after = talk.call("conformance.digest", "system")
        assert after not in seen
        seen.append(after)


def test_last_activity_is_in_no_digest(talk: Talk) -> None:
    before = talk.call("conformance.digest", "system")
    key = talk.call("Session.findFirst", "system")["id"]
    talk.call("Session.update", "system", id=key, data={"lastActivity": 5})
    assert talk.call("conformance.digest", "system") == before
    talk.call("Session.update", "system", id=key, data={"userAgent": "x"})
    assert talk.call("conformance.digest", "system") != before


def test_a_digest_of_a_transaction_needs_that_transaction(talk: Talk) -> None:
    assert talk.refused("conformance.digest", "system", tx="any").name == "NOT_FOUND"


def test_a_sweep_removes_expired_rows_of_every_entity(talk: Talk) -> None:
    talk.reset(Probe=[{"code": "A", "expiresAt": 1}, {"code": "B"}])
    data = {"userId": talk.actors["user"]["id"], "token": "t" * 16, "expiresAt": 1}
    talk.call("Session.create", "system", data=data)
    before = talk.call("conformance.digest", "system")
    assert talk.call("conformance.sweep", "system") is True
    after = talk.call("conformance.digest", "system")
    assert after["Probe"]["count"] == before["Probe"]["count"] - 1
    assert after["Session"]["count"] == before["Session"]["count"] - 1
    assert talk.call("Probe.read", "admin", id="B")["code"] == "B"


def test_a_database_with_rows_of_others_is_refused(tmp_path: Path) -> None:
    settings = {"database": f"sqlite:{tmp_path / 'rows.db'}", "bootstrap_token": BOOTSTRAP}
    target = open_target(settings)
    Talk(target).reset()
    target.close()
    target.close()
    with pytest.raises(ValueError, match="holds rows already"):
        open_target(settings)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "database is missing"),
        ({"database": "memory:"}, "bootstrap_token is missing"),
        ({"database": "memory:", "bootstrap_token": ""}, "bootstrap_token is missing"),
        ({"database": "memory:", "bootstrap_token": "x", "zzz": ""}, "unknown settings: zzz"),
        ({"database": "oracle:x", "bootstrap_token": "x"}, "memory:, sqlite:"),
    ],
)
def test_settings_that_make_no_sense(settings: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        open_target(settings)

"""Deadlines, outages and defects (CALL-TIME, ERR-MAP, ERR-SAFE, CTL-FAULT)."""

import json
import time
from collections.abc import Iterator

import pytest
from tests.reference.talk import Json, Talk

NEW = {"code": "A"}


def arm(talk: Talk, **fault: Json) -> None:
    assert talk.call("conformance.fault", "system", **fault) is True


def test_a_slow_call_within_its_deadline_succeeds(talk: Talk) -> None:
    arm(talk, kind="slow", count=1, method="Probe.create", delayMs=50)
    began = time.monotonic()
    assert talk.call("Probe.create", "admin", data=NEW)["code"] == "A"
    assert time.monotonic() - began >= 0.05


def test_a_call_beyond_its_deadline_has_no_effect_then_or_later(talk: Talk) -> None:
    arm(talk, kind="slow", count=1, delayMs=5000)
    began = time.monotonic()
    refusal = talk.refused("Probe.create", "admin", meta={"deadlineMs": 100}, data=NEW)
    assert 0.1 <= time.monotonic() - began < 1
    assert (refusal.name, refusal.whole["data"]["retryable"]) == ("TIMEOUT", True)
    assert talk.call("Probe.count", "admin") == 0


def test_an_outage_is_told_as_one_and_passes(talk: Talk) -> None:
    arm(talk, kind="database", count=2)
    for _ in range(2):
        refusal = talk.refused("Probe.create", "admin", data=NEW)
        assert (refusal.name, refusal.details) == ("DATABASE_ERROR", {})
    assert talk.call("Probe.create", "admin", data=NEW)["code"] == "A"


def test_a_lost_commit_has_an_unknown_outcome(talk: Talk) -> None:
    arm(talk, kind="commit_unknown", count=2)
    with pytest.raises(Exception, match="unknown") as caught:
        talk.call("Probe.create", "admin", data=NEW)
    assert caught.value.details == {"outcome": "unknown"}  # type: ignore[attr-defined]  # Refusal
    refusal = talk.refused("Probe.count", "admin")  # nothing was to be committed
    assert (refusal.name, refusal.details) == ("DATABASE_ERROR", {})
    assert talk.call("Probe.count", "admin") in (0, 1)


def test_health_tells_an_outage_and_does_not_err(talk: Talk) -> None:
    arm(talk, kind="database", count=1, method="dbal.health")
    assert talk.call("dbal.hello")["contract"] == "1.0"
    assert talk.call("dbal.health") == {"status": "degraded", "database": False}
    assert talk.call("dbal.health") == {"status": "ok", "database": True}


def test_a_defect_tells_the_caller_nothing_and_the_log_where(
    talk: Talk, capsys: pytest.CaptureFixture[str]
) -> None:
    arm(talk, kind="defect", count=1)
    refusal = talk.refused("Probe.create", "admin", data={"code": "A", "label": "secret-label"})
    assert (refusal.name, refusal.code, refusal.details) == ("INTERNAL_ERROR", 500, {})
    printed = capsys.readouterr()
    line = json.loads(printed.err)
    assert (line["event"], line["method"]) == ("defect", "Probe.create")
    assert "secret-label" not in printed.err
    assert printed.out == ""
    assert talk.call("Probe.create", "admin", data=NEW)["code"] == "A"


def test_faults_strike_after_the_token_and_before_rights(talk: Talk) -> None:
    arm(talk, kind="database", count=1)
    assert talk.refused("User.list", meta={"token": "bad"}).name == "UNAUTHORIZED"
    assert talk.refused("User.list", meta={"zzz": 1}).name == "VALIDATION_ERROR"
    assert talk.refused("User.list").name == "DATABASE_ERROR"
    assert talk.refused("User.list").name == "UNAUTHORIZED"


def test_a_fault_of_one_method_passes_others_by_and_can_be_cleared(talk: Talk) -> None:
    arm(talk, kind="database", count=1, method="Probe.create")
    assert talk.call("Probe.count", "admin") == 0
    arm(talk, clear=True)
    assert talk.call("Probe.create", "admin", data=NEW)["code"] == "A"
    arm(talk, kind="database", count=9)
    talk.reset()
    assert talk.call("Probe.count", "admin") == 0


@pytest.mark.parametrize(
    ("args", "fields"),
    [
        ({}, {"kind": "required"}),
        ({"kind": "nope"}, {"kind": "enum"}),
        ({"kind": "slow"}, {"delayMs": "required"}),
        ({"kind": "defect", "count": 0}, {"count": "min"}),
        ({"kind": "defect", "method": "Nope.nope"}, {"method": "enum"}),
        ({"clear": True, "kind": "defect"}, {"kind": "unknown_field"}),
    ],
)
def test_mistakes_in_faults(talk: Talk, args: Json, fields: Json) -> None:
    assert talk.refused("conformance.fault", "system", **args).fields == fields


@pytest.fixture
def frozen_lock(talk: Talk) -> Iterator[Talk]:
    """Another writer holds the database."""
    adapter = talk.target._adapter  # noqa: SLF001 -- behind the scenes
    with adapter.unit(write=True, deadline=time.monotonic() + 30):
        yield talk


def test_waiting_for_another_writer_ends_at_the_deadline(frozen_lock: Talk) -> None:
    began = time.monotonic()
    meta = {"deadlineMs": 150}
    with pytest.raises(Exception, match="TIMEOUT"):
        frozen_lock.call("Probe.create", "admin", meta=meta, data=NEW)
    assert 0.1 <= time.monotonic() - began < 1

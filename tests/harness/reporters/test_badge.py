"""A badge says what was tested and what came of it, and no more."""

import json

import pytest
from tests.harness.reporters import sample
from tests.harness.reporters.golden import old_run, written

from dbal_conform.core.baseline import Deviation
from dbal_conform.core.ledger import Ledger
from dbal_conform.core.verdict import Verdict

TRIAL = "users.create/duplicate-username"
KNOWN = Deviation(TRIAL, Verdict.FAIL, "USR-CREATE-007", "slow", "#1", "2026-12-31")


def run(verdict: Verdict, **changed: object) -> Ledger:
    broken = ("USR-CREATE-007",) if verdict is Verdict.FAIL else ()
    return sample.ledger([sample.trial(TRIAL, verdict, broken=broken)], planned=1, **changed)


@pytest.mark.parametrize(
    ("ledger", "message", "color", "error"),
    [
        (run(Verdict.PASS), "conformant", "brightgreen", False),
        (run(Verdict.FAIL, deviations=(KNOWN,)), "conformant with deviations", "green", False),
        (run(Verdict.FAIL), "nonconformant", "red", True),
        (run(Verdict.COULD_NOT_RUN), "incomplete", "lightgrey", False),
        (run(Verdict.HARNESS_ERROR), "invalid", "lightgrey", True),
        (old_run(), "nonconformant", "red", True),
    ],
)
def test_a_badge_is_what_an_endpoint_of_shields_serves(
    ledger: Ledger, message: str, color: str, *, error: bool
) -> None:
    assert json.loads(written("badge", ledger)) == {
        "schemaVersion": 1,
        "label": "DBAL 1.0 full",
        "message": message,
        "color": color,
        "isError": error,
    }


def test_a_part_of_the_suite_does_not_pass_for_the_whole() -> None:
    label = json.loads(written("badge", run(Verdict.PASS, filter={"tags": ["x"]})))["label"]
    assert label == "DBAL 1.0 full part of the suite"
    label = json.loads(written("badge", run(Verdict.PASS, shard="1/3", profile="core")))["label"]
    assert label == "DBAL 1.0 core shard 1/3"

"""A trial in full: why it earned its verdict, what was checked, sent, and came."""

import io
from typing import Any

import pytest
from tests.harness.reporters import sample

from dbal_conform.core.verdict import Exchange, Mismatch, TrialResult, Verdict
from dbal_conform.explanations import trial
from dbal_conform.reporters.words import VERDICTS


def told(result: TrialResult, *, verbose: bool = False, **changed: Any) -> str:  # noqa: ANN401
    out = io.StringIO()
    one = trial.told(sample.ledger([result], **changed), result)
    trial.write([one], out, color=False, verbose=verbose)
    return " ".join(out.getvalue().split())


def exchanges(*steps: str) -> tuple[Exchange, ...]:
    return tuple(Exchange(step, {"method": f"sent-{step}"}, {"came": step}, 1.0) for step in steps)


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_says_why(verdict: Verdict) -> None:
    text = told(sample.trial("users.read/own-row", verdict, "USR-READ-001"))
    assert f"Why this verdict {VERDICTS[verdict].means}" in text
    played = verdict not in {Verdict.NOT_APPLICABLE, Verdict.COULD_NOT_RUN}
    assert ("What was checked steps 2 in 12.5 ms" in text) is played


def test_what_held_is_told_and_what_could_not_be_judged() -> None:
    counts = {"reply": (3, 0), "secret": (2, 1), "page": (0, 0), "own": (1, 0)}
    text = told(sample.trial("users.read/own-row", Verdict.PASS, invariants=counts))
    assert f"reply 3 times: {trial.CHECKS['reply']}" in text
    assert "(1 times it could not be)" in text
    assert "own 1 times: own" in text
    assert "page" not in text


def test_what_broke_and_came_back_is_told() -> None:
    result = sample.trial("users.read/own-row", Verdict.FAIL, broken=("USR-READ-001",), flaky=True)
    text = told(result)
    assert "Broken: USR-READ-001. It held on another attempt (flaky)" in text
    assert "the baseline does not say so" in text


def test_what_was_observed_is_told() -> None:
    text = told(sample.trial("users.read/own-row", Verdict.OBSERVED, observed={"at": None}))
    assert 'What was observed { "at": null }' in text


def test_upkeep_is_left_out_unless_it_broke_or_is_asked_for() -> None:
    broken = sample.trial(
        "users.read/own-row",
        Verdict.FAIL,
        mismatches=(Mismatch("", "changed", step="2 digest"),),
        transcript=exchanges("world", "1", "2 digest", "2", "audit"),
    )
    text = told(broken)
    assert "· step 1 1.00 ms" in text
    assert "✗ step 2 digest" in text
    assert "sent-world" not in text
    assert "2 more made the world and watched it; -v shows them" in text
    assert "sent-world" in told(broken, verbose=True)
    assert "more made the world" not in told(broken, verbose=True)


def test_a_long_message_is_cut_unless_all_is_asked_for() -> None:
    long = Exchange("1", {"x": "y" * 10_000}, None)
    result = sample.trial("users.read/own-row", Verdict.FAIL, transcript=(long,))
    assert "characters in all" in told(result)
    assert "characters in all" not in told(result, verbose=True)

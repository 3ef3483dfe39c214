"""What the baseline excuses, and what it no longer does, in each report."""

import json

import pytest
from lxml import etree
from tests.harness.reporters import sample
from tests.harness.reporters.golden import written

from dbal_conform.core.baseline import Deviation
from dbal_conform.core.ledger import Footer, Ledger
from dbal_conform.core.verdict import Verdict

TRIAL = "users.create/duplicate-username"
REASON = "the driver cannot tell"


def _run(
    verdict: Verdict, *, expires: str = "2026-12-31", requirement: str = "USR-CREATE-007"
) -> Ledger:
    broken = () if verdict is Verdict.PASS else ("USR-CREATE-007",)
    known = Deviation(TRIAL, Verdict.FAIL, requirement, REASON, "#12", expires)
    result = sample.trial(TRIAL, verdict, "USR-CREATE-007", broken=broken)
    ledger = sample.ledger([result], planned=1, deviations=(known,))
    footer = Footer({verdict.value: 1}, ledger.result.value, "2026-01-02T03:04:09Z")
    return Ledger(ledger.header, ledger.results, footer)


@pytest.mark.parametrize("name", ["console", "markdown", "html"])
def test_a_known_deviation_is_told_with_its_reason_and_is_no_failure(name: str) -> None:
    text = written(name, _run(Verdict.FAIL))
    assert REASON in text
    assert "2026-12-31" in text
    assert "conformant with deviations" in text.lower()
    assert "Known deviations" in text
    assert "Failures" not in text


def test_a_known_deviation_is_skipped_in_junit_and_says_why() -> None:
    root = etree.fromstring(written("junit", _run(Verdict.FAIL)).encode())
    (skipped,) = root.iter("skipped")
    assert REASON in skipped.get("message")
    assert root.get("failures") == "0"


@pytest.mark.parametrize(
    ("ledger", "label", "judgement"),
    [
        (_run(Verdict.PASS), "stale baseline entry", "stale"),
        (_run(Verdict.FAIL, expires="2025-12-31"), "expired baseline entry", "expired"),
        (
            _run(Verdict.FAIL, requirement="ERR-SAFE-001"),
            "fails otherwise than stated",
            "wrong_fail",
        ),
    ],
    ids=["stale", "expired", "wrong"],
)
def test_an_entry_that_excuses_nothing_is_a_failure_in_every_report(
    ledger: Ledger, label: str, judgement: str
) -> None:
    for name in ("console", "markdown", "html"):
        text = written(name, ledger)
        assert label in text.lower(), name
        assert REASON in text, name
    root = etree.fromstring(written("junit", ledger).encode())
    assert root.get("failures") == "1"
    document = json.loads(written("json", ledger))
    assert document["result"] == "nonconformant"
    assert document["trials"][0]["judgement"] == judgement


def test_many_failures_are_cut_short_where_they_would_scroll_away_and_the_html_has_all() -> None:
    results = [
        sample.trial(f"many/case-{number:03}", Verdict.FAIL, "USR-CREATE-007")
        for number in range(120)
    ]
    ledger = sample.ledger(results, planned=120)
    console, markdown, page = (written(name, ledger) for name in ("console", "markdown", "html"))
    assert console.count("FAIL  many/") == 50
    assert "and 70 more failures" in console
    assert markdown.count("**fail**") == 20
    assert "100 more" in markdown
    assert page.count('<details class="finding') == 120

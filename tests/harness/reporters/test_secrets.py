"""Secrets planted wherever a run can hold one are in no report: the whole way, worker to page."""

import html
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.harness.reporters import sample
from tests.harness.reporters.golden import written

from dbal_conform.core.redact import secrets_of_url
from dbal_conform.core.verdict import Exchange, Mismatch, TrialResult, Verdict
from dbal_conform.executors.redaction import redacted
from dbal_conform.reporters import REPORTERS
from dbal_conform.runfile import create, read

TOKEN = "tok-3f9a8c71d2e4"
PASSWORD = 'pa"ss wörd/<&>'
URL = "postgresql://conform:s3cr%40t-of-db@db.example/test"
SECRETS = (TOKEN, PASSWORD, *secrets_of_url(URL))


def leaky() -> TrialResult:
    """Return a trial whose target repeats every secret, in every place and spelling."""
    spelled = [
        *SECRETS,
        json.dumps(PASSWORD),
        json.dumps({"password": PASSWORD}),
        quote(PASSWORD),
        html.escape(PASSWORD),
    ]
    text = " | ".join(spelled)
    return sample.trial(
        "users.create/bad-name[name=a.b]",
        Verdict.FAIL,
        "USR-CREATE-003",
        broken=("USR-CREATE-003",),
        reason=text,
        observed={"echo": text, PASSWORD: TOKEN},
        mismatches=(Mismatch(f"/data/{TOKEN}", text, {"token": TOKEN}, [text]),),
        transcript=(
            Exchange("1", {"meta": {"token": TOKEN}, "args": {"password": PASSWORD}}, {"x": text}),
        ),
    )


@pytest.mark.parametrize("name", REPORTERS)
def test_no_report_and_no_run_file_holds_a_secret(tmp_path: Path, name: str) -> None:
    ledger = sample.ledger([redacted(leaky(), SECRETS)], planned=1)
    file = create(tmp_path / "run.jsonl")
    file.append(ledger.header)
    for result in ledger.results.values():
        file.append(result)
    file.close()
    kept = file.path.read_text(encoding="utf-8")
    told = written(name, read(file.path).ledger())
    for text in (kept, told):
        for secret in (*SECRETS, "s3cr", "ss w", TOKEN[4:]):
            assert secret not in text
    assert "[redacted]" in kept
    assert "redacted" in told or name == "badge", "a badge says nothing of the trials"


def test_the_secrets_would_be_there(tmp_path: Path) -> None:
    del tmp_path
    told = written("json", sample.ledger([leaky()], planned=1))
    assert all(json.dumps(secret)[1:-1] in told for secret in SECRETS)

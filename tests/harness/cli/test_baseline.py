"""Known deviations, from the manifest or from --baseline, and what they do to the exit status."""

import subprocess
from pathlib import Path

import pytest
from tests.harness.cli.shell import no_traceback, shell
from tests.harness.executors.jobs import cases, manifest

from dbal_conform.core.baseline import Judgement
from dbal_conform.runfile import read

ENTRY = {
    "case": "hostile/count",
    "verdict": "fail",
    "requirement": "GEN-COUNT-001",
    "reason": "it counts one too many",
    "issue": "https://example.com/1",
    "expires": "2999-12-31",
}


def run(tmp_path: Path, behaviour: str, **entry: str) -> subprocess.CompletedProcess[str]:
    members = "\n    ".join(f'{name}: "{text}"' for name, text in {**ENTRY, **entry}.items())
    text = f"deviations:\n  - {members}\n"
    (tmp_path / "deviations.yaml").write_text(text, encoding="utf-8")
    file = manifest(tmp_path, behaviour, baseline="deviations.yaml")
    done = shell(
        "run", str(cases(tmp_path)), "--target", str(file), "--run-file", "run.jsonl",
        "--report", "json=report.json", "-q", cwd=tmp_path,
    )  # fmt: skip
    assert no_traceback(done)
    return done


def judgement(tmp_path: Path) -> Judgement:
    judged = read(tmp_path / "run.jsonl").ledger().judgements
    return next(value for key, value in judged.items() if key.trial == "hostile/count")


def test_a_known_deviation_is_conformant_with_deviations(tmp_path: Path) -> None:
    done = run(tmp_path, "raises", verdict="crash")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("conformant_with_deviations: ")
    assert judgement(tmp_path) is Judgement.EXPECTED


@pytest.mark.parametrize(
    ("behaviour", "entry", "expected"),
    [
        ("well", {}, Judgement.STALE),
        ("wrong", {"requirement": "USR-CREATE-001"}, Judgement.WRONG_FAIL),
        ("raises", {}, Judgement.WRONG_FAIL),
        ("raises", {"verdict": "crash", "expires": "2020-01-01"}, Judgement.EXPIRED),
        ("raises", {"target": "other", "verdict": "crash"}, Judgement.UNEXPECTED),
    ],
)
def test_an_entry_that_is_not_so_fails_the_gate(
    tmp_path: Path, behaviour: str, entry: dict[str, str], expected: Judgement
) -> None:
    assert run(tmp_path, behaviour, **entry).returncode == 1
    assert judgement(tmp_path) is expected


def test_an_entry_about_no_case_is_refused_before_anything_is_run(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "deviations:\n  - "
        + "\n    ".join(f'{name}: "{text}"' for name, text in ENTRY.items())
        + "\n",
        encoding="utf-8",
    )
    done = shell("run", "-k", "users.read", "--baseline", "mine.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert "mine.yaml:2:11: $.deviations[0].case: no such case: hostile/count" in done.stderr
    assert [*tmp_path.rglob("*.jsonl")] == []

"""A run of what failed earlier, and of nothing else."""

import subprocess
from pathlib import Path

import pytest
from tests.harness.cli.shell import no_traceback, shell
from tests.harness.executors.jobs import cases, manifest

from dbal_conform.core.ledger import Ledger
from dbal_conform.core.verdict import Verdict
from dbal_conform.runfile import read

REPORT = ("--report", "json=report.json", "-q")


def first(tmp_path: Path, behaviour: str) -> None:
    done = shell(
        "run", str(cases(tmp_path)), "-t", str(manifest(tmp_path, behaviour)), "--run-file",
        "first.jsonl", "--seed", "3", *REPORT, cwd=tmp_path,
    )  # fmt: skip
    assert no_traceback(done), done.stderr


def again(tmp_path: Path, *more: str) -> subprocess.CompletedProcess[str]:
    done = shell(
        "run", "--rerun-failed", "first.jsonl", "--run-file", "again.jsonl", *REPORT, *more,
        cwd=tmp_path,
    )  # fmt: skip
    assert no_traceback(done), done.stderr
    return done


def told(tmp_path: Path) -> Ledger:
    return read(tmp_path / "again.jsonl").ledger()


def mend(tmp_path: Path) -> None:
    """Let the target behave, under the name it had."""
    file = tmp_path / "wrong.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("behaviour: wrong", "behaviour: well"), encoding="utf-8")


def test_only_what_failed_is_run_again_and_the_run_says_that_it_is_a_part(tmp_path: Path) -> None:
    first(tmp_path, "wrong")
    assert again(tmp_path).returncode == 1
    ledger = told(tmp_path)
    assert [key.trial for key in ledger.results] == ["hostile/count"]
    assert ledger.header.filter["rerun"] == 1
    assert ledger.header.planned == 1
    assert len(read(tmp_path / "first.jsonl").fold) == 3


def test_what_was_mended_holds_now(tmp_path: Path) -> None:
    first(tmp_path, "wrong")
    mend(tmp_path)
    assert again(tmp_path).returncode == 0
    assert [result.verdict for result in told(tmp_path).results.values()] == [Verdict.PASS]


def test_a_run_again_can_be_completed_too(tmp_path: Path) -> None:
    first(tmp_path, "wrong")
    again(tmp_path)
    file = tmp_path / "again.jsonl"
    file.write_bytes(file.read_bytes().splitlines(keepends=True)[0])
    assert shell("run", "--resume", "again.jsonl", *REPORT, cwd=tmp_path).returncode == 1
    assert [key.trial for key in told(tmp_path).results] == ["hostile/count"]


def test_where_nothing_failed_nothing_is_run(tmp_path: Path) -> None:
    first(tmp_path, "well")
    done = again(tmp_path)
    assert done.returncode == 2
    assert "first.jsonl: nothing in it failed" in done.stderr
    assert not (tmp_path / "again.jsonl").exists()


def test_what_is_no_longer_there_is_said(tmp_path: Path) -> None:
    first(tmp_path, "wrong")
    file = tmp_path / "hostile-cases.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("id: count", "id: other"), encoding="utf-8")
    done = again(tmp_path)
    assert done.returncode == 4
    assert "1 of 1 that failed are no longer in the suite" in done.stderr


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (("-k", "count"), "--rerun-failed takes what to run from the run file"),
        (("--resume", "first.jsonl"), "give one of them"),
        (("-d", "sqlite"), "not of the run of --rerun-failed"),
    ],
)
def test_no_more_is_asked_than_may_differ(tmp_path: Path, more: tuple[str, ...], why: str) -> None:
    first(tmp_path, "wrong")
    done = again(tmp_path, *more)
    assert done.returncode == 2
    assert why in done.stderr

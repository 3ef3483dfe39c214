"""`compare`: what a user reads of two runs."""

import json
import subprocess
from pathlib import Path

import pytest
from tests.harness.cli.shell import no_traceback, shell
from tests.harness.cli.test_gate import run

HOSTILE = "\x1b]0;owned\x07\u202e"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run in which the count is wrong, and the same once the target was mended."""
    run(tmp_path, "wrong", "before.jsonl")
    file = tmp_path / "wrong.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("behaviour: wrong", "behaviour: well"), encoding="utf-8")
    done = shell(
        "run", "hostile-cases.yaml", "-t", "wrong.yaml", "--run-file", "after.jsonl", "-n", "0",
        "-q", "--report", "json=report.json", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return tmp_path


def compare(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    done = shell("compare", *more, cwd=folder)
    assert no_traceback(done), done.stderr
    return done


def test_what_was_mended_is_told_and_is_not_worse(folder: Path) -> None:
    done = compare(folder, "before.jsonl", "after.jsonl")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "Failed, and holds now: 1",
        "  hostile/count on wrong with memory: fail GEN-COUNT-001, AUD-REC-001 -> pass",
        "",
        "Requirements that hold again: GEN-COUNT-001",
        "not worse: 1 mended, 2 as before",
    ]


def test_what_broke_is_told_and_ends_with_1(folder: Path) -> None:
    done = compare(folder, "after.jsonl", "before.jsonl")
    assert done.returncode == 1
    assert done.stdout.startswith("Held, and fails now: 1\n  hostile/count on wrong with memory: ")
    quiet = compare(folder, "after.jsonl", "before.jsonl", "-q")
    assert quiet.stdout == "worse: 1 broke, 2 as before\n"


def test_machines_get_both_sides(folder: Path) -> None:
    document = json.loads(compare(folder, "after.jsonl", "before.jsonl", "--json").stdout)
    assert (document["worse"], document["same"]) == (True, 2)
    (trial,) = document["trials"]
    assert trial["change"] == "broke"
    assert trial["before"] == {"verdict": "pass", "broken": [], "flaky": False}
    assert trial["after"]["broken"] == ["GEN-COUNT-001", "AUD-REC-001"]
    assert document["requirements"] == {"broken": ["AUD-REC-001", "GEN-COUNT-001"], "mended": []}


def test_what_is_in_one_run_alone_is_told(folder: Path) -> None:
    done = shell(
        "run", "--rerun-failed", "before.jsonl", "--run-file", "again.jsonl", "-q", "-n", "0",
        "--report", "json=report.json", cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0
    told = compare(folder, "before.jsonl", "again.jsonl").stdout
    assert "Not in the later run: 2" in told
    assert "filter: {'paths': ['hostile-cases.yaml']} -> " in told


def test_no_words_of_a_run_file_steer_the_terminal(folder: Path) -> None:
    file = folder / "after.jsonl"
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    lines[0]["columns"][0]["implementation"] = HOSTILE
    lines[1]["trial"] = HOSTILE
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    done = compare(folder, "before.jsonl", "after.jsonl")
    assert "\\u001b]0;owned\\u0007\\u202e" in done.stdout
    assert not {"\x1b", "\x07", "\u202e"} & set(done.stdout)


def test_a_file_that_is_no_run_is_refused(folder: Path) -> None:
    done = compare(folder, "before.jsonl", "wrong.yaml")
    assert done.returncode == 2
    assert "wrong.yaml:1:1: not a line of a run file" in done.stderr

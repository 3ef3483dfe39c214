"""`baseline check`, `update` and `prune`, as a user has them."""

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest
from tests.harness.cli.inside import refused
from tests.harness.cli.shell import command, environment, no_traceback, shell
from tests.harness.executors.jobs import cases, manifest

from dbal_conform.core.ledger import RANDOM
from dbal_conform.runfile import read

WORD = ("--reason", "the vendor dies", "--issue", "https://example.com/1")
HAND = """\
# What we know of.
deviations:
  # counting
  - case: hostile/count
    verdict: fail   # for now
    requirement: USR-CREATE-001
    reason: it counts one too many
    issue: "https://example.com/1"
    expires: 2999-12-31
  # listing: never to be lost
"""


def run(tmp_path: Path, behaviour: str, file: str = "run.jsonl") -> None:
    """Run the three cases against the hostile target, without its baseline."""
    target = manifest(tmp_path, behaviour, baseline="deviations.yaml")
    (tmp_path / "none.yaml").write_text("deviations: []\n", encoding="utf-8")
    done = shell(
        "run", str(cases(tmp_path)), "-t", str(target), "--run-file", file, "-q",
        "--baseline", "none.yaml", "--report", "json=report.json", cwd=tmp_path,
    )  # fmt: skip
    assert no_traceback(done), done.stderr


def baseline(tmp_path: Path, name: str, *more: str) -> subprocess.CompletedProcess[str]:
    done = shell("baseline", name, *more, cwd=tmp_path)
    assert no_traceback(done), done.stderr
    return done


def written(tmp_path: Path) -> str:
    return (tmp_path / "deviations.yaml").read_bytes().decode()


def test_from_red_to_green_and_back_to_nothing(tmp_path: Path) -> None:
    run(tmp_path, "raises")
    done = baseline(tmp_path, "update", "run.jsonl", *WORD, "--expires", "2999-06-30")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "deviations.yaml: 1 added, 0 changed, 0 removed\n"
    assert "  - case: hostile/count\n    verdict: crash\n" in written(tmp_path)
    assert "expires: 2999-06-30" in written(tmp_path)
    done = baseline(tmp_path, "check", "run.jsonl", "-v")
    assert done.returncode == 0
    assert "deviations.yaml:3:11: holds: hostile/count (GEN-COUNT-001): deviates as" in done.stdout
    assert shell("run", "hostile-cases.yaml", "-t", "raises.yaml", cwd=tmp_path).returncode == 0

    run(tmp_path, "well", "well.jsonl")
    done = baseline(tmp_path, "check", "well.jsonl")
    assert done.returncode == 1
    assert "deviations.yaml:3:11: stale: " in done.stdout
    assert done.stderr == "deviations.yaml: 1 entry: 1 stale\n"
    done = baseline(tmp_path, "prune", "well.jsonl")
    assert (done.returncode, done.stderr) == (0, "deviations.yaml: 0 added, 0 changed, 1 removed\n")
    assert written(tmp_path).endswith("\ndeviations: []\n")


def test_what_people_wrote_stays_and_only_what_is_wrong_is_set_right(tmp_path: Path) -> None:
    run(tmp_path, "wrong")
    (tmp_path / "deviations.yaml").write_text(HAND, encoding="utf-8")
    done = baseline(tmp_path, "check", "run.jsonl")
    assert done.returncode == 1
    assert "deviations.yaml:4:11: wrong: hostile/count (USR-CREATE-001): " in done.stdout
    dry = baseline(tmp_path, "update", "run.jsonl", *WORD, "--dry-run")
    assert written(tmp_path) == HAND
    assert "\n-    requirement: USR-CREATE-001\n" in dry.stdout
    assert dry.stderr.endswith(" removed, not written\n")
    done = baseline(tmp_path, "update", "run.jsonl", *WORD)
    assert done.returncode == 0, done.stderr
    assert baseline(tmp_path, "check", "run.jsonl").returncode == 0
    assert "# counting" in written(tmp_path)
    assert "# listing: never to be lost" in written(tmp_path)


def test_everything_is_told_to_machines(tmp_path: Path) -> None:
    run(tmp_path, "raises")
    done = baseline(tmp_path, "update", "run.jsonl", *WORD, "--json")
    (file,) = json.loads(done.stdout)["files"]
    assert (file["file"], file["written"], file["removed"]) == ("deviations.yaml", True, [])
    assert file["added"][0]["requirement"] == "GEN-COUNT-001"
    done = baseline(tmp_path, "check", "run.jsonl", "--json")
    document = json.loads(done.stdout)
    assert document["counts"] == {"holds": 1}
    (entry,) = document["entries"]
    assert [entry[key] for key in ("file", "line", "column", "standing")] == [
        "deviations.yaml", 3, 11, "holds",
    ]  # fmt: skip
    done = baseline(tmp_path, "prune", "run.jsonl", "--json")
    assert json.loads(done.stdout)["files"][0]["written"] is False


def doctored(tmp_path: Path, **changed: object) -> None:
    """Change the result of the count in the run file."""
    file = tmp_path / "run.jsonl"
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        if line["type"] == "header":
            line["cases"]["hostile/count"]["flags"] = changed.pop("flags", [])
        if line.get("trial") == "hostile/count":
            line.update(changed)
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    read(file)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"verdict": "harness_error"}, "harness_error is our own fault"),
        ({"verdict": "could_not_run"}, "could_not_run shows nothing"),
        ({"flags": [RANDOM]}, "it comes of a random sequence"),
        ({"flaky": True}, "it is flaky"),
    ],
)
def test_some_things_are_refused_and_nothing_is_written(
    tmp_path: Path, changed: dict[str, object], why: str
) -> None:
    run(tmp_path, "raises")
    doctored(tmp_path, **changed)
    done = baseline(tmp_path, "update", "run.jsonl", *WORD, "--json")
    assert done.returncode == 1
    assert f"refused: hostile/count on raises with memory: {why}" in done.stderr
    (one,) = json.loads(done.stdout)["refused"]
    assert (one["trial"], one["target"], one["database"]) == ("hostile/count", "raises", "memory")
    assert not (tmp_path / "deviations.yaml").exists()


def test_only_the_cases_that_are_meant_are_stated(tmp_path: Path) -> None:
    run(tmp_path, "raises")
    done = baseline(tmp_path, "update", "run.jsonl", *WORD, "--case", "hostile/well-*")
    assert done.stderr == "deviations.yaml: 0 added, 0 changed, 0 removed\n"
    assert not (tmp_path / "deviations.yaml").exists()
    done = baseline(tmp_path, "update", "run.jsonl", *WORD, "--case", "hostile/c*")
    assert done.stderr == "deviations.yaml: 1 added, 0 changed, 0 removed\n"


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ((), "needs --reason and --issue, and there is no terminal to ask on"),
        (("--reason", "x"), "needs --issue, and"),
        (("--reason", " ", "--issue", "x"), "--reason is empty"),
        ((*WORD, "--expires", "soon"), "--expires 'soon': write YYYY-MM-DD, or days"),
        ((*WORD, "--expires", "20290101"), "write YYYY-MM-DD"),
        ((*WORD, "--expires", "9999d"), "at most 3650d"),
        ((*WORD, "--expires", "2020-01-01"), "is past"),
    ],
)
def test_an_entry_without_a_word_of_somebody_is_not_taken(
    tmp_path: Path, more: tuple[str, ...], why: str
) -> None:
    run(tmp_path, "raises")
    done = baseline(tmp_path, "update", "run.jsonl", *more)
    assert done.returncode == 2
    assert why in done.stderr
    assert not (tmp_path / "deviations.yaml").exists()


def asked(tmp_path: Path, said: str) -> tuple[int, str]:
    """Answer the questions of `baseline update` on a terminal."""
    here, there = pty.openpty()
    process = subprocess.Popen(
        command("baseline", "update", "run.jsonl"),
        cwd=tmp_path,
        env=environment(),
        stdin=there,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(there)
    os.write(here, said.encode())
    stdout, stderr = process.communicate(timeout=30)
    os.close(here)
    assert "Traceback" not in stderr
    return process.returncode, stdout + stderr


def test_on_a_terminal_reason_and_issue_are_asked_for_once_a_case(tmp_path: Path) -> None:
    run(tmp_path, "wrong")
    status, told = asked(tmp_path, "it counts: wrongly\n\nhttps://example.com/7\n")
    assert status == 0, told
    assert "Users are counted" in told
    assert told.count("reason (empty: leave it out)") == 1
    text = written(tmp_path)
    assert text.count('reason: "it counts: wrongly"') == text.count("requirement: ") == 2
    assert text.count('issue: "https://example.com/7"') == 2


def test_no_reason_leaves_a_case_out(tmp_path: Path) -> None:
    run(tmp_path, "raises")
    assert asked(tmp_path, "\n")[0] == 0
    assert not (tmp_path / "deviations.yaml").exists()


def test_without_runs_names_and_days_are_checked(tmp_path: Path) -> None:
    manifest(tmp_path, "well", baseline="deviations.yaml")
    text = HAND.replace("hostile/count", "users.create/duplicate-username")
    (tmp_path / "deviations.yaml").write_text(text, encoding="utf-8")
    assert baseline(tmp_path, "check", "-t", "well.yaml").returncode == 0
    for old, new, why in (
        ("users.create/duplicate-username", "users.create/none", "4:11: unmatched: .*no such case"),
        ("USR-CREATE-001", "USR-CREATE-999", "4:11: unmatched: .*no such requirement"),
        ("2999-12-31", "2020-12-31", "4:11: expired: .*excused until 2020-12-31"),
        ("expires:", "target: other\n    expires:", "4:11: unmatched: .*is about target other"),
    ):
        (tmp_path / "deviations.yaml").write_text(text.replace(old, new), encoding="utf-8")
        done = baseline(tmp_path, "check", "-t", "well.yaml")
        assert done.returncode == 1
        assert why.split(": .*")[0] in done.stdout
        assert why.split(".*")[1] in done.stdout


def test_the_file_must_be_known_and_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "reference-sqlite: no baseline: name the file" in refused("baseline", "check")
    assert "mine.yaml:1:1: cannot be read" in refused(
        "baseline", "check", "--baseline", "mine.yaml"
    )
    assert "no.jsonl: cannot be read" in refused("baseline", "prune", "no.jsonl")


def test_a_run_from_elsewhere_is_held_against_a_named_file(tmp_path: Path) -> None:
    run(tmp_path, "raises")
    (tmp_path / "raises.yaml").unlink()
    done = baseline(tmp_path, "update", "run.jsonl", *WORD)
    assert done.returncode == 2
    assert "or name its baseline with --baseline" in done.stderr
    done = baseline(tmp_path, "update", "run.jsonl", *WORD, "--baseline", "mine.yaml")
    assert done.returncode == 0
    text = (tmp_path / "mine.yaml").read_text(encoding="utf-8")
    assert "    target: raises\n    database: memory\n" in text


def test_no_new_file_is_made_beyond_the_folder_of_a_manifest_unless_it_is_named(
    tmp_path: Path,
) -> None:
    run(tmp_path, "raises")
    (tmp_path / "my").mkdir()
    text = (tmp_path / "raises.yaml").read_text(encoding="utf-8")
    text = text.replace("baseline: deviations.yaml", "baseline: ../made.yaml")
    (tmp_path / "my" / "raises.yaml").write_text(text, encoding="utf-8")
    done = baseline(tmp_path, "update", "run.jsonl", *WORD, "-t", "my/raises.yaml")
    assert done.returncode == 2
    assert "made.yaml:1:1: cannot be read" in done.stderr
    assert not (tmp_path / "made.yaml").exists()
    done = baseline(
        tmp_path, "update", "run.jsonl", *WORD, "-t", "my/raises.yaml", "--baseline", "made.yaml"
    )
    assert done.returncode == 0, done.stderr
    assert "database: " not in (tmp_path / "made.yaml").read_text(encoding="utf-8")

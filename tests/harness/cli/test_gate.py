"""The gate of a CI job: what it says, in which order, and how it ends."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from lxml import etree
from tests.harness.cli.shell import ROOT, environment, no_traceback, shell
from tests.harness.executors.jobs import cases, manifest

from dbal_conform.runfile import read

ENTRY = """\
  - case: {case}
    verdict: fail
    requirement: {requirement}
    reason: it counts one too many
    issue: "https://example.com/1"
    expires: {expires}
"""


def baseline(tmp_path: Path, *entries: tuple[str, str, str]) -> None:
    """Write the baseline: case, requirement and last day of each entry."""
    lines = [
        ENTRY.format(case=case, requirement=requirement, expires=expires)
        for case, requirement, expires in entries
    ]
    text = "deviations:\n" + "".join(lines) if lines else "deviations: []\n"
    (tmp_path / "deviations.yaml").write_text(text, encoding="utf-8")


def gate(
    tmp_path: Path, *more: str, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    done = shell("gate", *more, cwd=tmp_path, env=env)
    assert no_traceback(done), done.stderr
    return done


def hostile(tmp_path: Path, behaviour: str) -> tuple[str, ...]:
    """Return the options that run the three cases against the hostile target."""
    target = manifest(tmp_path, behaviour, baseline="deviations.yaml")
    if not (tmp_path / "deviations.yaml").exists():
        baseline(tmp_path)
    return ("--target", target.name, "--cases", cases(tmp_path).name, "-n", "0")


def run(tmp_path: Path, behaviour: str, file: str = "run.jsonl", *more: str) -> None:
    """Leave a run file."""
    hostile(tmp_path, behaviour)
    (tmp_path / "nothing.yaml").write_text("deviations: []\n", encoding="utf-8")
    done = shell(
        "run", "hostile-cases.yaml", "-t", f"{behaviour}.yaml", "--run-file", file, "-n", "0",
        "-q", "--report", "json=report.json", *more, cwd=tmp_path,
    )  # fmt: skip
    assert no_traceback(done), done.stderr


def test_a_good_change_passes(tmp_path: Path) -> None:
    done = gate(tmp_path, *hostile(tmp_path, "well"), "--run-file", "run.jsonl")
    assert done.returncode == 0
    assert "gate      open: exit status 0" in done.stdout
    assert "run file  run.jsonl" in done.stdout
    assert "New failures" not in done.stdout
    assert read(tmp_path / "run.jsonl").footer is not None


BOTH = (
    ("hostile/count", "GEN-COUNT-001", "2999-12-31"),
    ("hostile/count", "AUD-REC-001", "2999-12-31"),
)


def test_a_known_deviation_passes_and_is_counted(tmp_path: Path) -> None:
    baseline(tmp_path, *BOTH)
    done = gate(tmp_path, *hostile(tmp_path, "wrong"))
    assert done.returncode == 0, done.stdout
    assert "gate      open: 2 known deviations; exit status 0" in done.stdout


def test_what_is_new_is_told_first_then_stale_expired_wrong_and_unmatched(tmp_path: Path) -> None:
    baseline(
        tmp_path,
        ("hostile/well-first", "QRY-PAGE-001", "2999-12-31"),
        ("hostile/well-second", "QRY-PAGE-001", "2999-12-31"),
        ("hostile/elsewhere", "QRY-PAGE-001", "2020-12-31"),
        ("hostile/none", "NO-SUCH-001", "2999-12-31"),
    )
    done = gate(tmp_path, *hostile(tmp_path, "wrong"))
    assert done.returncode == 1
    order = [
        "New failures: 1",
        "FAIL  hostile/count",
        "Stale entries: the deviation is gone: 2",
        "deviations.yaml:2:11: hostile/well-first (QRY-PAGE-001): comes to pass",
        "deviations.yaml:8:11: hostile/well-second",
        "Expired entries: their day is past: 1",
        "deviations.yaml:14:11: hostile/elsewhere",
        "Unmatched entries: they are about nothing: 1",
        "deviations.yaml:20:11: hostile/none (NO-SUCH-001): no such requirement",
        "✗ NONCONFORMANT",
    ]
    places = [done.stdout.index(text) for text in order]
    assert places == sorted(places)


def test_an_entry_for_another_requirement_is_wrong_and_not_new(tmp_path: Path) -> None:
    baseline(tmp_path, BOTH[0])
    done = gate(tmp_path, *hostile(tmp_path, "wrong"))
    assert done.returncode == 1
    assert "New failures" not in done.stdout
    assert "Wrong entries: it deviates otherwise than stated: 1" in done.stdout
    assert "breaks AUD-REC-001 too, which no entry states" in done.stdout


@pytest.mark.parametrize(("command", "status"), [("gate", 1), ("run", 2)])
def test_a_case_that_there_is_not_shuts_the_gate_and_refuses_a_run(
    tmp_path: Path, command: str, status: int
) -> None:
    baseline(tmp_path, ("users.none/none", "USR-CREATE-001", "2999-12-31"))
    manifest(tmp_path, "well", baseline="deviations.yaml")
    done = shell(command, "-t", "well.yaml", "-k", "users.read", "-n", "0", cwd=tmp_path)
    assert "deviations.yaml:2:11: " in done.stdout + done.stderr
    assert "no such case: users.none/none" in done.stdout + done.stderr
    assert done.returncode == status


def test_run_files_are_judged_by_the_baseline_as_it_is_now(tmp_path: Path) -> None:
    run(tmp_path, "wrong")
    assert gate(tmp_path, "run.jsonl").returncode == 1
    baseline(tmp_path, *BOTH)
    assert gate(tmp_path, "run.jsonl").returncode == 0
    (tmp_path / "other.yaml").write_text("deviations: []\n", encoding="utf-8")
    assert gate(tmp_path, "run.jsonl", "--baseline", "other.yaml").returncode == 1


def test_a_run_from_elsewhere_is_judged_by_the_baseline_on_record(tmp_path: Path) -> None:
    baseline(tmp_path, *BOTH)
    run(tmp_path, "wrong")
    for name in ("wrong.yaml", "deviations.yaml"):
        (tmp_path / name).unlink()
    done = gate(tmp_path, "run.jsonl")
    assert done.returncode == 0
    assert "the baseline is not at hand: judged by the one on record" in done.stderr


def test_shards_are_judged_together_and_never_alone(tmp_path: Path) -> None:
    for number in (1, 2):
        run(tmp_path, "wrong", f"{number}.jsonl", "--shard", f"{number}/2")
    done = gate(tmp_path, "2.jsonl", "1.jsonl", "--json")
    assert done.returncode == 1
    document = json.loads(done.stdout)
    assert [one["trial"] for one in document["new"]] == ["hostile/count"]
    assert sum(document["counts"].values()) == 3
    alone = gate(tmp_path, "1.jsonl")
    assert alone.returncode == 2
    assert "shard 2/2 is missing" in alone.stderr


def test_an_unfinished_run_does_not_pass(tmp_path: Path) -> None:
    run(tmp_path, "well")
    file = tmp_path / "run.jsonl"
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-2]))
    done = gate(tmp_path, "run.jsonl")
    assert done.returncode == 3
    assert "gate      shut: exit status 3: incomplete" in done.stdout


def test_reports_are_written_and_told(tmp_path: Path) -> None:
    run(tmp_path, "wrong")
    done = gate(
        tmp_path, "run.jsonl", "--report", "junit=junit.xml", "--report", "badge=badge.json"
    )
    assert done.returncode == 1
    assert "  junit     junit.xml\n" in done.stdout
    root = etree.parse(tmp_path / "junit.xml").getroot()
    assert (root.get("tests"), root.get("failures")) == ("3", "1")
    badge = json.loads((tmp_path / "badge.json").read_text(encoding="utf-8"))
    assert badge["message"] == "nonconformant"


def test_junit_tells_of_entries_that_no_trial_tells_of(tmp_path: Path) -> None:
    baseline(
        tmp_path,
        ("hostile/well-first", "QRY-PAGE-001", "2999-12-31"),
        ("hostile/none", "NO-SUCH-001", "2999-12-31"),
    )
    run(tmp_path, "well", "run.jsonl", "--baseline", "nothing.yaml")
    done = gate(tmp_path, "run.jsonl", "--report", "junit=junit.xml")
    assert done.returncode == 1
    root = etree.parse(tmp_path / "junit.xml").getroot()
    for file in ("junit.xsd", "junit-10.xsd"):
        etree.XMLSchema(etree.parse(ROOT / "tests" / "data" / file)).assertValid(root)
    failures = {one.get("name"): one[0].get("type") for one in root.iter("testcase") if len(one)}
    assert failures == {
        "well-first": "pass",
        "hostile/none (deviations.yaml:8:11)": "unmatched",
    }
    assert (root.get("tests"), root.get("failures")) == ("4", "2")


def on_github(tmp_path: Path) -> dict[str, str]:
    summary = tmp_path / "summary.md"
    return environment(
        GITHUB_ACTIONS="true",
        GITHUB_STEP_SUMMARY=str(summary),
        GITHUB_WORKSPACE=str(tmp_path.parent),
    )


def test_on_github_annotations_and_summary_are_left(tmp_path: Path) -> None:
    baseline(tmp_path, ("hostile/well-first", "QRY-PAGE-001", "2999-12-31"))
    (tmp_path / "summary.md").write_text("# What came before\n", encoding="utf-8")
    done = gate(tmp_path, *hostile(tmp_path, "wrong"), env=on_github(tmp_path))
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    word = re.fullmatch(r"::stop-commands::(\w+)", lines[0])
    assert word is not None
    end = lines.index(f"::{word[1]}::")
    failure, entry = lines[end + 1 :]
    folder = tmp_path.name
    assert failure.startswith("::error title=fail%3A hostile/count on wrong with memory,")
    assert f",file={folder}/hostile-cases.yaml,line=5::Users are counted%0A" in failure
    assert f",file={folder}/deviations.yaml,line=2,col=11::hostile/well-first" in entry
    text = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert text.startswith("# What came before\n## Gate shut: exit status 1")
    assert "### New failures: 1" in text


def test_on_github_machines_read_standard_output_and_the_runner_the_other(tmp_path: Path) -> None:
    run(tmp_path, "wrong")
    done = gate(tmp_path, "run.jsonl", "--json", env=on_github(tmp_path))
    assert json.loads(done.stdout)["passed"] is False
    assert "::error title=fail%3A hostile/count" in done.stderr
    quiet = gate(tmp_path, "run.jsonl", "--no-github", "-q", env=on_github(tmp_path))
    assert quiet.stdout == "shut: exit status 1: nonconformant, or the baseline is stale\n"


def test_a_summary_that_is_full_or_not_to_be_written_changes_no_answer(tmp_path: Path) -> None:
    run(tmp_path, "wrong")
    full = tmp_path / "summary.md"
    full.write_bytes(b"x" * (1024 * 1024 - 500))
    assert gate(tmp_path, "run.jsonl", env=on_github(tmp_path)).returncode == 1
    assert full.stat().st_size <= 1024 * 1024
    full.unlink()
    full.mkdir()
    done = gate(tmp_path, "run.jsonl", env=on_github(tmp_path))
    assert done.returncode == 1
    assert "cannot be written: Is a directory" in done.stderr


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (("run.jsonl", "-d", "memory"), "run files are judged as they are"),
        (("run.jsonl", "--run-file", "x.jsonl"), "run files are judged as they are"),
        (("none.jsonl",), "none.jsonl: cannot be read"),
        (("run.jsonl", "run.jsonl"), "run.jsonl is given twice"),
        (("run.jsonl", "--baseline", "none.yaml"), "none.yaml:1:1: cannot be read"),
        (("run.jsonl", "--report", "tea=x"), "write FORMAT=PATH"),
        (("run.jsonl", "--target", "none.yaml"), "none.yaml:1:1: cannot be read"),
    ],
)
def test_wrong_usage_is_said_and_judges_nothing(
    tmp_path: Path, more: tuple[str, ...], why: str
) -> None:
    run(tmp_path, "wrong")
    done = gate(tmp_path, *more)
    assert done.returncode == 2
    assert why in done.stderr

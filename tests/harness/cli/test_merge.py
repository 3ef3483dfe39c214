"""Shards that were run apart, as one run: the same as if it had been run in one piece."""

import json
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from tests.harness.cli.shell import no_traceback, shell
from tests.harness.executors.jobs import cases, manifest, many

from dbal_conform.runfile import read

MEMORY = ("-t", "reference-memory")
QUIET = ("-q", "-n", "0", "--report", "json=report.json")


def ran(tmp_path: Path, file: str, *more: str) -> subprocess.CompletedProcess[str]:
    done = shell("run", "--run-file", file, *QUIET, *more, cwd=tmp_path)
    assert no_traceback(done), done.stderr
    return done


def told(tmp_path: Path, file: str) -> dict[tuple[str, ...], object]:
    """Return what each trial of a run file says, apart from how long it took."""
    lines = [json.loads(line) for line in (tmp_path / file).read_text("utf-8").splitlines()]
    trials = [line for line in lines if line.pop("type") == "trial"]
    counted = Counter((one["trial"], one["target"], one["database"]) for one in trials)
    assert set(counted.values()) <= {1}, "a trial stands there twice"
    for one in trials:
        one.pop("took_ms", None)
        for exchange in one.get("transcript", ()):
            exchange.pop("took_ms", None)
    return {(one["trial"], one["target"], one["database"]): one for one in trials}


def test_shards_merged_are_the_run_in_one_piece(tmp_path: Path) -> None:
    file = str(many(tmp_path, 2))
    ran(tmp_path, "whole.jsonl", file, *MEMORY)
    for number in (1, 2, 3):
        ran(tmp_path, f"{number}.jsonl", file, *MEMORY, "--shard", f"{number}/3")
    done = shell(
        "merge", "3.jsonl", "1.jsonl", "2.jsonl", "-o", "all.jsonl", "--json", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["trials"], document["result"]) == (200, "conformant")
    assert told(tmp_path, "all.jsonl").keys() == told(tmp_path, "whole.jsonl").keys()
    whole, merged = (read(tmp_path / name) for name in ("whole.jsonl", "all.jsonl"))
    assert merged.header.plan_hash == whole.header.plan_hash
    assert merged.header.cases == whole.header.cases
    assert merged.header.requirements == whole.header.requirements
    assert merged.ledger().evaluated == whole.ledger().evaluated
    assert [part.shard for part in merged.header.parts] == ["3/3", "1/3", "2/3"]
    report = shell("report", "all.jsonl", "--format", "markdown", cwd=tmp_path)
    assert report.returncode == 0, report.stderr


def test_every_line_is_taken_over_as_it_was_written(tmp_path: Path) -> None:
    target = str(manifest(tmp_path, "wrong"))
    for number in (1, 2):
        ran(
            tmp_path, f"{number}.jsonl", str(cases(tmp_path)), "-t", target, "--shard",
            f"{number}/2",
        )  # fmt: skip
    for number in (1, 2):  # what a later version of the tool may say of a trial is kept too
        part = tmp_path / f"{number}.jsonl"
        part.write_bytes(
            part.read_bytes().replace(b'{"type":"trial",', b'{"type":"trial","later":1,')
        )
    done = shell("merge", "1.jsonl", "2.jsonl", "-o", "all.jsonl", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr == "all.jsonl: 3 trials of 2 runs: nonconformant\n"
    first, second, both = (
        (tmp_path / name).read_bytes().splitlines() for name in ("1.jsonl", "2.jsonl", "all.jsonl")
    )
    assert both[1:-1] == [*first[1:-1], *second[1:-1]]
    assert json.loads(both[-1])["counts"] == {"pass": 2, "fail": 1}


def test_runs_of_two_targets_stand_side_by_side(tmp_path: Path) -> None:
    file = str(cases(tmp_path))
    ran(tmp_path, "memory.jsonl", file, *MEMORY)
    ran(tmp_path, "well.jsonl", file, "-t", str(manifest(tmp_path, "well")))
    done = shell("merge", "memory.jsonl", "well.jsonl", "-o", "all.jsonl", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    columns = [(one.target, one.database) for one in read(tmp_path / "all.jsonl").header.columns]
    assert columns == [("reference-memory", "memory"), ("well", "memory")]


@pytest.mark.parametrize(
    ("files", "why"),
    [
        (("1.jsonl",), "shard 2/2 is missing"),
        (("1.jsonl", "1.jsonl"), "1.jsonl and 1.jsonl are both shard 1/2"),
        (("1.jsonl", "other.jsonl"), "the filter was"),
        (("1.jsonl", "cut.jsonl"), "cut.jsonl: not complete: 0 of"),
        (("1.jsonl", "none.jsonl"), "none.jsonl: cannot be read"),
    ],
)
def test_what_does_not_belong_together_is_refused_and_nothing_written(
    tmp_path: Path, files: tuple[str, ...], why: str
) -> None:
    file = str(cases(tmp_path))
    ran(tmp_path, "1.jsonl", file, *MEMORY, "--shard", "1/2")
    ran(tmp_path, "2.jsonl", file, *MEMORY, "--shard", "2/2")
    ran(tmp_path, "other.jsonl", file, *MEMORY, "--shard", "2/2", "-k", "well")
    header = (tmp_path / "2.jsonl").read_bytes().splitlines(keepends=True)[0]
    (tmp_path / "cut.jsonl").write_bytes(header)
    done = shell("merge", *files, "-o", "all.jsonl", cwd=tmp_path)
    assert (done.returncode, no_traceback(done)) == (2, True)
    assert why in done.stderr
    assert not (tmp_path / "all.jsonl").exists()


def test_no_file_is_written_over(tmp_path: Path) -> None:
    ran(tmp_path, "a.jsonl", str(cases(tmp_path)), *MEMORY)
    done = shell("merge", "a.jsonl", "-o", "a.jsonl", cwd=tmp_path)
    assert done.returncode == 2
    assert "a.jsonl: exists; name another with --output" in done.stderr
    assert len(told(tmp_path, "a.jsonl")) == 3

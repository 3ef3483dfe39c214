"""A run that is stopped, by whatever, and completed later."""

import json
import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from tests.harness.cli.shell import command, environment, no_traceback, shell
from tests.harness.executors.jobs import cases, manifest, many

from dbal_conform.core.verdict import Verdict
from dbal_conform.runfile import read

TARGET = ("-t", "reference-memory")


def started(tmp_path: Path, *more: str) -> subprocess.Popen[str]:
    """Start a run that takes long enough to be stopped, and wait until it has shown something."""
    process = subprocess.Popen(
        command("run", str(many(tmp_path, 15)), "--run-file", "run.jsonl", *more),
        cwd=tmp_path,
        env=environment(TMPDIR=str(tmp_path / "scratch")),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 30
    while not (file := tmp_path / "run.jsonl").exists() or file.read_bytes().count(b"\n") < 20:
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    return process


@pytest.fixture(autouse=True)
def _scratch(tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()


@pytest.mark.parametrize("workers", ["0", "2"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_a_valid_file_and_nothing_else(
    tmp_path: Path, number: signal.Signals, workers: str
) -> None:
    process = started(tmp_path, *TARGET, "-n", workers)
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in stdout + stderr
    assert "dbal-conform run --resume run.jsonl" in stderr
    contents = read(tmp_path / "run.jsonl")
    assert contents.footer is None
    assert 0 < len(contents.fold) < contents.header.planned
    assert contents.ledger().exit_status == 3
    assert not [child for child in children if child.is_running()]
    assert list((tmp_path / "scratch").iterdir()) == []

    done = shell("run", "--resume", "run.jsonl", "--report", "json=report.json", cwd=tmp_path)
    assert (done.returncode, no_traceback(done)) == (0, True), done.stdout + done.stderr
    completed = read(tmp_path / "run.jsonl")
    assert completed.footer is not None
    assert len(completed.fold) == completed.header.planned
    assert completed.header == contents.header


def test_a_ctrl_c_of_the_terminal_reaches_workers_too_and_does_no_harm(tmp_path: Path) -> None:
    process = started(tmp_path, *TARGET, "-n", "2")
    for each in [psutil.Process(process.pid), *psutil.Process(process.pid).children()]:
        each.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in stdout + stderr
    read(tmp_path / "run.jsonl")


@pytest.mark.parametrize("pause_s", [0.0, 0.02, 0.1])
def test_an_impatient_user_leaves_nothing_behind_either(tmp_path: Path, pause_s: float) -> None:
    process = started(tmp_path, "-n", "2", "-d", f"sqlite:{tmp_path}/scratch/my.db")
    children = psutil.Process(process.pid).children(recursive=True)
    for _ in range(4):
        process.send_signal(signal.SIGINT)
        time.sleep(pause_s)
    _, stderr = process.communicate(timeout=20)
    assert "Traceback" not in stderr
    assert not [child for child in children if child.is_running()]
    assert list((tmp_path / "scratch").iterdir()) == []
    read(tmp_path / "run.jsonl")


def test_a_run_that_was_killed_is_resumed_after_its_last_whole_line(tmp_path: Path) -> None:
    process = started(tmp_path, *TARGET, "-n", "1")
    process.kill()
    process.communicate(timeout=20)
    with (tmp_path / "run.jsonl").open("ab") as file:
        file.write(b'{"type":"trial","tri')
    done = shell("run", "--resume", "run.jsonl", "--report", "json=report.json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "run.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["type"] for line in lines[:: len(lines) - 1]] == ["header", "footer"]


def hostile(tmp_path: Path, *more: str, limit: Callable[[], None] | None = None) -> int:
    done = shell(
        "run",
        str(cases(tmp_path)),
        "--target",
        str(manifest(tmp_path, "well")),
        "--report",
        "json=report.json",
        *more,
        cwd=tmp_path,
        preexec_fn=limit,
    )
    assert no_traceback(done), done.stderr
    return done.returncode


def test_a_full_disk_ends_the_run_and_keeps_what_was_run(tmp_path: Path) -> None:
    assert hostile(tmp_path, "--run-file", "whole.jsonl") == 0
    lines = (tmp_path / "whole.jsonl").read_bytes().splitlines(keepends=True)
    room = len(lines[0]) + len(lines[1]) + 20  # for the header, a trial and a bit of another

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    assert hostile(tmp_path, "--run-file", "run.jsonl", limit=limit) == 4
    contents = read(tmp_path / "run.jsonl")
    assert len(contents.fold) == 1
    assert (tmp_path / "run.jsonl").stat().st_size == contents.size
    done = shell("run", "--resume", "run.jsonl", "--report", "json=report.json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(read(tmp_path / "run.jsonl").fold) == 3


def test_a_complete_run_is_told_again_and_not_run(tmp_path: Path) -> None:
    assert hostile(tmp_path, "--run-file", "run.jsonl") == 0
    before = (tmp_path / "run.jsonl").read_bytes()
    done = shell("run", "--resume", "run.jsonl", "--report", "json=report.json", cwd=tmp_path)
    assert done.returncode == 0
    assert (tmp_path / "run.jsonl").read_bytes() == before


def cut(tmp_path: Path) -> None:
    """Take the footer and the last trial away."""
    file = tmp_path / "run.jsonl"
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-2]))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda path: os.utime(path / "hostile-cases.yaml"), None),
        (
            lambda path: (path / "hostile-cases.yaml").write_text(
                (path / "hostile-cases.yaml").read_text().replace("are counted", "are many")
            ),
            "the vectors or the contract have changed",
        ),
        (
            lambda path: (path / "well.yaml").write_text(
                (path / "well.yaml").read_text().replace("target: well", "target: other")
            ),
            "the targets or their databases have changed",
        ),
        (
            lambda path: (path / "well.yaml").write_text(
                (path / "well.yaml").read_text() + "claims: [joins]\n"
            ),
            "the target is no longer what it was",
        ),
    ],
    ids=["nothing", "a case", "the target", "its claims"],
)
def test_a_run_is_only_resumed_as_it_was(
    tmp_path: Path, change: Callable[[Path], object], why: str | None
) -> None:
    assert hostile(tmp_path, "--run-file", "run.jsonl") == 0
    cut(tmp_path)
    before = (tmp_path / "run.jsonl").read_bytes()
    change(tmp_path)
    done = shell("run", "--resume", "run.jsonl", "--report", "json=report.json", cwd=tmp_path)
    assert no_traceback(done)
    if why is None:
        assert done.returncode == 0
        return
    assert done.returncode == 2
    assert why in done.stderr
    assert (tmp_path / "run.jsonl").read_bytes() == before


def test_resuming_takes_no_other_filters(tmp_path: Path) -> None:
    assert hostile(tmp_path, "--run-file", "run.jsonl") == 0
    done = shell("run", "--resume", "run.jsonl", "-k", "count", cwd=tmp_path)
    assert done.returncode == 2
    assert "--resume takes what to run from the run file" in done.stderr


def test_a_result_of_the_first_part_still_counts(tmp_path: Path) -> None:
    done = shell(
        "run", str(cases(tmp_path)), "--target", str(manifest(tmp_path, "wrong")),
        "--run-file", "run.jsonl", "--report", "json=report.json", "--fail-fast", "-n", "0",
        cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 1
    done = shell("run", "--resume", "run.jsonl", "--report", "json=report.json", cwd=tmp_path)
    assert done.returncode == 1
    results = read(tmp_path / "run.jsonl").ledger().results.values()
    assert sorted(result.verdict for result in results) == [
        Verdict.FAIL,
        Verdict.PASS,
        Verdict.PASS,
    ]

"""`run` in a process of its own, against targets that behave and that do not."""

import json
from pathlib import Path

import pytest
from tests.harness.cli.shell import environment, no_traceback, shell
from tests.harness.executors.jobs import cases, manifest

from dbal_conform.core.verdict import Verdict
from dbal_conform.runfile import read


def run(tmp_path: Path, behaviour: str, *more: str, **kwargs: object) -> tuple[int, str, str]:
    """Run the three cases against the hostile target."""
    done = shell(
        "run",
        str(cases(tmp_path)),
        "--target",
        str(manifest(tmp_path, behaviour)),
        "--run-file",
        "run.jsonl",
        "--report",
        "json=report.json",
        *more,
        cwd=tmp_path,
        env=environment(**kwargs),  # type: ignore[arg-type]  # names of variables
    )
    assert no_traceback(done), done.stderr
    return done.returncode, done.stdout, done.stderr


def verdicts(tmp_path: Path) -> dict[str, Verdict]:
    results = read(tmp_path / "run.jsonl").ledger().results.values()
    return {result.trial.partition("/")[2]: result.verdict for result in results}


@pytest.mark.parametrize(
    ("behaviour", "status", "verdict"),
    [
        ("well", 0, Verdict.PASS),
        ("wrong", 1, Verdict.FAIL),
        ("garbage", 1, Verdict.PROTOCOL_VIOLATION),
        ("nan", 1, Verdict.PROTOCOL_VIOLATION),
        ("huge", 1, Verdict.PROTOCOL_VIOLATION),
        ("raises", 1, Verdict.CRASH),
        ("dies", 1, Verdict.CRASH),
        ("spins", 1, Verdict.TIMEOUT),
    ],
)
def test_the_status_tells_what_the_target_did(
    tmp_path: Path, behaviour: str, status: int, verdict: Verdict
) -> None:
    timeout = ["--timeout", "1"] if behaviour == "spins" else []
    found, _, _ = run(tmp_path, behaviour, *timeout)
    assert verdicts(tmp_path) == {
        "count": verdict,
        "well-first": Verdict.PASS,
        "well-second": Verdict.PASS,
    }
    assert found == status


def test_with_no_arguments_the_reference_is_tested_and_told_where(tmp_path: Path) -> None:
    done = shell("run", "-k", "users.read", cwd=tmp_path)
    assert (done.returncode, no_traceback(done)) == (0, True), done.stdout + done.stderr
    (run_file,) = (tmp_path / "reports").glob("run-*.jsonl")
    html = run_file.with_suffix(".html")
    assert html.is_file()
    assert f"reports/{run_file.name}" in done.stdout
    assert f"reports/{html.name}" in done.stdout
    (column,) = read(run_file).header.columns
    assert (column.target, column.database) == ("reference-sqlite", "sqlite")


def test_results_go_to_stdout_and_progress_to_stderr(tmp_path: Path) -> None:
    _, stdout, stderr = run(tmp_path, "raises", "--json")
    assert json.loads(stdout)
    assert "running 3 trials" in stderr
    assert "crash               hostile/count (raises on memory)" in stderr


def test_quiet_tells_the_essence(tmp_path: Path) -> None:
    _, stdout, stderr = run(tmp_path, "wrong", "-q")
    assert (stdout, stderr) == ("nonconformant: 2 pass, 1 fail\n", "")


def test_verbose_tells_each_trial(tmp_path: Path) -> None:
    _, _, stderr = run(tmp_path, "well", "-v")
    assert stderr.count("\npass ") == 3


def test_nothing_is_coloured_where_no_terminal_is(tmp_path: Path) -> None:
    _, stdout, stderr = run(tmp_path, "wrong")
    assert "\x1b" not in stdout + stderr


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["--target", "nobody"], 2, "no target 'nobody'"),
        (["--database", "postgres:17"], 2, "not a database of reference-sqlite"),
        (["-k", "a b"], 2, "-k 'a b': nothing may follow"),
        (["--shard", "3/2"], 2, "write I/N"),
        (["--profile", "half"], 2, "choose one of core, public, full"),
        (["--report", "pdf=x"], 2, "write FORMAT=PATH"),
        (["--report", "html=/proc/none/x.html"], 2, "cannot be written"),
        (["--run-file", "/proc/none/run.jsonl"], 2, "cannot be made"),
        (["--resume", "none.jsonl"], 2, "none.jsonl: cannot be read"),
        (["-n", "many"], 2, "-n 'many': write a number of processes"),
        (["no/such/cases"], 2, "no/such/cases:1:1: there is no such file"),
        (["--schema", "no/schema"], 2, "no/schema"),
        (["--baseline", "none.yaml"], 2, "none.yaml:1:1: cannot be read"),
        (["--seed", "x"], 2, "--seed"),
        (["--nonsense"], 2, "No such option: --nonsense"),
        (["-k", "nothing-of-this-name"], 4, "nothing matches, so nothing was run"),
        (["--timeout", "-1"], 2, "--timeout"),
    ],
)
def test_what_cannot_be_run_is_told_and_writes_nothing(
    tmp_path: Path, arguments: list[str], status: int, message: str
) -> None:
    done = shell("run", *arguments, cwd=tmp_path)
    assert (done.returncode, no_traceback(done)) == (status, True), done.stderr
    assert done.stderr.startswith("error: ")
    assert message in done.stderr
    assert done.stdout == ""
    assert [*tmp_path.rglob("*.jsonl")] == []


def test_a_target_that_cannot_be_opened_is_nonconformant(tmp_path: Path) -> None:
    assert run(tmp_path, "unopenable")[0] == 1
    assert set(verdicts(tmp_path).values()) == {Verdict.CRASH}


def test_an_entry_that_names_nothing_is_wrong_usage(tmp_path: Path) -> None:
    file = manifest(tmp_path, "well")
    file.write_text(file.read_text(encoding="utf-8").replace(":open_target", ":nothing"))
    done = shell("run", "--target", str(file), "-k", "users.read", cwd=tmp_path)
    assert done.returncode == 2
    assert "no target at 'hostile_target:nothing'" in done.stderr
    assert [*tmp_path.rglob("*.jsonl")] == []


def test_a_run_file_is_never_written_over(tmp_path: Path) -> None:
    run(tmp_path, "well")
    before = (tmp_path / "run.jsonl").read_bytes()
    status, _, stderr = run(tmp_path, "well")
    assert status == 2
    assert "exists; complete it with --resume" in stderr
    assert (tmp_path / "run.jsonl").read_bytes() == before


def test_reports_are_written_where_they_are_wanted(tmp_path: Path) -> None:
    status, stdout, _ = run(
        tmp_path, "wrong", "--report", "junit=out/junit.xml", "--report", "markdown=-"
    )
    assert status == 1
    assert (tmp_path / "out" / "junit.xml").read_text(encoding="utf-8").startswith("<?xml")
    assert (tmp_path / "report.json").is_file()
    assert "|" in stdout


def test_fail_fast_stops_and_leaves_the_rest_to_resume(tmp_path: Path) -> None:
    seed = next(str(seed) for seed in range(50) if _first(tmp_path, seed) == "count")
    status, _, _ = run(tmp_path, "wrong", "--fail-fast", "--seed", seed, "-n", "0")
    assert status == 1
    assert verdicts(tmp_path) == {"count": Verdict.FAIL}
    assert read(tmp_path / "run.jsonl").footer is None


def _first(tmp_path: Path, seed: int) -> str:
    from tests.harness.executors.jobs import job  # noqa: PLC0415

    from dbal_conform.core.plan import shuffled  # noqa: PLC0415 -- here only

    plan = job(tmp_path, "wrong").plan
    return plan.key(shuffled(plan.trials, seed)[0]).trial.partition("/")[2]


def test_the_same_seed_writes_the_same_run_but_for_times(tmp_path: Path) -> None:
    def records(name: str) -> list[object]:
        arguments = ["--seed", "5", "-n", "0", "--run-file", name, "-k", "users.read"]
        assert shell("run", *arguments, cwd=tmp_path).returncode == 0
        lines = (tmp_path / name).read_text(encoding="utf-8").splitlines()
        times = {"took_ms", "started_at", "ended_at"}
        return [
            {key: value for key, value in json.loads(line).items() if key not in times}
            for line in lines
        ]

    assert records("one.jsonl") == records("two.jsonl")

"""Trials in processes of their own: whatever a target does to its process."""

import multiprocessing
import time
from pathlib import Path

import msgspec
import psutil
import pytest
from tests.harness.executors.jobs import job

from dbal_conform.core.errors import InputError
from dbal_conform.core.verdict import TrialResult, Verdict
from dbal_conform.executors import process
from dbal_conform.executors.job import Job
from dbal_conform.executors.pool import Pool


def run(work: Job, workers: int = 2, method: str | None = None) -> dict[str, TrialResult]:
    pool = Pool(work, workers, method=method)
    try:
        pool.introduce()
        pool.submit(work.plan.trials)
        results = list(pool.results())
    finally:
        pool.close()
    assert len(results) == len(work.plan.trials)
    return {result.trial.partition("/")[2]: result for result in results}


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_every_trial_gets_its_result(tmp_path: Path, method: str) -> None:
    results = run(job(tmp_path, "garbage"), method=method)
    assert {name: result.verdict for name, result in results.items()} == {
        "count": Verdict.PROTOCOL_VIOLATION,
        "well-first": Verdict.PASS,
        "well-second": Verdict.PASS,
    }


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(
    ("behaviour", "how"), [("dies", "exit status 9"), ("segfaults", "signal SIGSEGV")]
)
def test_a_process_that_ends_costs_its_trial_alone(
    tmp_path: Path, workers: int, behaviour: str, how: str
) -> None:
    results = run(job(tmp_path, behaviour), workers)
    assert results["count"].verdict is Verdict.CRASH
    assert results["count"].reason.startswith(f"it ended its process: {how}")
    assert results["well-first"].verdict is Verdict.PASS
    assert results["well-second"].verdict is Verdict.PASS


@pytest.mark.parametrize("behaviour", ["hangs_in_c", "spins_deaf"])
def test_what_hangs_beyond_any_alarm_is_ended_with_its_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, behaviour: str
) -> None:
    monkeypatch.setattr(process, "GRACE_S", 1.0)
    results = run(job(tmp_path, behaviour, timeout_s=1.0))
    assert results["count"].verdict is Verdict.TIMEOUT
    assert "its process was ended" in results["count"].reason
    assert results["well-first"].verdict is Verdict.PASS


def test_a_process_that_ends_while_it_opens_is_a_crash_of_the_target(tmp_path: Path) -> None:
    pool = Pool(job(tmp_path, "exits_on_opening"), 2)
    (said,) = pool.introduce()
    pool.close()
    assert said.failed is Verdict.CRASH
    assert "opening it ended its process: exit status 7" in said.reason


def test_a_manifest_that_names_nothing_is_refused(tmp_path: Path) -> None:
    work = job(tmp_path, "well")
    (tmp_path / "hostile_target.py").write_text("open_target = 3", encoding="utf-8")
    pool = Pool(work, 1, method="spawn")  # forked, it would know the module already
    with pytest.raises(InputError, match="not callable"):
        pool.introduce()
    pool.close()


def test_what_a_target_prints_goes_with_its_crash_and_nowhere_else(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    module = tmp_path / "hostile_target.py"
    work = job(tmp_path, "dies")
    text = module.read_text(encoding="utf-8").replace(
        "os._exit(9)", "print('farewell', flush=True) or os._exit(9)"
    )
    module.write_text(text, encoding="utf-8")
    results = run(work, 1, method="spawn")
    assert "\n| farewell" in results["count"].reason
    assert "farewell" not in "".join(capfd.readouterr())


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_nothing_is_left_behind(tmp_path: Path, method: str) -> None:
    before = set(psutil.Process().children(recursive=True))
    pool = Pool(job(tmp_path, "well"), 3, method=method)
    pool.introduce()
    pool.close()
    pool.close()
    if method == "fork":
        left = set(psutil.Process().children(recursive=True)) - before
        assert left == set()
    assert multiprocessing.active_children() == []


def test_workers_end_when_the_run_is_killed(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    work = job(tmp_path, "well")

    def lead() -> None:
        pool = Pool(work, 2, method="fork")
        pool.introduce()
        there.send([worker.process.pid for worker in pool._workers])  # noqa: SLF001 -- to look for them
        time.sleep(60)

    leader = context.Process(target=lead)
    leader.start()
    pids = here.recv()
    leader.kill()
    leader.join()
    deadline = time.monotonic() + 10
    while any(psutil.pid_exists(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("round_", range(5))
def test_workers_remove_their_databases(tmp_path: Path, round_: int) -> None:
    del round_
    work = job(tmp_path, "well")
    site = msgspec.structs.replace(work.plan.sites[0], database=f"sqlite:{tmp_path}/my.db")
    pool = Pool(msgspec.structs.replace(work, plan=work.plan._replace(sites=(site,))), 2)
    (said,) = pool.introduce()
    assert said.failed is None
    pool.submit(work.plan.trials)
    assert len(list(pool.results())) == 3
    pool.close()
    assert list(tmp_path.glob("my*")) == []

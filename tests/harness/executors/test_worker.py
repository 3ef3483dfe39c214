"""Trials in this very process, against the hostile target and the reference behind it."""

from pathlib import Path

import msgspec
import pytest
from tests.harness.executors.jobs import TOKEN, job

from dbal_conform.core.database import database_of
from dbal_conform.core.errors import InputError
from dbal_conform.core.plan import Trial
from dbal_conform.core.verdict import TrialResult, Verdict
from dbal_conform.environments.base import Base
from dbal_conform.executors.job import Job
from dbal_conform.executors.local import Local


def run(work: Job) -> dict[str, TrialResult]:
    executor = Local(work)
    executor.introduce()
    executor.submit(work.plan.trials)
    results = {result.trial.partition("/")[2]: result for result in executor.results()}
    executor.close()
    return results


@pytest.mark.parametrize(
    ("behaviour", "verdict", "why"),
    [
        ("garbage", Verdict.PROTOCOL_VIOLATION, "not JSON"),
        ("nan", Verdict.PROTOCOL_VIOLATION, "not JSON"),
        ("deep", Verdict.PROTOCOL_VIOLATION, "not JSON"),
        ("nested", Verdict.PROTOCOL_VIOLATION, "nested deeper than 128"),
        ("huge", Verdict.PROTOCOL_VIOLATION, "bytes, more than"),
        ("wrong_id", Verdict.PROTOCOL_VIOLATION, "RPC-MSG-002"),
        ("text", Verdict.PROTOCOL_VIOLATION, "answered with str"),
        ("nothing", Verdict.PROTOCOL_VIOLATION, "answered with NoneType"),
        ("empty", Verdict.PROTOCOL_VIOLATION, "not JSON"),
        ("raises", Verdict.CRASH, "ZeroDivisionError"),
        ("exits", Verdict.CRASH, "SystemExit"),
        ("spins", Verdict.TIMEOUT, "no reply in"),
        ("waits", Verdict.TIMEOUT, "no reply in"),
    ],
)
def test_what_a_target_does_to_one_trial_leaves_the_others_alone(
    tmp_path: Path, behaviour: str, verdict: Verdict, why: str
) -> None:
    timeout_s = 0.5 if verdict is Verdict.TIMEOUT else 20.0
    results = run(job(tmp_path, behaviour, timeout_s=timeout_s))
    assert results["count"].verdict is verdict
    assert why in results["count"].reason
    assert results["well-first"].verdict is Verdict.PASS
    assert results["well-second"].verdict is Verdict.PASS


def test_a_wrong_answer_fails_with_its_transcript(tmp_path: Path) -> None:
    result = run(job(tmp_path, "wrong"))["count"]
    assert result.verdict is Verdict.FAIL
    assert result.transcript
    assert (result.target, result.database, result.attempt) == ("wrong", "memory", 1)


def test_no_secret_leaves_the_worker(tmp_path: Path) -> None:
    result = run(job(tmp_path, "wrong"))["count"]
    assert TOKEN not in repr(result)
    assert "[redacted]" in repr(result.transcript)


def test_a_failure_that_stays_is_looked_at_again_and_is_not_flaky(tmp_path: Path) -> None:
    result = run(job(tmp_path, "raises", retries=2))["count"]
    assert (result.verdict, result.flaky, result.attempt) == (Verdict.CRASH, False, 3)


def test_a_failure_that_passes_later_stays_red_and_is_flaky(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOSTILE_MARK", str(tmp_path / "mark"))
    work = job(tmp_path, "raises_once", retries=2)
    executor = Local(work)
    executor.introduce()
    count = next(place for place, case in enumerate(work.plan.cases) if case.id == "hostile/count")
    executor.submit([Trial(count, 0)])
    (result,) = executor.results()
    executor.close()
    assert (result.verdict, result.flaky, result.attempt) == (Verdict.CRASH, True, 2)


def test_a_timeout_is_not_looked_at_again(tmp_path: Path) -> None:
    assert run(job(tmp_path, "waits", timeout_s=0.2, retries=2))["count"].attempt == 1


def test_a_target_that_cannot_be_opened_gets_its_verdict_everywhere(tmp_path: Path) -> None:
    work = job(tmp_path, "unopenable")
    executor = Local(work)
    (said,) = executor.introduce()
    assert (said.failed, said.claims) == (Verdict.CRASH, None)
    assert "no luck today" in said.reason
    executor.submit(work.plan.trials)
    assert {result.verdict for result in executor.results()} == {Verdict.CRASH}
    executor.close()


def test_a_database_that_is_not_there_could_not_run(tmp_path: Path) -> None:
    work = job(tmp_path, "well")
    base = Base(database_of("postgres:17"), lacking="postgres:17: no Docker here")
    ware = msgspec.structs.replace(work.wares[0], base=base)
    (said,) = Local(msgspec.structs.replace(work, wares=(ware,))).introduce()
    assert said.failed is Verdict.COULD_NOT_RUN
    assert "postgres:17" in said.reason


def test_a_fault_of_ours_is_told_without_a_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise LookupError("ours")

    work = job(tmp_path, "well")
    monkeypatch.setattr("dbal_conform.executors.worker.TrialPlay", broken)
    result = run(work)["count"]
    assert result.verdict is Verdict.HARNESS_ERROR
    assert result.reason.startswith("LookupError: ours (test_worker.py:")


def test_a_manifest_that_names_nothing_is_refused(tmp_path: Path) -> None:
    work = job(tmp_path, "well")
    import msgspec  # noqa: PLC0415 -- to bend the manifest

    (ware,) = work.wares
    connect = msgspec.structs.replace(ware.manifest.connect, entry="hostile_target:nowhere")
    bent = msgspec.structs.replace(
        ware, manifest=msgspec.structs.replace(ware.manifest, connect=connect)
    )
    with pytest.raises(InputError, match="nowhere"):
        Local(msgspec.structs.replace(work, wares=(bent,))).introduce()

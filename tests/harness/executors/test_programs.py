"""Targets that are programs, as a run sees them: verdicts, logs without secrets, fresh starts."""

from contextlib import closing
from pathlib import Path

import yaml
from tests.harness.executors.jobs import TOKEN, cases

from dbal_conform.core.plan import Trial
from dbal_conform.core.request import RunRequest
from dbal_conform.core.verdict import TrialResult, Verdict
from dbal_conform.environments.base import Base
from dbal_conform.executors.job import Job, Ware
from dbal_conform.executors.worker import Worker
from dbal_conform.preparation import prepare

PEER = Path(__file__).parents[2] / "peers" / "stdio.py"


def results(folder: Path, behaviour: str) -> list[TrialResult]:
    """Run the three cases against a peer on pipes; nothing that it answers is right."""
    document = {
        "target": "peer",
        "transport": "stdio",
        "start": {"command": ["{python}", str(PEER), behaviour], "env": {"SAID": "{database.url}"}},
        "databases": ["memory"],
        "control": "conformance",
    }
    file = folder / "target.yaml"
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    request = RunRequest(targets=(str(file),), paths=(str(cases(folder)),), seed=1)
    preparation = prepare(request)
    job = Job(
        contract=preparation.contract,
        plan=preparation.plan,
        wares=(Ware(preparation.targets[0].manifest, folder, Base(preparation.databases[0])),),
        bootstrap_token=TOKEN,
        schema_folder=preparation.schema_folder,
        scratch=folder,
        timeout_s=5.0,
    )
    with closing(Worker(job, "1")) as worker:
        return [worker.run(Trial(number, 0)) for number in range(3)]


def test_a_crash_is_told_with_its_log_and_the_next_trial_has_a_target_again(tmp_path: Path) -> None:
    found = results(tmp_path, "leaves")
    assert [each.verdict for each in found] == [Verdict.CRASH] * 3
    assert all("exit status 7" in each.reason for each in found)
    assert all("| giving up" in each.reason for each in found)


def test_no_secret_of_the_log_leaves_with_it(tmp_path: Path) -> None:
    for each in results(tmp_path, "tells"):
        assert each.verdict is Verdict.CRASH
        assert "| token [redacted]" in each.reason
        assert TOKEN not in each.reason


def test_a_target_that_never_starts_is_not_tried_for_ever(tmp_path: Path) -> None:
    found = results(tmp_path, "stillborn")
    assert [each.verdict for each in found] == [Verdict.CRASH] * 3
    assert all("no database here" in each.reason for each in found)


def test_what_breaks_the_wire_is_started_anew(tmp_path: Path) -> None:
    found = results(tmp_path, "wrong-id")
    assert [each.verdict for each in found] == [Verdict.PROTOCOL_VIOLATION] * 3

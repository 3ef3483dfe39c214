"""However a run is stopped, split or hurried, each trial is in its file once, and none lacks."""

import json
from collections import Counter
from pathlib import Path

import pytest
from tests.harness.executors.jobs import TOKEN, cases, manifest, many

from dbal_conform import run as running
from dbal_conform.core.errors import HarnessError, InputError
from dbal_conform.core.ledger import Header, Key
from dbal_conform.core.request import RunRequest
from dbal_conform.core.selection import Selection
from dbal_conform.core.verdict import TrialResult
from dbal_conform.merging import merge
from dbal_conform.preparation import Preparation, prepare
from dbal_conform.runfile import read


class Silent:
    """Looks on and says nothing."""

    def told(self, text: str) -> None:
        """Hear."""

    def began(self, header: Header, done: int) -> None:
        """See the start."""

    def ended(self, result: TrialResult) -> None:
        """See a trial."""


def means(*, workers: int = 0, fail_fast: bool = False) -> running.Means:
    return running.Means(workers, TOKEN, fail_fast)


def trials(file: Path) -> Counter[Key]:
    """Count the trials in a run file, line by line."""
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return Counter(
        Key(line["trial"], line["target"], line["database"])
        for line in lines
        if line["type"] == "trial"
    )


def planned(preparation: Preparation) -> Counter[Key]:
    return Counter(preparation.plan.key(trial) for trial in preparation.plan.trials)


def of_three(tmp_path: Path, behaviour: str = "well") -> Preparation:
    return prepare(
        RunRequest(
            targets=(str(manifest(tmp_path, behaviour)),), paths=(str(cases(tmp_path)),), seed=1
        )
    )


def test_a_file_cut_anywhere_is_completed_with_each_trial_once(tmp_path: Path) -> None:
    preparation = of_three(tmp_path)
    running.run(preparation, means(), tmp_path / "whole.jsonl", Silent())
    whole = (tmp_path / "whole.jsonl").read_bytes()
    header = whole.index(b"\n") + 1
    ends = [place + 1 for place, byte in enumerate(whole) if byte == ord("\n")]
    cuts = {each + more for each in ends for more in (-1, 0, 1, 7)}
    for cut in sorted(each for each in cuts if header <= each <= len(whole)):
        file = tmp_path / f"cut-{cut}.jsonl"
        file.write_bytes(whole[:cut])
        ledger = running.resume(preparation, means(), file, read(file), Silent())
        assert trials(file) == planned(preparation), cut
        assert ledger.result == read(file).ledger().result == "conformant"
        assert read(file).footer is not None


def test_a_file_without_its_header_cannot_be_completed(tmp_path: Path) -> None:
    running.run(of_three(tmp_path), means(), tmp_path / "run.jsonl", Silent())
    whole = (tmp_path / "run.jsonl").read_bytes()
    (tmp_path / "run.jsonl").write_bytes(whole[:100])
    with pytest.raises(InputError, match="it has no header"):
        read(tmp_path / "run.jsonl")


@pytest.mark.parametrize("workers", [0, 2])
def test_a_run_that_stopped_at_its_first_failure_is_completed(tmp_path: Path, workers: int) -> None:
    preparation = of_three(tmp_path, "wrong")
    file = tmp_path / "run.jsonl"
    stopped = running.run(preparation, means(workers=workers, fail_fast=True), file, Silent())
    assert stopped.footer is None
    assert stopped.exit_status == 1
    found = trials(file)
    assert found[Key("hostile/count", "wrong", "memory")] == 1
    ledger = running.resume(preparation, means(workers=workers), file, read(file), Silent())
    assert trials(file) == planned(preparation)
    assert ledger.counts == {"pass": 2, "fail": 1}


@pytest.mark.parametrize("workers", [0, 3])
@pytest.mark.parametrize("parts", [2, 5])
def test_shards_on_any_number_of_workers_are_the_plan(
    tmp_path: Path, parts: int, workers: int
) -> None:
    paths = (str(many(tmp_path, 1)),)
    target = ("reference-memory",)
    files = [tmp_path / f"{number}.jsonl" for number in range(1, parts + 1)]
    for number, file in enumerate(files, 1):
        request = RunRequest(targets=target, paths=paths, shard=f"{number}/{parts}")
        running.run(prepare(request), means(workers=workers), file, Silent())
    ledger = merge(files, tmp_path / "all.jsonl")
    whole = prepare(RunRequest(targets=target, paths=paths))
    assert trials(tmp_path / "all.jsonl") == planned(whole)
    assert ledger.header.plan_hash == whole.plan.hash
    assert ledger.result == "conformant"


def test_a_shard_to_which_nothing_falls_is_a_shard_all_the_same(tmp_path: Path) -> None:
    target, paths = str(manifest(tmp_path, "well")), (str(cases(tmp_path)),)
    files = [tmp_path / f"{number}.jsonl" for number in range(1, 8)]
    for number, file in enumerate(files, 1):
        part = prepare(RunRequest((target,), paths=paths, shard=f"{number}/7"))
        assert running.run(part, means(), file, Silent()).exit_status == 0
    assert any(not trials(file) for file in files)
    merge(files, tmp_path / "all.jsonl")
    assert trials(tmp_path / "all.jsonl") == planned(of_three(tmp_path))


def test_a_shard_of_nothing_is_no_run(tmp_path: Path) -> None:
    selection = Selection(expression="nonsense")
    nothing = prepare(RunRequest(("reference-memory",), selection=selection, shard="1/2"))
    with pytest.raises(HarnessError, match="nothing matches"):
        running.run(nothing, means(), tmp_path / "run.jsonl", Silent())

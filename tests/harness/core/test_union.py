"""Several runs in one table: nothing is lost, and nothing is mixed up."""

import pytest
from tests.harness.reporters import sample

from dbal_conform.core.baseline import Deviation
from dbal_conform.core.errors import InputError
from dbal_conform.core.ledger import CaseNote, Column, Ledger, RequirementNote, RunResult
from dbal_conform.core.union import side_by_side
from dbal_conform.core.verdict import TrialResult, Verdict

OTHER = Column("acme", "mysql", "mysql")


def run(*results: TrialResult, **changed: object) -> Ledger:
    return sample.ledger(list(results), **{"planned": len(results), **changed})


def other(*results: TrialResult, **changed: object) -> Ledger:
    return run(*results, columns=(OTHER,), **changed)


def texts(*told: tuple[str, str]) -> dict[str, RequirementNote]:
    return {name: RequirementNote("MUST", text) for name, text in told}


def failed(target: str, database: str) -> TrialResult:
    return TrialResult("s/a", target, database, Verdict.FAIL, ("AAA-B-001",), broken=("AAA-B-001",))


def test_one_run_alone_is_itself() -> None:
    ledger = run()
    assert side_by_side([("a.jsonl", ledger)]) is ledger


def test_columns_results_and_notes_of_all_are_kept() -> None:
    one = run(
        failed("reference-memory", "memory"),
        requirements=texts(("B-A-002", "one"), ("B-A-001", "two")),
    )
    two = other(
        failed("acme", "mysql"),
        requirements=texts(("C-A-001", "three"), ("B-A-001", "four")),
        cases={"s/new": CaseNote("New")},
        started_at="2025-01-01T00:00:00Z",
        invariants=("reply",),
    )
    both = side_by_side([("a", one), ("b", two)])
    assert both.header.columns == (*sample.COLUMNS, OTHER)
    assert len(both.results) == both.header.planned == 2
    kept = [(name, note.text) for name, note in both.header.requirements.items()]
    assert kept == [("B-A-002", "one"), ("B-A-001", "two"), ("C-A-001", "three")]
    assert {"s/new", *sample.CASES} == both.header.cases.keys()
    assert both.header.started_at == "2025-01-01T00:00:00Z"
    assert both.header.invariants == ("reply",)
    assert both.result is RunResult.NONCONFORMANT


def test_what_differs_is_said_to() -> None:
    two = other(suite_hash="f" * 64, profile="core", platform="elsewhere", filter={"tags": ["x"]})
    header = side_by_side([("a", run()), ("b", two)]).header
    assert (header.suite_hash, header.profile) == ("several suites", "mixed")
    assert header.platform == "several machines"
    assert header.filter == {"tags": ["x"]}
    same = side_by_side([("a", run()), ("b", other())]).header
    assert (same.suite_hash, same.profile, same.filter) == (run().header.suite_hash, "full", {})


def test_a_run_that_did_not_end_leaves_the_whole_unended() -> None:
    cut = Ledger(other().header, {}, None)
    assert side_by_side([("a", run()), ("b", cut)]).footer is None
    assert side_by_side([("a", run()), ("b", other())]).footer == run().footer


def test_the_baseline_of_one_run_excuses_nothing_in_another() -> None:
    entry = Deviation("s/a", Verdict.FAIL, "AAA-B-001", "why", "#1", "2099-01-01")
    one = run(failed("reference-memory", "memory"), deviations=(entry,))
    two = other(failed("acme", "mysql"))
    both = side_by_side([("a", one), ("b", two)])
    assert one.result is RunResult.CONFORMANT_WITH_DEVIATIONS
    assert both.result is RunResult.NONCONFORMANT
    assert [each.target for each in both.header.deviations] == [
        "reference-memory", "reference-sqlite",
    ]  # fmt: skip
    for target, database in (("elsewhere", ""), ("", "elsewhere")):
        lost = Deviation("s/a", Verdict.FAIL, "A-B-1", "w", "#1", "2099-01-01", target, database)
        assert side_by_side([("a", run(deviations=(lost,))), ("b", two)]).header.deviations == ()


def test_a_column_can_stand_there_once() -> None:
    with pytest.raises(InputError, match="reference-memory on memory is in a and in b: give one"):
        side_by_side([("a", run()), ("b", run())])
    with pytest.raises(InputError, match="is in a, b and in c"):
        side_by_side([("a", run()), ("b", other()), ("c", other())])


def test_runs_of_different_contracts_do_not_compare() -> None:
    with pytest.raises(InputError, match=r"a is about contract 1.0, b about 2.0"):
        side_by_side([("a", run()), ("b", other(contract="2.0"))])

import pytest

from dbal_conform.core.baseline import Deviation, Judgement
from dbal_conform.core.ledger import Fold, Footer, Header, Key, Ledger, RunResult
from dbal_conform.core.verdict import Exchange, TrialResult, Verdict


def header(planned: int, **more: object) -> Header:
    fields = {
        "format": "1",
        "tool": "dbal-conform 0",
        "contract": "1.0",
        "suite_hash": "0",
        "profile": "full",
        "seed": 1,
        "planned": planned,
        "started_at": "2026-03-01T12:00:00Z",
    }
    return Header(**{**fields, **more})  # type: ignore[arg-type]  # checked by what the tests see


def result(verdict: Verdict, trial: str = "s/a", **more: object) -> TrialResult:
    return TrialResult(trial, "t", "sqlite", verdict, **more)  # type: ignore[arg-type]  # as above


def ledger(*results: TrialResult, planned: int | None = None, **more: object) -> Ledger:
    fold = Fold()
    for each in results:
        fold.add(each)
    return fold.ledger(header(len(results) if planned is None else planned, **more), END)


END = Footer({}, "", "2026-03-01T12:01:00Z")
EXCUSE = Deviation("s/bad", Verdict.FAIL, "R-1", "why", "#1", "2026-12-31")
PASS = result(Verdict.PASS, "s/good")
BAD = result(Verdict.FAIL, "s/bad", broken=("R-1",))
OPEN = result(Verdict.COULD_NOT_RUN, "s/open")
BROKE = result(Verdict.HARNESS_ERROR, "s/broke")


def test_all_sound_is_conformant() -> None:
    run = ledger(PASS, result(Verdict.DECLINED), result(Verdict.WEAK, "s/w"))
    assert (run.result, run.exit_status, run.problems) == (RunResult.CONFORMANT, 0, ())


def test_only_known_deviations_are_conformant_with_deviations() -> None:
    run = ledger(PASS, BAD, deviations=(EXCUSE,))
    assert (run.result, run.exit_status) == (RunResult.CONFORMANT_WITH_DEVIATIONS, 0)
    assert run.judgements[Key("s/bad", "t", "sqlite")] is Judgement.EXPECTED


def test_a_failure_is_nonconformant() -> None:
    run = ledger(PASS, BAD)
    assert (run.result, run.exit_status) == (RunResult.NONCONFORMANT, 1)


def test_a_stale_baseline_is_nonconformant() -> None:
    run = ledger(result(Verdict.PASS, "s/bad"), deviations=(EXCUSE,))
    assert (run.result, run.exit_status) == (RunResult.NONCONFORMANT, 1)


def test_the_day_of_the_run_decides_what_has_expired() -> None:
    run = ledger(BAD, deviations=(EXCUSE,), started_at="2027-01-01T00:00:00Z")
    assert list(run.judgements.values()) == [Judgement.EXPIRED]


@pytest.mark.parametrize("planned", [1, 3])
def test_fewer_or_more_trials_than_planned_are_incomplete(planned: int) -> None:
    run = ledger(PASS, result(Verdict.PASS), planned=planned)
    assert (run.result, run.exit_status) == (RunResult.INCOMPLETE, 3)


def test_a_run_without_its_last_line_is_incomplete() -> None:
    fold = Fold()
    fold.add(PASS)
    cut_off = fold.ledger(header(1))
    assert (cut_off.result, cut_off.exit_status) == (RunResult.INCOMPLETE, 3)
    assert "last line is missing" in cut_off.problems[0].text


def test_what_could_not_run_is_incomplete() -> None:
    assert ledger(PASS, OPEN).exit_status == 3


def test_a_run_of_nothing_is_invalid() -> None:
    assert ledger().result is RunResult.INVALID
    assert ledger(result(Verdict.NOT_APPLICABLE)).exit_status == 4


def test_nothing_yet_is_incomplete_and_not_invalid() -> None:
    assert ledger(planned=5).result is RunResult.INCOMPLETE


def test_a_fault_of_ours_is_invalid() -> None:
    assert ledger(PASS, BROKE).exit_status == 4


@pytest.mark.parametrize(
    ("results", "status"),
    [((PASS, OPEN, BAD, BROKE), 4), ((PASS, OPEN, BAD), 1), ((PASS, OPEN), 3), ((PASS,), 0)],
)
def test_of_several_results_the_weightiest_counts(
    results: tuple[TrialResult, ...], status: int
) -> None:
    assert ledger(*results).exit_status == status


def test_every_problem_is_told_weightiest_first() -> None:
    told = [problem.result for problem in ledger(OPEN, BAD, BROKE).problems]
    assert told == [RunResult.INVALID, RunResult.NONCONFORMANT, RunResult.INCOMPLETE]


def test_an_invariant_that_was_never_evaluated_makes_a_whole_run_incomplete() -> None:
    checked = result(Verdict.PASS, invariants={"page": (3, 0), "audit": (0, 4)})
    run = ledger(checked)
    assert [problem.text for problem in run.problems] == [
        "audit was never evaluated on t with sqlite"
    ]
    assert ledger(checked, filter={"expression": "x"}).exit_status == 0
    assert ledger(checked, shard="1/2").exit_status == 0


def test_an_invariant_that_the_header_names_must_occur() -> None:
    run = ledger(result(Verdict.PASS, invariants={"page": (1, 0)}), invariants=("page", "secret"))
    assert [problem.text for problem in run.problems] == [
        "secret was never evaluated on t with sqlite"
    ]


def test_the_public_profile_goes_without_what_needs_control() -> None:
    public = {"profile": "public", "invariants": ("audit", "page")}
    seen = {"page": (1, 0), "audit": (0, 4)}
    assert ledger(result(Verdict.PASS, invariants=seen), **public).exit_status == 0  # type: ignore[arg-type]  # a header's fields
    assert ledger(result(Verdict.PASS, invariants={"page": (1, 0)}), **public).exit_status == 3  # type: ignore[arg-type]  # as above


def test_evaluations_add_up_over_trials_that_were_played() -> None:
    run = ledger(
        result(Verdict.PASS, invariants={"page": (1, 2)}),
        result(Verdict.FAIL, "s/b", invariants={"page": (10, 20), "audit": (1, 0)}),
        result(Verdict.NOT_APPLICABLE, "s/c", invariants={"other": (1, 0)}),
    )
    assert run.evaluated == {("t", "sqlite"): {"page": (11, 22), "audit": (1, 0)}}


def test_counts_name_the_verdicts_that_were_earned() -> None:
    assert ledger(PASS, result(Verdict.PASS), BAD).counts == {"pass": 2, "fail": 1}


def test_the_fold_keeps_of_a_good_result_only_that_it_was_good() -> None:
    transcript = (Exchange("1", {}, {}),)
    fold = Fold()
    fold.add(result(Verdict.PASS, transcript=transcript, invariants={"page": (1, 0)}))
    fold.add(result(Verdict.FAIL, "s/b", transcript=transcript))
    run = fold.ledger(header(2), Footer({}, "x", "2026-03-01T12:01:00Z"))
    good, bad = run.results.values()
    assert (good.transcript, good.invariants) == ((), {})
    assert bad.transcript == transcript
    assert run.footer is not None


def test_the_fold_knows_what_it_has() -> None:
    fold = Fold()
    fold.add(PASS)
    assert (Key("s/good", "t", "sqlite") in fold, Key("s/x", "t", "sqlite") in fold) == (
        True,
        False,
    )
    assert len(fold) == 1


def test_equal_requirements_are_kept_once() -> None:
    fold = Fold()
    for trial in ("s/a", "s/b"):
        fold.add(result(Verdict.PASS, trial, requirements=tuple(["R-1", "R-2"])))  # noqa: C409 -- two objects
    first, second = fold.ledger(header(2)).results.values()
    assert first.requirements is second.requirements


def test_what_is_to_be_looked_at_again_is_what_keeps_the_run_from_being_conformant() -> None:
    assert ledger(PASS, BAD, OPEN, BROKE).unsettled == (
        Key("s/bad", "t", "sqlite"),
        Key("s/open", "t", "sqlite"),
        Key("s/broke", "t", "sqlite"),
    )
    assert ledger(PASS, BAD, deviations=(EXCUSE,)).unsettled == ()


def test_a_shard_to_which_nothing_fell_is_not_invalid_for_that() -> None:
    nothing = result(Verdict.NOT_APPLICABLE)
    assert ledger(nothing).result is RunResult.INVALID
    assert ledger(nothing, shard="1/2").result is RunResult.CONFORMANT
    assert ledger(shard="1/2").result is RunResult.CONFORMANT

"""What each cell says, from the trials that bear on it."""

from typing import Any

import pytest

from dbal_conform.core.ledger import (
    CapabilityNote,
    CaseNote,
    Column,
    Header,
    Key,
    Ledger,
    RequirementNote,
)
from dbal_conform.core.matrix import Apart, Cell, Matrix, State, build, note_of
from dbal_conform.core.verdict import TrialResult, Verdict

MUST = RequirementNote("MUST", "it holds", "w")


def ledger(
    *results: TrialResult,
    requirements: dict[str, RequirementNote] | None = None,
    requires: tuple[str, ...] = (),
    **column: Any,  # noqa: ANN401 -- members of Column
) -> Ledger:
    known: dict[str, Any] = {"transport": "in-process", "claims": ()}
    header = Header(
        format="1",
        tool="t",
        contract="1.0",
        suite_hash="h",
        profile="full",
        seed=1,
        planned=len(results),
        started_at="2026-01-02T03:04:05Z",
        columns=(Column("t", "memory", "memory", **{**known, **column}),),
        cases={
            "s/a": CaseNote("A", requires=requires),
            "s/both": CaseNote("B", requires=("x", "y")),
        },
        requirements=requirements or {},
        capabilities={"x": CapabilityNote("the x", {"memory": True, "mongo": "replica_set"})},
    )
    return Ledger(header, {Key(one.trial, one.target, one.database): one for one in results})


def trial(name: str, verdict: Verdict, *requirements: str, **rest: Any) -> TrialResult:  # noqa: ANN401
    return TrialResult(name, "t", "memory", verdict, requirements, **rest)


def group(table: Matrix, name: str) -> Cell:
    (row,) = [row for row in table.groups if row.name == name]
    return row.cells[0]


def notes(*names: str, **changed: str) -> dict[str, RequirementNote]:
    note = RequirementNote(changed.get("keyword", "MUST"), "it holds", changed.get("proof", "w"))
    return dict.fromkeys(names, note)


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        (Verdict.PASS, State.PROVEN),
        (Verdict.FAIL, State.BROKEN),
        (Verdict.OVERCLAIM, State.BROKEN),
        (Verdict.CRASH, State.BROKEN),
        (Verdict.TIMEOUT, State.BROKEN),
        (Verdict.PROTOCOL_VIOLATION, State.BROKEN),
        (Verdict.OBSERVED, State.OBSERVED),
        (Verdict.DECLINED, State.DECLINED),
        (Verdict.UNDERCLAIM, State.PROVEN),
        (Verdict.NOT_APPLICABLE, State.NOT_APPLICABLE),
        (Verdict.COULD_NOT_RUN, State.UNTESTED),
        (Verdict.HARNESS_ERROR, State.UNTESTED),
    ],
)
def test_a_requirement_is_what_its_trial_shows(verdict: Verdict, state: State) -> None:
    run = ledger(trial("s/a", verdict, "AAA-B-001"), requirements={"AAA-B-001": MUST})
    assert group(build(run), "AAA-B").state is state


def test_a_failure_says_nothing_of_what_it_did_not_break() -> None:
    run = ledger(
        trial("s/a", Verdict.FAIL, "AAA-B-001", "AAA-B-002", broken=("AAA-B-001",)),
        requirements=notes("AAA-B-001", "AAA-B-002"),
    )
    cell = group(build(run), "AAA-B")
    assert [proof.state for proof in cell.proofs] == [State.BROKEN, State.UNTESTED]
    assert (cell.state, cell.held, cell.counted) == (State.BROKEN, 0, 2)


def test_a_weakness_leaves_the_rest_proven() -> None:
    run = ledger(
        trial("s/a", Verdict.WEAK, "AAA-B-001", "AAA-B-002", broken=("AAA-B-002",)),
        requirements=notes("AAA-B-001") | notes("AAA-B-002", keyword="SHOULD"),
    )
    cell = group(build(run), "AAA-B")
    assert [proof.state for proof in cell.proofs] == [State.PROVEN, State.WEAK]
    assert (cell.state, cell.held, cell.counted) == (State.WEAK, 1, 2)


def test_a_failure_breaks_a_should_only_weakly_and_a_crash_breaks_it() -> None:
    should = notes("AAA-B-001", keyword="SHOULD")
    for verdict, state in ((Verdict.FAIL, State.WEAK), (Verdict.CRASH, State.BROKEN)):
        run = ledger(trial("s/a", verdict, "AAA-B-001", broken=("AAA-B-001",)), requirements=should)
        assert group(build(run), "AAA-B").state is state


def test_the_worst_trial_decides_and_stands_first() -> None:
    run = ledger(
        trial("s/a", Verdict.PASS, "AAA-B-001"),
        trial("s/z", Verdict.FAIL, "AAA-B-001", broken=("AAA-B-001",)),
        requirements=notes("AAA-B-001"),
    )
    (proof,) = group(build(run), "AAA-B").proofs
    assert [one.trial for one in proof.evidence] == ["s/z", "s/a"]


def test_a_group_of_which_a_part_was_tested_is_not_proven() -> None:
    run = ledger(
        trial("s/a", Verdict.PASS, "AAA-B-001"), requirements=notes("AAA-B-001", "AAA-B-002")
    )
    cell = group(build(run), "AAA-B")
    assert (cell.state, cell.held, cell.counted) == (State.IN_PART, 1, 2)


def test_a_group_of_which_nothing_was_tested_is_untested() -> None:
    cell = group(build(ledger(requirements=notes("AAA-B-001", "AAA-B-002"))), "AAA-B")
    assert (cell.state, cell.held, cell.counted) == (State.UNTESTED, 0, 2)


def test_what_is_refused_honestly_holds_beside_what_is_proven() -> None:
    run = ledger(
        trial("s/a", Verdict.PASS, "AAA-B-001"),
        trial("s/b", Verdict.DECLINED, "AAA-B-002"),
        requirements=notes("AAA-B-001", "AAA-B-002"),
    )
    cell = group(build(run), "AAA-B")
    assert (cell.state, cell.held, cell.counted) == (State.PROVEN, 2, 2)


@pytest.mark.parametrize(
    ("name", "changed", "apart"),
    [
        ("AAA-B-002", {"proof": "v"}, Apart.REVIEW),
        ("AAA-B-002", {"proof": "s"}, Apart.STORAGE),
        ("AAA-B-002", {"keyword": "MAY"}, Apart.OPEN),
        ("AAA-B-002", {"keyword": "OPEN"}, Apart.OPEN),
    ],
)
def test_what_no_trial_can_miss_is_counted_apart(
    name: str, changed: dict[str, str], apart: Apart
) -> None:
    run = ledger(
        trial("s/a", Verdict.PASS, "AAA-B-001"),
        requirements=notes("AAA-B-001") | notes(name, **changed),
    )
    cell = group(build(run), "AAA-B")
    assert (cell.state, cell.held, cell.counted) == (State.PROVEN, 1, 1)
    assert [proof.apart for proof in cell.proofs] == [None, apart]


def test_what_a_trial_does_show_counts_whatever_the_contract_foresaw() -> None:
    run = ledger(
        trial("s/a", Verdict.PASS, "AAA-B-001"), requirements=notes("AAA-B-001", proof="v")
    )
    assert group(build(run), "AAA-B").counted == 1


@pytest.mark.parametrize(
    ("transport", "apart"),
    [("in-process", Apart.ELSEWHERE), ("websocket", None), ("", None)],
)
def test_another_transport_is_counted_apart(transport: str, apart: Apart | None) -> None:
    run = ledger(requirements=notes("WS-CONN-001", proof="r"), transport=transport)
    cell = group(build(run), "WS-CONN")
    assert cell.proofs[0].apart is apart
    assert cell.state is (State.NOT_APPLICABLE if apart else State.UNTESTED)


def test_a_broken_option_is_amiss_and_counts() -> None:
    run = ledger(
        trial("s/a", Verdict.CRASH, "AAA-B-001"), requirements=notes("AAA-B-001", keyword="MAY")
    )
    cell = group(build(run), "AAA-B")
    assert (cell.state, cell.held, cell.counted) == (State.BROKEN, 0, 1)


def test_what_a_trial_names_beyond_the_contract_has_a_row() -> None:
    run = ledger(trial("s/a", Verdict.PASS, "own-1", "plain"))
    assert [row.name for row in build(run).groups] == ["own", "plain"]


def capability(run: Ledger) -> Cell:
    (row,) = build(run).capabilities
    return row.cells[0]


@pytest.mark.parametrize(
    ("verdicts", "claims", "state", "figures"),
    [
        ([Verdict.PASS, Verdict.PASS], ("x",), State.PROVEN, (2, 2)),
        ([Verdict.PASS, Verdict.OVERCLAIM], ("x",), State.LYING, (1, 2)),
        ([Verdict.PASS, Verdict.FAIL], ("x",), State.BROKEN, (1, 2)),
        ([Verdict.PASS, Verdict.COULD_NOT_RUN], ("x",), State.IN_PART, (1, 2)),
        ([Verdict.PASS, Verdict.NOT_APPLICABLE], ("x",), State.PROVEN, (1, 1)),
        ([Verdict.NOT_APPLICABLE], ("x",), State.NOT_APPLICABLE, (0, 0)),
        ([Verdict.DECLINED, Verdict.DECLINED], (), State.DECLINED, (2, 2)),
        ([Verdict.DECLINED, Verdict.FAIL], (), State.BROKEN, (1, 2)),
        ([Verdict.OBSERVED, Verdict.COULD_NOT_RUN], ("x",), State.UNTESTED, (0, 1)),
        ([Verdict.OBSERVED, Verdict.PASS], ("x",), State.PROVEN, (1, 1)),
        ([Verdict.OBSERVED], ("x",), State.OBSERVED, (0, 0)),
        ([], (), State.UNTESTED, (0, 0)),
        ([], None, State.UNTESTED, (0, 0)),
    ],
)
def test_a_capability_is_what_its_trials_show(
    verdicts: list[Verdict],
    claims: tuple[str, ...] | None,
    state: State,
    figures: tuple[int, int],
) -> None:
    results = [trial(f"s/a[n={n}]", verdict) for n, verdict in enumerate(verdicts)]
    cell = capability(ledger(*results, requires=("x",), claims=claims))
    assert (cell.state, (cell.held, cell.counted)) == (state, figures)
    assert cell.possible is True
    assert cell.claimed is (None if claims is None else "x" in claims)


def test_what_neither_database_nor_target_has_is_not_applicable() -> None:
    run = ledger(claims=())
    note = CapabilityNote("the x", {"memory": False})
    run.header.capabilities["x"] = note
    assert capability(run).state is State.NOT_APPLICABLE


def test_a_refusal_of_one_capability_says_nothing_of_another() -> None:
    both = trial("s/both", Verdict.DECLINED)
    assert capability(ledger(both, claims=("x",))).evidence == ()
    assert capability(ledger(both, claims=("y",))).state is State.DECLINED
    assert capability(ledger(trial("s/both", Verdict.PASS), claims=("x", "y"))).counted == 1


def test_what_is_possible_may_be_a_condition_or_unknown() -> None:
    run = ledger(claims=())
    for kind, possible in (("mongo", "replica_set"), ("mysql", None)):
        column = Column("t", "memory", kind)
        other = Ledger(
            Header("1", "t", "1.0", "h", "full", 1, 0, "", columns=(column,),
                   capabilities=run.header.capabilities),
            {},
        )  # fmt: skip
        assert capability(other).possible == possible


def test_trials_of_another_column_are_not_told_here() -> None:
    other = TrialResult("s/a", "u", "memory", Verdict.FAIL, ("AAA-B-001",))
    run = ledger(trial("s/a", Verdict.PASS, "AAA-B-001"), other, requirements=notes("AAA-B-001"))
    assert group(build(run), "AAA-B").state is State.PROVEN


def test_the_note_of_a_cell_of_a_matrix_is_that_of_its_case() -> None:
    run = ledger()
    assert note_of(run, "s/a[n=1]").title == "A"
    assert note_of(run, "s/unknown").title == ""

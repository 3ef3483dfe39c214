"""What changed between two runs: each trial is counted once, and the worst is told first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.harness.core.test_ledger import ledger

from dbal_conform.core.comparison import WORSE, Change, Fact, compare
from dbal_conform.core.ledger import Column, Ledger
from dbal_conform.core.verdict import TrialResult, Verdict

COLUMNS = (Column("t", "sqlite", "sqlite"), Column("t", "memory", "memory"))


def result(
    verdict: Verdict, *broken: str, case: str = "s/a", database: str = "sqlite"
) -> TrialResult:
    return TrialResult(case, "t", database, verdict, requirements=("R-1", "R-2"), broken=broken)


def run(*results: TrialResult, **changed: object) -> Ledger:
    return ledger(*results, **{"columns": COLUMNS, **changed})  # type: ignore[arg-type] # a header's


@pytest.mark.parametrize(
    ("before", "after", "change", "worse"),
    [
        (result(Verdict.PASS), result(Verdict.FAIL, "R-1"), Change.BROKE, True),
        (result(Verdict.WEAK), result(Verdict.CRASH), Change.BROKE, True),
        (result(Verdict.COULD_NOT_RUN), result(Verdict.FAIL, "R-1"), Change.BROKE, True),
        (result(Verdict.FAIL, "R-1"), result(Verdict.FAIL, "R-2"), Change.OTHERWISE, False),
        (result(Verdict.FAIL, "R-1"), result(Verdict.CRASH), Change.OTHERWISE, False),
        (result(Verdict.PASS), result(Verdict.COULD_NOT_RUN), Change.UNSHOWN, True),
        (result(Verdict.FAIL, "R-1"), result(Verdict.HARNESS_ERROR), Change.UNSHOWN, True),
        (result(Verdict.FAIL, "R-1"), result(Verdict.PASS), Change.MENDED, False),
        (result(Verdict.COULD_NOT_RUN), result(Verdict.PASS), Change.SHOWN, False),
        (result(Verdict.DECLINED), result(Verdict.PASS), Change.CHANGED, False),
        (result(Verdict.WEAK, "R-2"), result(Verdict.PASS), Change.CHANGED, False),
    ],
)
def test_a_trial_that_is_not_as_it_was_is_told_how(
    before: TrialResult, after: TrialResult, change: Change, *, worse: bool
) -> None:
    found = compare(run(before), run(after))
    assert [(one.change, one.before, one.after) for one in found.differences] == [
        (change, before, after)
    ]
    assert (found.same, found.worse) == (0, worse)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (result(Verdict.PASS), result(Verdict.PASS)),
        (result(Verdict.FAIL, "R-1", "R-2"), result(Verdict.FAIL, "R-2", "R-1")),
        (result(Verdict.COULD_NOT_RUN), result(Verdict.HARNESS_ERROR)),
    ],
)
def test_what_is_as_before_is_counted(before: TrialResult, after: TrialResult) -> None:
    found = compare(run(before), run(after))
    assert (found.differences, found.same, found.worse) == ((), 1, False)


def test_what_is_new_or_gone_is_told_and_what_is_new_and_fails_is_worse() -> None:
    good, bad = result(Verdict.PASS, case="s/b"), result(Verdict.FAIL, "R-1", case="s/c")
    found = compare(run(good), run(bad))
    assert [(one.key.trial, one.change) for one in found.differences] == [
        ("s/c", Change.NEW), ("s/b", Change.GONE),
    ]  # fmt: skip
    assert found.worse
    assert not compare(run(bad), run(good)).worse


def test_requirements_are_told_that_break_now_or_hold_again() -> None:
    found = compare(
        run(result(Verdict.FAIL, "R-1"), result(Verdict.FAIL, "R-9", case="s/b")),
        run(result(Verdict.FAIL, "R-2")),
    )
    assert (found.broken, found.mended) == (("R-2",), ("R-1",)), "R-9 was not put to the test"
    assert compare(run(result(Verdict.PASS)), run(result(Verdict.CRASH))).broken == ("R-1", "R-2")


def test_what_the_runs_were_of_is_told_where_it_differs() -> None:
    one = run(result(Verdict.PASS))
    claiming = Column("t", "sqlite", "sqlite", claims=("joins",), backend="SQLite 3.99")
    other = run(
        result(Verdict.PASS),
        tool="dbal-conform 1",
        filter={"tags": ["x"]},
        columns=(claiming, Column("u", "memory", "memory")),
    )
    assert compare(one, other).facts == (
        Fact("tool", "dbal-conform 0", "dbal-conform 1"),
        Fact("filter", "none", "{'tags': ['x']}"),
        Fact("t on memory", "there", "not there"),
        Fact("t on sqlite: backend", "none", "SQLite 3.99"),
        Fact("t on sqlite: claims", "none", "joins"),
        Fact("u on memory", "not there", "there"),
    )
    assert compare(other, one).facts[4] == Fact("t on sqlite: claims", "joins", "none")
    assert compare(one, one).facts == ()


def test_runs_of_one_column_each_are_compared_by_case() -> None:
    one = run(result(Verdict.PASS), columns=COLUMNS[:1])
    other = run(result(Verdict.FAIL, "R-1", database="memory"), columns=COLUMNS[1:])
    (found,) = compare(one, other).differences
    assert (found.change, found.key.database) == (Change.BROKE, "memory")
    both = compare(run(result(Verdict.PASS)), other)
    assert [each.change for each in both.differences] == [Change.NEW, Change.GONE]


RESULTS = st.lists(
    st.builds(
        result,
        st.sampled_from(Verdict),
        case=st.sampled_from(["s/a", "s/b", "s/c"]),
        database=st.sampled_from(["sqlite", "memory"]),
    ),
    unique_by=lambda one: (one.trial, one.database),
)


@given(RESULTS, RESULTS)
def test_every_trial_is_counted_once_and_the_other_way_round_nothing_is_lost(
    first: list[TrialResult], second: list[TrialResult]
) -> None:
    one, other = run(*first), run(*second)
    found, back = compare(one, other), compare(other, one)
    keys = {*one.results, *other.results}
    assert len(found.differences) + found.same == len(keys)
    assert len({each.key for each in found.differences}) == len(found.differences)
    assert {each.key for each in found.differences} == {each.key for each in back.differences}
    assert found.same == back.same
    ranks = [list(Change).index(each.change) for each in found.differences]
    assert ranks == sorted(ranks)
    if any(each.change in WORSE for each in found.differences):
        assert found.worse

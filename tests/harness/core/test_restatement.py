"""What a baseline must say so that the run is green again, and what no baseline may say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.harness.core.test_standing import R1, R2, R3, TODAY, entry, result

from dbal_conform.core.baseline import Deviation, Judgement, judge
from dbal_conform.core.ledger import RANDOM, CaseNote
from dbal_conform.core.restatement import (
    Gap,
    Reach,
    Restatement,
    Word,
    prunable,
    restate,
    restated,
    stated,
)
from dbal_conform.core.standing import Known, review
from dbal_conform.core.verdict import TrialResult, Verdict

WORD = Word("why", "#1", "2026-12-31")
REACHES = {"t": Reach("t", frozenset({"sqlite", "postgres:17"}), own=True)}


def wanted(
    results: list[TrialResult],
    *entries: Deviation,
    reaches: dict[str, Reach] | None = None,
    flags: tuple[str, ...] = (),
) -> Restatement:
    reviews = review(entries, results, Known(), TODAY)
    note = CaseNote("Title", flags=flags)
    return restate(results, reviews, reaches or REACHES, lambda _: note, TODAY)


def gap(requirement: str, verdict: Verdict = Verdict.FAIL, database: str = "sqlite") -> Gap:
    return Gap("s/c", verdict, requirement, "", database, "Title")


def after(entries: list[Deviation], told: Restatement) -> list[Deviation]:
    """Return the entries once everything is done."""
    kept = [
        restated(one, told.anew[place], WORD) if place in told.anew else one
        for place, one in enumerate(entries)
        if place not in told.removed
    ]
    return [*kept, *(stated(one, WORD) for one in told.gaps)]


def test_every_broken_requirement_gets_an_entry() -> None:
    told = wanted([result(Verdict.FAIL, R1, R2)])
    assert told == Restatement((gap(R1), gap(R2)))
    assert stated(told.gaps[0], WORD) == Deviation(
        "s/c", Verdict.FAIL, R1, "why", "#1", "2026-12-31", database="sqlite"
    )


def test_a_target_that_died_is_stated_for_the_first_requirement_of_its_case() -> None:
    assert wanted([result(Verdict.CRASH)]).gaps == (gap(R1, Verdict.CRASH),)


def test_what_is_sound_expected_or_stale_is_left_alone() -> None:
    assert wanted([result(Verdict.PASS)]) == Restatement()
    assert wanted([result(Verdict.FAIL, R1)], entry(R1)) == Restatement()
    assert wanted([result(Verdict.PASS)], entry(R1)) == Restatement()


def test_an_expired_entry_is_said_anew_and_one_with_another_verdict_too() -> None:
    told = wanted([result(Verdict.FAIL, R1)], entry(R1, expires="2026-02-28"))
    assert told == Restatement(anew={0: Verdict.FAIL})
    told = wanted([result(Verdict.CRASH, R1)], entry(R1))
    assert told == Restatement(anew={0: Verdict.CRASH})
    changed = restated(entry(R1), Verdict.CRASH, WORD)
    assert (changed.verdict, changed.reason, changed.case) == (Verdict.CRASH, "why", "s/c")


def test_an_entry_for_another_requirement_makes_place_for_the_right_one() -> None:
    told = wanted([result(Verdict.FAIL, R2)], entry(R1))
    assert told == Restatement((gap(R2),), removed=frozenset({0}))
    told = wanted([result(Verdict.FAIL, R1, R2)], entry(R1))
    assert told == Restatement((gap(R2),))


BOTH = [result(Verdict.FAIL, R1), result(Verdict.FAIL, R1, database="postgres:17")]


def test_what_is_so_on_every_database_is_stated_once() -> None:
    assert wanted(BOTH).gaps == (gap(R1, database=""),)
    elsewhere = result(Verdict.NOT_APPLICABLE, database="postgres:17")
    assert wanted([BOTH[0], elsewhere]).gaps == (gap(R1, database=""),)


@pytest.mark.parametrize(
    ("results", "databases"),
    [
        (BOTH[:1], ("sqlite",)),
        ([BOTH[0], result(Verdict.PASS, database="postgres:17")], ("sqlite",)),
        ([BOTH[0], result(Verdict.COULD_NOT_RUN, database="postgres:17")], ("sqlite",)),
    ],
    ids=["not run elsewhere", "not so elsewhere", "unknown elsewhere"],
)
def test_what_is_not_known_to_be_so_on_every_database_names_its_own(
    results: list[TrialResult], databases: tuple[str, ...]
) -> None:
    assert tuple(one.database for one in wanted(results).gaps) == databases


def test_databases_that_are_unknown_are_named_and_a_stranger_is_named_as_target() -> None:
    told = wanted(BOTH, reaches={"t": Reach("t")})
    assert [(one.target, one.database) for one in told.gaps] == [
        ("t", "postgres:17"),
        ("t", "sqlite"),
    ]


@pytest.mark.parametrize(
    ("found", "flags", "why"),
    [
        (result(Verdict.HARNESS_ERROR), (), "our own fault"),
        (result(Verdict.COULD_NOT_RUN), (), "make it run"),
        (result(Verdict.FAIL, R1), (RANDOM,), "random sequence"),
        (TrialResult("s/c", "t", "d", Verdict.FAIL, broken=(R1,), flaky=True), (), "flaky"),
        (TrialResult("s/c", "t", "d", Verdict.CRASH), (), "cites no requirement"),
    ],
)
def test_some_things_no_baseline_may_excuse(
    found: TrialResult, flags: tuple[str, ...], why: str
) -> None:
    told = wanted([found], flags=flags)
    assert [(one.result, why in one.why) for one in told.refused] == [(found, True)]
    assert not told.gaps


def test_an_entry_that_is_right_elsewhere_is_not_changed_for_one_database() -> None:
    results = [BOTH[0], result(Verdict.CRASH, R1, database="postgres:17")]
    (refused,) = wanted(results, entry(R1)).refused
    assert refused.result.database == "postgres:17"
    assert "give that entry a `database`" in refused.why
    results = [BOTH[0], result(Verdict.FAIL, R2, database="postgres:17")]
    assert [one.result.database for one in wanted(results, entry(R1)).refused] == ["postgres:17"]


def test_what_excuses_nothing_can_go_and_what_still_does_cannot() -> None:
    def gone(*results: TrialResult, known: Known | None = None) -> frozenset[int]:
        return prunable(review([entry(R1)], results, known or Known(), TODAY))

    assert gone(result(Verdict.PASS)) == {0}
    assert gone(known=Known(cases=frozenset())) == {0}
    assert gone(result(Verdict.PASS), result(Verdict.FAIL, R1, database="p")) == frozenset()
    assert gone(result(Verdict.PASS), result(Verdict.COULD_NOT_RUN, database="p")) == {0}
    assert gone(result(Verdict.FAIL, R2)) == gone(result(Verdict.FAIL, R1)) == gone() == frozenset()


VERDICTS = st.sampled_from(Verdict)
NAMES = st.sampled_from([R1, R2, R3])


@given(
    st.lists(
        st.builds(
            entry,
            NAMES,
            st.sampled_from([Verdict.FAIL, Verdict.CRASH]),
            st.sampled_from(["2026-02-28", TODAY]),
            database=st.sampled_from(["", "sqlite", "postgres:17"]),
        ),
        unique_by=lambda one: (one.requirement, one.database),
        max_size=4,
    ),
    st.lists(
        st.builds(
            TrialResult,
            st.just("s/c"),
            st.just("t"),
            st.sampled_from(["sqlite", "postgres:17"]),
            VERDICTS,
            requirements=st.just((R1, R2)),
            broken=st.lists(NAMES, unique=True, max_size=3).map(tuple),
            flaky=st.booleans(),
        ),
        unique_by=lambda one: one.database,
        max_size=2,
    ),
)
def test_what_was_restated_and_not_refused_is_expected(
    entries: list[Deviation], results: list[TrialResult]
) -> None:
    told = wanted(results, *entries)
    now = after(entries, told)
    refused = [one.result for one in told.refused]
    keys = [(one.case, one.requirement, one.target, one.database) for one in now]
    assert len(set(keys)) == len(keys), "an entry twice is refused when the file is read"
    for found in results:
        about = [one for one in now if one.is_about(found)]
        judged = judge(found, about, TODAY)
        fine = {Judgement.SOUND, Judgement.EXPECTED, Judgement.STALE}
        assert judged in fine or found in refused

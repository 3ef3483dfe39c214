"""Entries of a baseline, weighed one by one; and always as the run itself weighs its trials."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbal_conform.core import baseline
from dbal_conform.core.baseline import Deviation, judge
from dbal_conform.core.standing import GATING, Known, Review, Standing, review
from dbal_conform.core.verdict import TrialResult, Verdict

TODAY = "2026-03-01"
R1, R2, R3 = "USR-CREATE-001", "USR-CREATE-002", "USR-CREATE-003"


def entry(
    requirement: str = R1,
    verdict: Verdict = Verdict.FAIL,
    expires: str = "2026-12-31",
    **where: str,
) -> Deviation:
    case = where.pop("case", "s/c")
    return Deviation(case, verdict, requirement, "slow vendor", "#7", expires, **where)


def result(verdict: Verdict, *broken: str, database: str = "sqlite") -> TrialResult:
    return TrialResult("s/c", "t", database, verdict, requirements=(R1, R2), broken=broken)


def weighed(
    entries: list[Deviation], *results: TrialResult, known: Known | None = None
) -> tuple[Review, ...]:
    return review(entries, results, known or Known(), TODAY)


@pytest.mark.parametrize(
    ("stated", "found", "standing", "why"),
    [
        (entry(), result(Verdict.FAIL, R1), Standing.HOLDS, "deviates as stated on t with sqlite"),
        (entry(), result(Verdict.PASS), Standing.STALE, "comes to pass on t with sqlite: delete"),
        (entry(), result(Verdict.WEAK), Standing.STALE, "comes to weak"),
        (entry(), result(Verdict.CRASH), Standing.WRONG, "comes to crash for no requirement alone"),
        (entry(), result(Verdict.FAIL, R2), Standing.WRONG, f"comes to fail for {R2}"),
        (entry(), result(Verdict.FAIL, R1, R2), Standing.WRONG, f"breaks {R2} too, which no entry"),
        (
            entry(expires="2026-02-28"),
            result(Verdict.FAIL, R1),
            Standing.EXPIRED,
            "excused until 2026-02-28: mend the target",
        ),
        (entry(), result(Verdict.COULD_NOT_RUN), Standing.UNTESTED, "came to could_not_run"),
        (entry(), result(Verdict.HARNESS_ERROR), Standing.UNTESTED, "came to harness_error"),
        (entry(), result(Verdict.NOT_APPLICABLE), Standing.UNTESTED, "is not applicable"),
        (entry(R3, Verdict.CRASH), result(Verdict.CRASH), Standing.WRONG, "for no requirement"),
        (entry(R2, Verdict.CRASH), result(Verdict.CRASH), Standing.HOLDS, "deviates as stated"),
    ],
)
def test_an_entry_stands_as_its_trial_shows(
    stated: Deviation, found: TrialResult, standing: Standing, why: str
) -> None:
    (one,) = weighed([stated], found)
    assert (one.place, one.entry, one.standing) == (0, stated, standing)
    assert why in one.why


def test_of_several_requirements_the_one_that_holds_again_is_stale() -> None:
    both = [entry(R1), entry(R2)]
    first, second = weighed(both, result(Verdict.FAIL, R2))
    assert (first.standing, second.standing) == (Standing.STALE, Standing.HOLDS)
    assert f"breaks {R2} and no more" in first.why


def test_an_entry_about_two_databases_tells_of_the_one_where_it_is_not_so() -> None:
    (one,) = weighed(
        [entry()], result(Verdict.FAIL, R1), result(Verdict.PASS, database="postgres:17")
    )
    assert one.standing is Standing.STALE
    assert "comes to pass on t with postgres:17; but deviates as stated on t with sqlite" in one.why
    assert "give it a `database`" in one.why
    assert [each.database for each in one.bearings] == ["sqlite", "postgres:17"]


def test_an_entry_that_no_trial_is_about_is_untested_until_it_expires() -> None:
    for stated in (entry(case="s/d"), entry(target="u"), entry(database="memory")):
        (one,) = weighed([stated], result(Verdict.FAIL, R1))
        assert one.standing is Standing.UNTESTED
        assert one.why == "no trial of these runs is about it"
    (past,) = weighed([entry(expires="2026-02-28")])
    assert past.standing is Standing.EXPIRED


@pytest.mark.parametrize(
    ("stated", "known", "why"),
    [
        (entry(), Known(cases=frozenset({"s/d"})), "no such case: s/c"),
        (entry(), Known(requirements=frozenset({R2})), f"no such requirement: {R1}"),
        (entry(target="u"), Known(target="t"), "is about target u, and this is the baseline of t"),
        (entry(verdict=Verdict.PASS), Known(), "pass is no deviation"),
        (entry(verdict=Verdict.COULD_NOT_RUN), Known(), "could_not_run is no deviation"),
    ],
)
def test_an_entry_about_nothing_is_unmatched(stated: Deviation, known: Known, why: str) -> None:
    (one,) = weighed([stated], known=known)
    assert one.standing is Standing.UNMATCHED
    assert one.why.startswith(why)


def test_what_exists_is_matched() -> None:
    known = Known(frozenset({"s/c"}), frozenset({R1}), "t")
    (one,) = weighed([entry(target="t")], known=known)
    assert one.standing is Standing.UNTESTED


VERDICTS = st.sampled_from(Verdict)
REQUIREMENTS = st.sampled_from([R1, R2, R3])
ENTRIES = st.lists(
    st.builds(
        entry,
        REQUIREMENTS,
        VERDICTS.filter(lambda one: one in (Verdict.FAIL, Verdict.CRASH, Verdict.TIMEOUT)),
        st.sampled_from(["2026-02-28", TODAY]),
    ),
    unique_by=lambda one: one.requirement,
    min_size=1,
    max_size=3,
)


@given(ENTRIES, VERDICTS, st.lists(REQUIREMENTS, unique=True, max_size=3))
def test_entries_are_red_just_when_the_run_is(
    entries: list[Deviation], verdict: Verdict, broken: list[str]
) -> None:
    found = TrialResult("s/c", "t", "d", verdict, requirements=(R1, R2), broken=tuple(broken))
    red = any(one.standing in GATING for one in weighed(entries, found))
    past = any(one.expires < TODAY for one in entries)
    judged = judge(found, entries, TODAY)
    shows_nothing = judged in (baseline.Judgement.OPEN, baseline.Judgement.SOUND)
    assert red == (judged in baseline.GATING or (shows_nothing and past))

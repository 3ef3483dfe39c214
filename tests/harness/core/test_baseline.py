import pytest

from dbal_conform.core.baseline import Deviation, Judgement, judge
from dbal_conform.core.verdict import TrialResult, Verdict

TODAY = "2026-03-01"
GOOD = (Verdict.PASS, Verdict.WEAK, Verdict.OBSERVED, Verdict.DECLINED, Verdict.UNDERCLAIM)
BAD = (
    Verdict.FAIL,
    Verdict.OVERCLAIM,
    Verdict.CRASH,
    Verdict.TIMEOUT,
    Verdict.PROTOCOL_VIOLATION,
)


def result(verdict: Verdict, *broken: str, covers: tuple[str, ...] = ()) -> TrialResult:
    return TrialResult("s/c", "t", "sqlite", verdict, requirements=covers, broken=broken)


def deviation(
    verdict: Verdict = Verdict.FAIL,
    requirement: str = "USR-CREATE-001",
    expires: str = "2026-12-31",
) -> Deviation:
    return Deviation("s/c", verdict, requirement, reason="slow vendor", issue="#7", expires=expires)


@pytest.mark.parametrize("verdict", GOOD)
def test_a_sound_verdict_that_nobody_excused_is_sound(verdict: Verdict) -> None:
    assert judge(result(verdict), [], TODAY) is Judgement.SOUND


@pytest.mark.parametrize("verdict", GOOD)
def test_an_entry_whose_case_is_sound_is_stale(verdict: Verdict) -> None:
    assert judge(result(verdict), [deviation()], TODAY) is Judgement.STALE


@pytest.mark.parametrize("verdict", BAD)
def test_a_deviation_that_nobody_excused_is_unexpected(verdict: Verdict) -> None:
    assert judge(result(verdict, "USR-CREATE-001"), [], TODAY) is Judgement.UNEXPECTED


@pytest.mark.parametrize("verdict", BAD)
def test_a_deviation_as_stated_is_expected(verdict: Verdict) -> None:
    known = [deviation(verdict)]
    assert judge(result(verdict, "USR-CREATE-001"), known, TODAY) is Judgement.EXPECTED


@pytest.mark.parametrize("verdict", [Verdict.COULD_NOT_RUN, Verdict.HARNESS_ERROR])
def test_missing_ground_is_never_excused(verdict: Verdict) -> None:
    assert judge(result(verdict), [deviation(verdict)], TODAY) is Judgement.OPEN


def test_what_is_not_applicable_makes_no_entry_stale() -> None:
    assert judge(result(Verdict.NOT_APPLICABLE), [deviation()], TODAY) is Judgement.SOUND


def test_an_entry_excuses_on_its_last_day_and_not_after() -> None:
    failed = result(Verdict.FAIL, "USR-CREATE-001")
    assert judge(failed, [deviation(expires=TODAY)], TODAY) is Judgement.EXPECTED
    assert judge(failed, [deviation(expires="2026-02-28")], TODAY) is Judgement.EXPIRED


@pytest.mark.parametrize(
    "found",
    [
        result(Verdict.FAIL, "USR-CREATE-002"),
        result(Verdict.FAIL, "USR-CREATE-001", "USR-CREATE-002"),
        result(Verdict.CRASH, "USR-CREATE-001"),
        result(Verdict.FAIL, covers=("USR-CREATE-002",)),
    ],
    ids=["other requirement", "one more", "other verdict", "not what it covers"],
)
def test_a_deviation_otherwise_than_stated_is_wrong_fail(found: TrialResult) -> None:
    assert judge(found, [deviation()], TODAY) is Judgement.WRONG_FAIL


def test_each_broken_requirement_has_an_entry_of_its_own() -> None:
    known = [deviation(), deviation(requirement="USR-CREATE-002")]
    both = result(Verdict.FAIL, "USR-CREATE-001", "USR-CREATE-002")
    one = result(Verdict.FAIL, "USR-CREATE-001")
    assert judge(both, known, TODAY) is Judgement.EXPECTED
    assert judge(one, known, TODAY) is Judgement.STALE


def test_a_crash_is_excused_under_any_requirement_of_its_case() -> None:
    died = result(Verdict.CRASH, covers=("USR-CREATE-001", "USR-CREATE-002"))
    assert judge(died, [deviation(Verdict.CRASH)], TODAY) is Judgement.EXPECTED


@pytest.mark.parametrize(
    ("target", "database", "about"),
    [("", "", True), ("t", "sqlite", True), ("u", "", False), ("", "memory", False)],
)
def test_an_entry_may_be_about_one_target_or_database(
    *, target: str, database: str, about: bool
) -> None:
    entry = Deviation(
        "s/c", Verdict.FAIL, "R", "why", "#1", "2026-12-31", target=target, database=database
    )
    assert entry.is_about(result(Verdict.FAIL)) is about


def test_an_entry_is_about_its_case_only() -> None:
    other = TrialResult("s/other", "t", "sqlite", Verdict.FAIL)
    assert not deviation().is_about(other)

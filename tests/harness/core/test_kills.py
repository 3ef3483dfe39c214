import pytest

from dbal_conform.core.kills import Fate, Kill, KillMatrix, Mutant, Tally
from dbal_conform.core.verdict import Exchange, TrialResult, Verdict

MUTANT = Mutant("limit-off", "the limit is one too high", ("QRY-PAGE-003",))
OTHER = Mutant("order-lost", "sort is ignored", ("QRY-SORT-001",))


def result(  # noqa: PLR0913 -- what a result has
    trial: str,
    verdict: Verdict,
    covers: tuple[str, ...] = (),
    *,
    target: str = MUTANT.target,
    broken: tuple[str, ...] = (),
    reason: str = "",
    asked: bool = True,
) -> TrialResult:
    return TrialResult(
        trial,
        target,
        "memory",
        verdict,
        requirements=covers,
        broken=broken,
        reason=reason,
        transcript=(Exchange("1", {}, {}),) if asked else (),
    )


def matrix(*results: TrialResult, whole: bool = False) -> KillMatrix:
    tally = Tally([MUTANT])
    for each in results:
        tally.take(each)
    return KillMatrix("tool", "hash", whole, tally.trials, tally.fates(), tally.wrong())


@pytest.mark.parametrize(
    "verdict",
    ["fail", "weak", "overclaim", "underclaim", "crash", "timeout", "protocol_violation"],
)
def test_a_verdict_that_no_right_target_gets_kills(verdict: str) -> None:
    found = matrix(result("a/b", Verdict(verdict), ("QRY-PAGE-003",)))
    assert found.fates == (Fate(MUTANT, 1, (Kill("a/b", Verdict(verdict), cites=True),)),)
    assert found.survivors == ()
    assert found.exit_status == 0


@pytest.mark.parametrize("verdict", ["pass", "observed", "declined", "not_applicable"])
def test_a_verdict_of_right_targets_does_not_kill(verdict: str) -> None:
    found = matrix(result("a/b", Verdict(verdict), ("QRY-PAGE-003",)))
    assert found.survivors == (Fate(MUTANT, 1),)
    assert found.exit_status == 1


def test_noticed_by_a_case_about_something_else_is_no_kill() -> None:
    found = matrix(result("a/b", Verdict.FAIL, ("QRY-SORT-001",)))
    assert found.survivors[0].kills == (Kill("a/b", Verdict.FAIL, cites=False),)
    assert found.exit_status == 1


def test_an_invariant_that_broke_is_named_like_a_requirement_of_the_case() -> None:
    found = matrix(result("a/b", Verdict.FAIL, ("QRY-SORT-001",), broken=("QRY-PAGE-003",)))
    assert found.survivors == ()


@pytest.mark.parametrize("verdict", ["could_not_run", "harness_error"])
def test_what_could_not_be_judged_is_neither_killed_nor_a_survivor_alone(verdict: str) -> None:
    found = matrix(result("a/b", Verdict(verdict), ("QRY-PAGE-003",), reason="why"))
    assert found.fates[0].failed == "a/b: why"
    assert found.exit_status == 3


@pytest.mark.parametrize("verdict", ["crash", "timeout", "protocol_violation"])
def test_a_mutant_that_was_never_asked_is_not_called_killed(verdict: str) -> None:
    found = matrix(result("a/b", Verdict(verdict), ("QRY-PAGE-003",), reason="why", asked=False))
    assert found.fates[0].kills == ()
    assert found.fates[0].failed == "a/b: why"
    assert found.exit_status == 3


def test_a_right_target_that_is_accused_makes_it_fail() -> None:
    tally = Tally([MUTANT])
    tally.take(result("a/b", Verdict.FAIL, ("QRY-PAGE-003",)))
    tally.take(result("a/b", Verdict.PASS, target="reference-memory"))
    tally.take(result("a/c", Verdict.FAIL, target="reference-memory", reason="r"))
    found = KillMatrix(
        "tool", "hash", whole=False, trials=3, fates=tally.fates(), wrong=tally.wrong()
    )
    assert [(each.target, each.trial, each.reason) for each in found.wrong] == [
        ("reference-memory", "a/c", "r")
    ]
    assert found.exit_status == 1


def test_a_mutant_that_does_not_know_what_it_breaks_is_killed_by_any_case() -> None:
    made = Mutant("schema:limit", "made by a program")
    tally = Tally([made])
    assert tally.take(result("a/b", Verdict.FAIL, ("QRY-SORT-001",), target=made.target))
    assert tally.fates()[0].killed


@pytest.mark.parametrize(
    ("verdict", "covers", "decides"),
    [
        ("fail", ("QRY-PAGE-003",), True),
        ("fail", ("QRY-SORT-001",), False),
        ("pass", ("QRY-PAGE-003",), False),
        ("could_not_run", ("QRY-PAGE-003",), True),
    ],
)
def test_a_result_decides_when_nothing_more_need_be_asked(
    verdict: str,
    covers: tuple[str, ...],
    decides: bool,  # noqa: FBT001 -- pytest
) -> None:
    assert Tally([MUTANT]).take(result("a/b", Verdict(verdict), covers)) == decides


def test_kills_that_name_what_is_broken_come_first() -> None:
    found = matrix(
        result("a/a", Verdict.FAIL),
        result("a/c", Verdict.FAIL, ("QRY-PAGE-003",)),
        result("a/b", Verdict.FAIL, ("QRY-PAGE-003",)),
    )
    assert [kill.trial for kill in found.fates[0].kills] == ["a/b", "a/c", "a/a"]


def test_fates_stand_in_the_order_of_the_mutants() -> None:
    tally = Tally([MUTANT, OTHER])
    tally.take(result("a/b", Verdict.FAIL, ("QRY-SORT-001",), target=OTHER.target))
    assert [(fate.mutant.mutant, fate.killed) for fate in tally.fates()] == [
        ("limit-off", False),
        ("order-lost", True),
    ]


def test_idle_cases_are_those_of_which_no_cell_kills() -> None:
    tally = Tally([MUTANT])
    tally.take(result("a/b[x=1]", Verdict.FAIL))
    tally.take(result("a/b[x=2]", Verdict.PASS))
    tally.take(result("a/c[x=1]", Verdict.PASS))
    cases = ("a/b[x=1]", "a/b[x=2]", "a/c[x=1]", "a/c[x=2]", "a/d")
    assert tally.idle(cases) == ("a/c", "a/d")

"""A gate is shut by what is new and by entries that no longer hold, and says which in order."""

import pytest
from tests.harness.core.test_ledger import BAD, BROKE, EXCUSE, OPEN, PASS, ledger

from dbal_conform.core.decision import TOLD, Decision
from dbal_conform.core.ledger import RunResult
from dbal_conform.core.standing import Placed, Review, Standing
from dbal_conform.core.verdict import TrialResult


def entry(standing: Standing, line: int = 2) -> Placed:
    return Placed("deviations.yaml", line, 11, Review(0, EXCUSE, standing, "because"))


@pytest.mark.parametrize(
    ("results", "standings", "result", "status"),
    [
        ([PASS], [], RunResult.CONFORMANT, 0),
        ([PASS], [Standing.UNTESTED], RunResult.CONFORMANT, 0),
        ([PASS], [Standing.STALE], RunResult.NONCONFORMANT, 1),
        ([PASS], [Standing.EXPIRED], RunResult.NONCONFORMANT, 1),
        ([PASS], [Standing.WRONG], RunResult.NONCONFORMANT, 1),
        ([PASS], [Standing.UNMATCHED], RunResult.NONCONFORMANT, 1),
        ([PASS, BAD], [], RunResult.NONCONFORMANT, 1),
        ([PASS, OPEN], [], RunResult.INCOMPLETE, 3),
        ([PASS, OPEN], [Standing.UNMATCHED], RunResult.NONCONFORMANT, 1),
        ([PASS, BROKE], [Standing.UNMATCHED], RunResult.INVALID, 4),
    ],
)
def test_the_exit_status_is_4_before_1_before_3_before_0(
    results: list[TrialResult], standings: list[Standing], result: RunResult, status: int
) -> None:
    decision = Decision(ledger(*results), tuple(map(entry, standings)))
    assert (decision.result, decision.exit_status) == (result, status)


def test_new_is_what_no_entry_speaks_of_and_what_we_broke() -> None:
    decision = Decision(ledger(PASS, BAD, OPEN, BROKE))
    assert [key.trial for key in decision.new] == ["s/bad", "s/broke"]
    assert Decision(ledger(PASS, BAD, deviations=(EXCUSE,))).new == ()


def test_entries_are_told_in_order_of_their_kind_and_then_of_the_file() -> None:
    told = [entry(standing, line) for line in (2, 9) for standing in reversed(Standing)]
    red = Decision(ledger(PASS), tuple(told)).red
    assert [(one.review.standing, one.line) for one in red] == [
        (standing, line) for standing in TOLD for line in (2, 9)
    ]


def test_a_run_may_be_judged_on_a_later_day() -> None:
    known = ledger(PASS, BAD, deviations=(EXCUSE,))
    assert known.result is RunResult.CONFORMANT_WITH_DEVIATIONS
    later = type(known)(known.header, known.results, known.footer, known.evaluated, "2999-01-01")
    assert later.result is RunResult.NONCONFORMANT


def test_an_entry_tells_itself_in_words() -> None:
    assert entry(Standing.STALE).text == "s/bad (R-1): because"

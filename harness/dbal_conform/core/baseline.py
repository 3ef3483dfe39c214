"""Verdicts against the deviations that a team knows of: what is excused, and what no longer is.

A deviation is strict: it names one requirement of one case, gives a reason, and turns red when the
case passes, fails otherwise, or its day is past (docs/verdicts.md).
"""

import enum
from collections.abc import Sequence

import msgspec

from dbal_conform.core.verdict import TrialResult, Verdict


class Deviation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One entry of `deviations.yaml`; without `target` or `database` it is about every one.

    `expires` is the last day on which it excuses anything, `YYYY-MM-DD`.
    """

    case: str
    verdict: Verdict
    requirement: str
    reason: str
    issue: str
    expires: str
    target: str = ""
    database: str = ""

    def is_about(self, result: TrialResult) -> bool:
        """Tell whether this entry speaks of that trial."""
        return (
            self.case == result.trial
            and self.target in ("", result.target)
            and self.database in ("", result.database)
        )


class Judgement(enum.StrEnum):
    """What a verdict means for the run, given its deviations."""

    SOUND = "sound"  # conformant, and nothing else was expected
    EXPECTED = "expected"  # a deviation, as stated
    UNEXPECTED = "unexpected"  # nonconformant, and nobody said so
    STALE = "stale"  # the deviation is gone: delete its entry
    EXPIRED = "expired"  # its day is past
    WRONG_FAIL = "wrong_fail"  # it deviates, but otherwise than stated
    OPEN = "open"  # nothing was shown, so nothing is excused


GATING = frozenset({Judgement.UNEXPECTED, Judgement.STALE, Judgement.EXPIRED, Judgement.WRONG_FAIL})


def judge(result: TrialResult, known: Sequence[Deviation], today: str) -> Judgement:
    """Weigh one result against the deviations that are about its trial.

    Args:
        result: what the trial showed.
        known: those entries for which `is_about(result)` holds; one for each broken requirement.
        today: the day of the run, `YYYY-MM-DD`.
    """
    match result.verdict:
        case Verdict.COULD_NOT_RUN | Verdict.HARNESS_ERROR:
            return Judgement.OPEN
        case Verdict.NOT_APPLICABLE:
            return Judgement.SOUND
        case Verdict.PASS | Verdict.WEAK | Verdict.OBSERVED | Verdict.DECLINED | Verdict.UNDERCLAIM:
            return Judgement.STALE if known else Judgement.SOUND
        case (  # pragma: no branch -- the last, as mypy checks
            Verdict.FAIL
            | Verdict.OVERCLAIM
            | Verdict.CRASH
            | Verdict.TIMEOUT
            | Verdict.PROTOCOL_VIOLATION
        ):
            return _deviates(result, known, today) if known else Judgement.UNEXPECTED


def _deviates(result: TrialResult, known: Sequence[Deviation], today: str) -> Judgement:
    # A target that died broke no single requirement: the entry may then name any that the case is
    # about.
    broken = frozenset(result.broken)
    stated = frozenset(entry.requirement for entry in known)
    candidates = broken or frozenset(result.requirements)
    if any(entry.verdict is not result.verdict for entry in known) or not stated & candidates:
        return Judgement.WRONG_FAIL
    if broken - stated:
        return Judgement.WRONG_FAIL
    if stated - candidates:
        return Judgement.STALE
    if any(entry.expires < today for entry in known):
        return Judgement.EXPIRED
    return Judgement.EXPECTED

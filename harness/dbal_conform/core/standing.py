"""Entries of a baseline against runs: which still say the truth, and which no longer do.

`baseline.judge` weighs a trial and says whether the run is red; this weighs an entry and says what
to do with it. Both part the same cases, as a test of every combination shows.
"""

import enum
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dbal_conform.core.baseline import Deviation, Judgement, judge
from dbal_conform.core.verdict import TrialResult, Verdict


class Standing(enum.StrEnum):
    """What an entry is worth, the worst first."""

    UNMATCHED = "unmatched"  # it speaks of nothing that there is
    WRONG = "wrong"  # the case deviates otherwise than stated
    STALE = "stale"  # the deviation is gone
    EXPIRED = "expired"  # it deviates as stated, but the entry's day is past
    HOLDS = "holds"
    UNTESTED = "untested"  # no trial of these runs shows it, either way


GATING = frozenset({Standing.UNMATCHED, Standing.WRONG, Standing.STALE, Standing.EXPIRED})
_RANK = {standing: rank for rank, standing in enumerate(Standing)}


class Bearing(NamedTuple):
    """What one trial says of an entry."""

    standing: Standing
    why: str
    target: str
    database: str

    @property
    def told(self) -> str:
        """It in words, with the column that it is about."""
        return f"{self.why} on {self.target} with {self.database}"


class Review(NamedTuple):
    """An entry, weighed: `place` is its place in the file, from 0; `bearings` has every trial."""

    place: int
    entry: Deviation
    standing: Standing
    why: str
    bearings: tuple[Bearing, ...] = ()


class Placed(NamedTuple):
    """A weighed entry and where it stands: line and column count from 1."""

    file: str
    line: int
    column: int
    review: Review

    @property
    def text(self) -> str:
        """It in words, without its place."""
        entry = self.review.entry
        return f"{entry.case} ({entry.requirement}): {self.review.why}"


class Known(NamedTuple):
    """What an entry may name; None where that cannot be told.

    `target` is the one whose manifest names this baseline, empty if none does.
    """

    cases: frozenset[str] | None = None
    requirements: frozenset[str] | None = None
    target: str = ""


def review(
    entries: Sequence[Deviation], results: Iterable[TrialResult], known: Known, today: str
) -> tuple[Review, ...]:
    """Weigh every entry of a baseline.

    Args:
        entries: in the order of the file.
        results: the trials of the runs to hold them against; none, and only what is expired or
            unmatched can be told.
        known: what entries may name.
        today: `YYYY-MM-DD`.
    """
    by_case: dict[str, list[TrialResult]] = {}
    for result in results:
        by_case.setdefault(result.trial, []).append(result)
    told: dict[int, list[Bearing]] = {place: [] for place in range(len(entries))}
    for case in {entry.case for entry in entries}:
        for result in by_case.get(case, ()):
            about = [place for place, entry in enumerate(entries) if entry.is_about(result)]
            stated = [entries[place] for place in about]
            for place in about:
                told[place].append(bearing(entries[place], result, stated, today))
    return tuple(
        _review(place, entry, told[place], known, today) for place, entry in enumerate(entries)
    )


def bearing(
    entry: Deviation, result: TrialResult, stated: Sequence[Deviation], today: str
) -> Bearing:
    """Weigh one entry by one trial that it is about; `stated` has all entries about that trial."""
    standing, why = _bearing(entry, result, stated, today)
    return Bearing(standing, why, result.target, result.database)


def _bearing(
    entry: Deviation, result: TrialResult, stated: Sequence[Deviation], today: str
) -> tuple[Standing, str]:
    match judge(result, stated, today):
        case Judgement.OPEN:
            return Standing.UNTESTED, f"came to {result.verdict}"
        case Judgement.SOUND:
            return Standing.UNTESTED, "is not applicable"
        case Judgement.STALE if result.verdict not in _DEVIATING:
            return Standing.STALE, f"comes to {result.verdict}"
        case _:
            return _deviating(entry, result, stated, today)


def _deviating(
    entry: Deviation, result: TrialResult, stated: Sequence[Deviation], today: str
) -> tuple[Standing, str]:
    broken = frozenset(result.broken)
    named = {each.requirement for each in stated}
    candidates = broken or frozenset(result.requirements)
    unstated = (broken - named) or (frozenset() if named & candidates else candidates)
    if entry.verdict is not result.verdict or (entry.requirement not in candidates and unstated):
        what = ", ".join(result.broken) or "no requirement alone"
        return Standing.WRONG, f"comes to {result.verdict} for {what}, and not to what it states,"
    if entry.requirement not in candidates:
        return Standing.STALE, f"breaks {', '.join(sorted(candidates))} and no more"
    if unstated:
        return Standing.WRONG, f"breaks {', '.join(sorted(unstated))} too, which no entry states,"
    if entry.expires < today:
        return Standing.EXPIRED, "deviates as stated"
    return Standing.HOLDS, "deviates as stated"


def _review(
    place: int, entry: Deviation, told: Sequence[Bearing], known: Known, today: str
) -> Review:
    if lost := _unmatched(entry, known):
        return Review(place, entry, Standing.UNMATCHED, lost, tuple(told))
    worst = min((each.standing for each in told), key=_RANK.__getitem__, default=Standing.UNTESTED)
    if worst is Standing.UNTESTED and entry.expires < today:
        worst = Standing.EXPIRED
    chosen = [each.told for each in told if each.standing is worst]
    others = [each.told for each in told if each.standing is not worst]
    told_of = "; ".join(chosen) or "no trial of these runs is about it"
    if others:
        told_of += f"; but {'; '.join(others)}: give it a `database`"
    why = ": ".join(part for part in (told_of, _advice(worst, entry)) if part)
    return Review(place, entry, worst, why, tuple(told))


def _unmatched(entry: Deviation, known: Known) -> str:
    if known.cases is not None and entry.case not in known.cases:
        return f"no such case: {entry.case}; correct the id (`dbal-conform list`) or delete it"
    if known.requirements is not None and entry.requirement not in known.requirements:
        return f"no such requirement: {entry.requirement} (`dbal-conform schema list requirements`)"
    if known.target and entry.target not in ("", known.target):
        return (
            f"is about target {entry.target}, and this is the baseline of {known.target}: nothing"
            " ever reads it here"
        )
    if entry.verdict not in _DEVIATING:
        return f"{entry.verdict} is no deviation: nothing is excused by it"
    return ""


def _advice(standing: Standing, entry: Deviation) -> str:
    match standing:
        case Standing.STALE:
            return "delete the entry (`dbal-conform baseline prune`)"
        case Standing.EXPIRED:
            words = f"excused until {entry.expires}: mend the target, or decide anew"
            return f"{words} (`dbal-conform baseline update`)"
        case Standing.WRONG:
            return "look at it anew (`dbal-conform baseline update`)"
        case _:
            return ""


_DEVIATING = frozenset(
    {
        Verdict.FAIL,
        Verdict.OVERCLAIM,
        Verdict.CRASH,
        Verdict.TIMEOUT,
        Verdict.PROTOCOL_VIOLATION,
    }
)

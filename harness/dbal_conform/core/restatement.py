"""What a baseline has to say to agree with runs: entries to add, to change and to take away."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from dbal_conform.core.baseline import Deviation, Judgement, judge
from dbal_conform.core.ledger import RANDOM, CaseNote, Key
from dbal_conform.core.standing import Review, Standing
from dbal_conform.core.verdict import TrialResult, Verdict


class Gap(NamedTuple):
    """Something that an entry has to state; `database` is empty where it is about all of them."""

    case: str
    verdict: Verdict
    requirement: str
    target: str
    database: str
    title: str = ""


class Word(NamedTuple):
    """What a person says of a deviation; `expires` is a day, `YYYY-MM-DD`."""

    reason: str
    issue: str
    expires: str


class Refusal(NamedTuple):
    """A trial that no entry may excuse, and why."""

    result: TrialResult
    why: str


class Restatement(NamedTuple):
    """What is to be done to a baseline; places are those in the file as it is.

    `anew` are entries that stay, with the verdict found and a word of today.
    """

    gaps: tuple[Gap, ...] = ()
    anew: Mapping[int, Verdict] = {}
    removed: frozenset[int] = frozenset()
    refused: tuple[Refusal, ...] = ()


class Reach(NamedTuple):
    """What new entries have to name: the target unless the baseline is its own.

    `databases` are all that the target has, for an entry about every one; empty if unknown.
    """

    target: str
    databases: frozenset[str] = frozenset()
    own: bool = False


def restate(
    results: Sequence[TrialResult],
    reviews: Sequence[Review],
    reaches: Mapping[str, Reach],
    note: Callable[[str], CaseNote],
    today: str,
) -> Restatement:
    """Return what makes the baseline state every deviation of `results`, or why it must not.

    Args:
        results: the trials that it is to agree with.
        reviews: the entries as they stand by these results.
        reaches: of each target, what entries about it must name.
        note: what the run says of a case.
        today: `YYYY-MM-DD`.
    """
    red = _red(results, reviews, today)
    refused = {one.key: Refusal(one.result, why) for one in red if (why := _refusal(one, note))}
    divided = _divided(one for one in red if one.key not in refused)
    wrong = [one for one in red if one.judged is not Judgement.EXPECTED]
    for one in wrong:
        if one.key not in refused and any(each.place in divided for each in one.about):
            refused[one.key] = Refusal(one.result, _DIVIDED)
    gaps: list[tuple[TrialResult, str]] = []
    anew: dict[int, Verdict] = {}
    removed: set[int] = set()
    for one in wrong:
        if one.key not in refused:
            gaps += one.gaps()
            removed |= {place for place, verdict in one.wishes() if verdict is None}
            anew.update(one.outdated(today))
    merged = _merged(gaps, results, reaches, note)
    return Restatement(merged, anew, frozenset(removed), tuple(refused.values()))


def _red(
    results: Iterable[TrialResult], reviews: Iterable[Review], today: str
) -> "tuple[_Red, ...]":
    """Return the trials that a baseline has anything to say about, with what it says."""
    by_case: dict[str, list[Review]] = {}
    for each in reviews:
        by_case.setdefault(each.entry.case, []).append(each)
    found: list[_Red] = []
    for result in results:
        about = [one for one in by_case.get(result.trial, ()) if one.entry.is_about(result)]
        judged = judge(result, [one.entry for one in about], today)
        if judged not in (Judgement.SOUND, Judgement.STALE):
            found.append(_Red(result, judged, about))
    return tuple(found)


class _Red(NamedTuple):
    """A trial that deviates, or showed nothing, with the entries about it."""

    result: TrialResult
    judged: Judgement
    about: Sequence[Review]

    @property
    def key(self) -> Key:
        """Which trial it is."""
        return Key(self.result.trial, self.result.target, self.result.database)

    @property
    def candidates(self) -> frozenset[str]:
        """The requirements that an entry about it may name."""
        return frozenset(self.result.broken or self.result.requirements)

    def wishes(self) -> Iterable[tuple[int, Verdict | None]]:
        """Yield the verdict that each entry about it must state; None, it must go."""
        for each in self.about:
            stays = each.entry.requirement in self.candidates
            yield each.place, self.result.verdict if stays else None

    def outdated(self, today: str) -> Iterable[tuple[int, Verdict]]:
        """Yield the entries that name the right requirement, and yet must be said anew."""
        for each in self.about:
            as_found = each.entry.verdict is self.result.verdict and each.entry.expires >= today
            if each.entry.requirement in self.candidates and not as_found:
                yield each.place, self.result.verdict

    def gaps(self) -> list[tuple[TrialResult, str]]:
        """Return the requirements that no entry names yet."""
        named = {each.entry.requirement for each in self.about} & self.candidates
        missing = [name for name in self.result.broken if name not in named]
        if not self.result.broken and not named:
            missing = list(self.result.requirements[:1])
        return [(self.result, name) for name in missing]


def prunable(reviews: Iterable[Review]) -> frozenset[int]:
    """Return the places of the entries that excuse nothing any more, on any of their databases."""
    return frozenset(
        each.place
        for each in reviews
        if each.standing is Standing.UNMATCHED
        or (
            each.standing is Standing.STALE
            and all(one.standing in (Standing.STALE, Standing.UNTESTED) for one in each.bearings)
        )
    )


def stated(gap: Gap, word: Word) -> Deviation:
    """Return the entry that closes a gap."""
    return Deviation(
        case=gap.case,
        verdict=gap.verdict,
        requirement=gap.requirement,
        reason=word.reason,
        issue=word.issue,
        expires=word.expires,
        target=gap.target,
        database=gap.database,
    )


def restated(entry: Deviation, verdict: Verdict, word: Word) -> Deviation:
    """Return an entry that stays, as it has to read today."""
    return msgspec.structs.replace(entry, verdict=verdict, **word._asdict())


def _refusal(one: _Red, note: Callable[[str], CaseNote]) -> str:
    result = one.result
    if one.judged is Judgement.EXPECTED:
        return ""
    if result.verdict in _SHOWN_NOTHING:
        return _SHOWN_NOTHING[result.verdict]
    if RANDOM in note(result.trial).flags:
        return (
            "it comes of a random sequence, so the next run has another: promote it to a case of a"
            " suite (`dbal-conform promote`), and state that"
        )
    if result.flaky:
        return (
            "it is flaky: an entry would be stale whenever it happens to pass; mend the target or"
            " the case"
        )
    return "" if one.candidates else "it cites no requirement, so there is none to state"


def _divided(red: Iterable[_Red]) -> frozenset[int]:
    """Return the places of entries that must read otherwise for one database than for another."""
    wishes: dict[int, set[Verdict | None]] = {}
    for one in red:
        for place, wish in one.wishes():
            wishes.setdefault(place, set()).add(wish)
    return frozenset(place for place, wanted in wishes.items() if len(wanted) > 1)


def _merged(
    gaps: Iterable[tuple[TrialResult, str]],
    results: Iterable[TrialResult],
    reaches: Mapping[str, Reach],
    note: Callable[[str], CaseNote],
) -> tuple[Gap, ...]:
    """Return one gap where a deviation is the same on every database that the target has."""
    seen: dict[tuple[str, str], set[str]] = {}
    applicable: dict[tuple[str, str], set[str]] = {}
    for result in results:
        seen.setdefault((result.trial, result.target), set()).add(result.database)
        if result.verdict is not Verdict.NOT_APPLICABLE:
            applicable.setdefault((result.trial, result.target), set()).add(result.database)
    found: dict[tuple[str, Verdict, str, str], list[str]] = {}
    for result, requirement in gaps:
        key = (result.trial, result.verdict, requirement, result.target)
        found.setdefault(key, []).append(result.database)
    merged: list[Gap] = []
    for (case, verdict, requirement, target), databases in sorted(found.items()):
        reach = reaches[target]
        everywhere = (
            bool(reach.databases)
            and reach.databases <= seen[case, target]
            and applicable[case, target] == set(databases)
        )
        named = "" if reach.own else target
        merged += [
            Gap(case, verdict, requirement, named, database, note(case).title)
            for database in ([""] if everywhere else sorted(databases))
        ]
    return tuple(merged)


_DIVIDED = (
    "an entry is about several databases, and it deviates otherwise on each: give that entry a"
    " `database`"
)
_SHOWN_NOTHING = {
    Verdict.HARNESS_ERROR: (
        "harness_error is our own fault and says nothing about the target: report it"
    ),
    Verdict.COULD_NOT_RUN: "could_not_run shows nothing that could be excused: make it run",
}

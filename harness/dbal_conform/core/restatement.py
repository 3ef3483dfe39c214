"""What a baseline has to say to agree with runs: entries to add, to change and to take away."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from dbal_conform.core.baseline import Deviation, Judgement, judge
from dbal_conform.core.ledger import RANDOM, CaseNote
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
    refused: list[Refusal] = []
    anew: dict[int, Verdict] = {}
    removed: set[int] = set()
    gaps: list[tuple[TrialResult, str]] = []
    by_case: dict[str, list[Review]] = {}
    for each in reviews:
        by_case.setdefault(each.entry.case, []).append(each)
    for result in results:
        about = [each for each in by_case.get(result.trial, ()) if each.entry.is_about(result)]
        judged = judge(result, [each.entry for each in about], today)
        if judged in (Judgement.SOUND, Judgement.EXPECTED, Judgement.STALE):
            continue
        if why := _refusal(result, note(result.trial)) or _divided(result, about):
            refused.append(Refusal(result, why))
            continue
        candidates = frozenset(result.broken or result.requirements)
        kept = {each.entry.requirement for each in about} & candidates
        for each in about:
            if each.entry.requirement not in candidates:
                removed.add(each.place)
            elif each.entry.verdict is not result.verdict or each.entry.expires < today:
                anew[each.place] = result.verdict
        missing = [name for name in result.broken if name not in kept]
        if not missing and not kept:
            missing = list(result.requirements[:1])
        gaps += [(result, name) for name in missing]
    merged = _merged(gaps, results, reaches, note)
    return Restatement(merged, anew, frozenset(removed - anew.keys()), tuple(refused))


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


def _refusal(result: TrialResult, note: CaseNote) -> str:
    if result.verdict is Verdict.HARNESS_ERROR:
        return "harness_error is our own fault and says nothing about the target: report it"
    if result.verdict is Verdict.COULD_NOT_RUN:
        return "could_not_run shows nothing that could be excused: make it run"
    if RANDOM in note.flags:
        return (
            "it comes of a random sequence, so the next run has another: promote it to a case of a"
            " suite (`dbal-conform promote`), and state that"
        )
    if result.flaky:
        return (
            "it is flaky: an entry would be stale whenever it happens to pass; mend the target or"
            " the case"
        )
    if not (result.broken or result.requirements):
        return "it cites no requirement, so there is none to state"
    return ""


def _divided(result: TrialResult, about: Iterable[Review]) -> str:
    """Tell when an entry is right about another database, and so cannot be changed for this one."""
    for each in about:
        here = [one for one in each.bearings if (one.target, one.database) == _column(result)]
        there = [one for one in each.bearings if one not in here]
        changes = each.entry.verdict is not result.verdict or each.entry.requirement not in (
            result.broken or result.requirements
        )
        if changes and any(one.standing is Standing.HOLDS for one in there):
            place = next(one for one in there if one.standing is Standing.HOLDS)
            return (
                f"an entry is about it and also about {place.target} with {place.database}, where"
                " it is right: give that entry a `database`"
            )
    return ""


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


def _column(result: TrialResult) -> tuple[str, str]:
    return result.target, result.database

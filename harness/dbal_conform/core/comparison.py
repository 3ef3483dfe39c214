"""Two runs side by side in time: what is worse, what is better, what is new, what is gone."""

import enum
from typing import NamedTuple

from dbal_conform.core.ledger import Column, Header, Key, Ledger
from dbal_conform.core.verdict import TrialResult, Verdict


class Change(enum.StrEnum):
    """What became of a trial, the weightiest first."""

    BROKE = "broke"  # it held, and fails now
    OTHERWISE = "otherwise"  # it failed, and fails for something else now
    UNSHOWN = "unshown"  # it showed something, and shows nothing now
    MENDED = "mended"  # it failed, and holds now
    SHOWN = "shown"  # it showed nothing, and holds now
    CHANGED = "changed"  # conformant both times, under another verdict
    NEW = "new"  # the earlier run has no such trial
    GONE = "gone"  # the later run has no such trial


WORSE = frozenset({Change.BROKE, Change.UNSHOWN})


class Difference(NamedTuple):
    """A trial that is not as it was; None where a run has no such trial."""

    key: Key
    change: Change
    before: TrialResult | None
    after: TrialResult | None


class Fact(NamedTuple):
    """Something about the runs themselves that differs."""

    name: str
    before: str
    after: str


class Comparison(NamedTuple):
    """Two runs compared; `differences` by change, then by trial."""

    differences: tuple[Difference, ...]
    facts: tuple[Fact, ...]
    same: int
    mended: tuple[str, ...]  # requirements that no trial breaks any more
    broken: tuple[str, ...]  # requirements that no trial broke before

    @property
    def worse(self) -> bool:
        """Whether something that held does not hold now, or no trial shows it any more."""
        return any(
            each.change in WORSE or (each.change is Change.NEW and _failing(each.after))
            for each in self.differences
        )


def compare(before: Ledger, after: Ledger) -> Comparison:
    """Compare an earlier run with a later one, trial by trial.

    Runs of one column each are compared by case, even where the columns are not the same: what a
    target does on another database, or another target does.
    """
    earlier_results = _as_of(before, after)
    found: list[Difference] = []
    same = 0
    for key in {**earlier_results, **after.results}:
        one, other = earlier_results.get(key), after.results.get(key)
        change = _change(one, other)
        if change is None:
            same += 1
        else:
            found.append(Difference(key, change, one, other))
    rank = {change: place for place, change in enumerate(Change)}
    found.sort(key=lambda each: (rank[each.change], each.key))
    earlier, later = _broken(before), _broken(after)
    cited = {name for result in after.results.values() for name in result.requirements}
    return Comparison(
        tuple(found),
        tuple(_facts(before.header, after.header)),
        same,
        tuple(sorted((earlier - later) & cited)),
        tuple(sorted(later - earlier)),
    )


def _as_of(before: Ledger, after: Ledger) -> dict[Key, TrialResult]:
    """Return the earlier results under the keys of the later run's column, if each has but one."""
    mine, theirs = before.header.columns, after.header.columns
    if not len(mine) == len(theirs) == 1:
        return before.results
    column = theirs[0]
    return {
        Key(key.trial, column.target, column.database): result
        for key, result in before.results.items()
    }


def _change(before: TrialResult | None, after: TrialResult | None) -> Change | None:
    if before is None or after is None:
        return Change.NEW if before is None else Change.GONE
    if (before.verdict, set(before.broken)) == (after.verdict, set(after.broken)):
        return None
    if after.verdict in _SHOW_NOTHING:
        return None if before.verdict in _SHOW_NOTHING else Change.UNSHOWN
    if _failing(after):
        return Change.OTHERWISE if _failing(before) else Change.BROKE
    if _failing(before):
        return Change.MENDED
    return Change.SHOWN if before.verdict in _SHOW_NOTHING else Change.CHANGED


def _failing(result: TrialResult | None) -> bool:
    return result is not None and result.verdict in _FAILING


def _broken(ledger: Ledger) -> set[str]:
    return {
        name
        for result in ledger.results.values()
        if _failing(result)
        for name in result.broken or result.requirements
    }


def _facts(before: Header, after: Header) -> list[Fact]:
    names = ("tool", "contract", "suite_hash", "profile", "filter", "platform", "shard")
    found = [
        Fact(name, _text(getattr(before, name)), _text(getattr(after, name)))
        for name in names
        if getattr(before, name) != getattr(after, name)
    ]
    earlier = {(each.target, each.database): each for each in before.columns}
    later = {(each.target, each.database): each for each in after.columns}
    for column in sorted(earlier.keys() | later.keys()):
        called = f"{column[0]} on {column[1]}"
        if column not in earlier or column not in later:
            there = {True: "there", False: "not there"}
            found.append(Fact(called, there[column in earlier], there[column in later]))
            continue
        found += _column_facts(called, earlier[column], later[column])
    return found


def _column_facts(called: str, before: Column, after: Column) -> list[Fact]:
    return [
        Fact(f"{called}: {name}", _text(getattr(before, name)), _text(getattr(after, name)))
        for name in ("implementation", "backend", "server", "claims", "control", "transport")
        if getattr(before, name) != getattr(after, name)
    ]


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return str(value) if value else "none"


_SHOW_NOTHING = frozenset({Verdict.COULD_NOT_RUN, Verdict.HARNESS_ERROR})
_FAILING = frozenset(
    {
        Verdict.FAIL,
        Verdict.OVERCLAIM,
        Verdict.CRASH,
        Verdict.TIMEOUT,
        Verdict.PROTOCOL_VIOLATION,
    }
)

"""Several runs as one run: shards of a plan, and runs of other columns of the same suite.

What comes out can be judged like a run in one piece, so nothing may be missing, stand there twice,
or be of another suite, tool or target: the hash of the plan that was split proves it.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec

from dbal_conform.core.errors import InputError
from dbal_conform.core.ledger import Column, Header, Ledger, Part
from dbal_conform.core.messages import Json
from dbal_conform.core.plan import parse_shard, plan_hash
from dbal_conform.core.union import side_by_side


class Named(NamedTuple):
    """A run and what its file is called."""

    name: str
    ledger: Ledger

    @property
    def header(self) -> Header:
        """What the run set out to do."""
        return self.ledger.header


def merged(runs: Sequence[tuple[str, Ledger]]) -> Header:
    """Return the header of the run that all of these are together.

    Raises:
        InputError: one is not complete, is of something else than the others, overlaps another, or
            a shard is missing; says which.
    """
    named = [Named(*run) for run in runs]
    for run in named:
        _refuse_unended(run)
    for one, other in pairwise(named):
        _refuse_different(one, other, _SAME_SUITE)
    groups: dict[tuple[tuple[str, str], ...], list[Named]] = {}
    for run in named:
        columns = ((each.target, each.database) for each in run.header.columns)
        groups.setdefault(tuple(sorted(columns)), []).append(run)
    wholes = [_whole(group) for group in groups.values()]
    header = side_by_side([(run.name, run.ledger) for run in wholes]).header
    parts = tuple(part for run in named for part in _parts(run))
    request = {name: value for name, value in header.request.items() if name not in _LOCAL}
    for name in ("targets", "databases"):
        request[name] = _asked(name, named)
    return msgspec.structs.replace(
        header, shard="", whole_hash="", plan_hash=_hash(wholes), request=request, parts=parts
    )


def together(runs: Sequence[tuple[str, Ledger]]) -> Ledger:
    """Return the run that all of these are together, with what each found.

    Raises:
        InputError: as `merged`.
    """
    header = merged(runs)
    evaluated: dict[tuple[str, str], dict[str, tuple[int, int]]] = {}
    for _, ledger in runs:
        for column, counts in ledger.evaluated.items():
            known = evaluated.setdefault(column, {})
            for name, (times, could_not) in counts.items():
                before = known.get(name, (0, 0))
                known[name] = (before[0] + times, before[1] + could_not)
    results = {key: result for _, ledger in runs for key, result in ledger.results.items()}
    footers = [ledger.footer for _, ledger in runs if ledger.footer]
    last = max(footers, key=lambda footer: footer.ended_at)
    return Ledger(header, results, last, evaluated)


def _refuse_unended(run: Named) -> None:
    ended, planned = len(run.ledger.results), run.header.planned
    if run.ledger.footer is None or ended != planned:
        raise InputError(
            f"{run.name}: not complete: {ended:,} of {planned:,} trials; end it with"
            f" `dbal-conform run --resume {run.name}`"
        )


def _refuse_different(one: Named, other: Named, members: Iterable[tuple[str, str]]) -> None:
    for member, called in members:
        mine, theirs = getattr(one.header, member), getattr(other.header, member)
        if mine != theirs:
            raise InputError(
                f"{one.name} and {other.name} are not of one run: {called}"
                f" {_shown(mine)} in the one, {_shown(theirs)} in the other"
            )


def _whole(group: Sequence[Named]) -> Named:
    """Return the runs of the same columns as one: a run in one piece, or all shards of a plan."""
    if len(group) == 1 and not group[0].header.shard:
        return group[0]
    for run in group:
        if not run.header.shard:
            others = next(each.name for each in group if each is not run)
            raise InputError(f"{run.name} has every trial, so those of {others} are in it twice")
    _refuse_holes(group)
    for one, other in pairwise(group):
        _refuse_different(one, other, _SAME_PLAN)
        _refuse_other_columns(one, other)
    results = {key: result for run in group for key, result in run.ledger.results.items()}
    first = group[0].header
    if plan_hash(first.suite_hash, results) != first.whole_hash:
        names = ", ".join(run.name for run in group)
        raise InputError(f"{names}: together they are not the plan that was split: run it anew")
    headers = [run.header for run in group]
    header = msgspec.structs.replace(
        first,
        shard="",
        planned=sum(each.planned for each in headers),
        started_at=min(each.started_at for each in headers),
        platform="; ".join(dict.fromkeys(each.platform for each in headers)),
        cases={name: note for each in headers for name, note in each.cases.items()},
        requirements={name: note for each in headers for name, note in each.requirements.items()},
    )
    footers = [run.ledger.footer for run in group if run.ledger.footer]
    last = max(footers, key=lambda footer: footer.ended_at)
    return Named(", ".join(run.name for run in group), Ledger(header, results, last))


def _refuse_holes(group: Sequence[Named]) -> None:
    shards = [(run.name, parse_shard(run.header.shard)) for run in group]
    seen: dict[int, str] = {}
    parts = shards[0][1].parts
    for name, shard in shards:
        if shard.parts != parts:
            raise InputError(
                f"{group[0].name} is one of {parts} shards, {name} one of {shard.parts}: they are"
                " of different splits"
            )
        if shard.number in seen:
            raise InputError(f"{seen[shard.number]} and {name} are both shard {shard}: give one")
        seen[shard.number] = name
    if lacking := [f"{number}/{parts}" for number in range(1, parts + 1) if number not in seen]:
        raise InputError(
            f"shard {', '.join(lacking)} is missing: without it nothing can be said of the whole"
        )


def _refuse_other_columns(one: Named, other: Named) -> None:
    for mine, theirs in zip(_sorted(one.header), _sorted(other.header), strict=True):
        for member in Column.__struct_fields__:
            if getattr(mine, member) != getattr(theirs, member):
                raise InputError(
                    f"{one.name} and {other.name} are not of one run: {mine.target} on"
                    f" {mine.database} has {member} {_shown(getattr(mine, member))} in the one,"
                    f" {_shown(getattr(theirs, member))} in the other"
                )


def _parts(run: Named) -> Iterable[Part]:
    """Yield what a run is made of; one that was merged earlier is made of its parts."""
    header = run.header
    if header.parts:
        yield from header.parts
        return
    yield Part(
        name=run.name,
        trials=len(run.ledger.results),
        seed=header.seed,
        started_at=header.started_at,
        ended_at=run.ledger.footer.ended_at if run.ledger.footer else "",
        shard=header.shard,
        platform=header.platform,
    )


def _asked(name: str, runs: Iterable[Named]) -> list[Json]:
    """Return what the runs asked for, each once; a run that named nothing took the default."""
    lists = [run.header.request.get(name) for run in runs]
    named = (str(each) for one in lists if isinstance(one, list) for each in one)
    return list(dict.fromkeys(named))


def _hash(wholes: Iterable[Named]) -> str:
    found = list(wholes)
    return plan_hash(
        found[0].header.suite_hash, (key for run in found for key in run.ledger.results)
    )


def _sorted(header: Header) -> list[Column]:
    return sorted(header.columns, key=lambda column: (column.target, column.database))


def _shown(value: object) -> str:
    text = str(value) or "nothing"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


_LONGEST = 60
_LOCAL = frozenset({"shard", "seed", "timeout_s", "retries"})  # what shards may differ in
_SAME_SUITE = (
    ("format", "the run file has format"),
    ("tool", "the tool was"),
    ("contract", "the contract is"),
    ("suite_hash", "the suite is"),
    ("filter", "the filter was"),
    ("slow_left_out", "slow cases left out:"),
)
_SAME_PLAN = (
    ("profile", "the profile was"),
    ("whole_hash", "the plan that was split is"),
    ("deviations", "the baseline was"),
    ("invariants", "the invariants were"),
)

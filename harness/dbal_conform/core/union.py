"""Several runs as one, their columns side by side."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from dbal_conform.core.baseline import Deviation
from dbal_conform.core.errors import InputError
from dbal_conform.core.ledger import Footer, Header, Key, Ledger
from dbal_conform.core.verdict import TrialResult

_Note = TypeVar("_Note")


def side_by_side(runs: Sequence[tuple[str, Ledger]]) -> Ledger:
    """Return one run with the columns of all, in their order; `runs` has each with its name.

    Raises:
        InputError: two of them have the same column, or are of different contracts.
    """
    (name, ledger), *rest = runs
    for other_name, other in rest:
        ledger = _joined(name, ledger, other_name, other)
        name = f"{name}, {other_name}"
    return ledger


def _joined(name: str, one: Ledger, other_name: str, other: Ledger) -> Ledger:
    mine, theirs = one.header, other.header
    if mine.contract != theirs.contract:
        raise InputError(
            f"{name} is about contract {mine.contract}, {other_name} about {theirs.contract}:"
            " what they show cannot stand in one table"
        )
    columns = {(column.target, column.database) for column in mine.columns}
    for column in theirs.columns:
        if (column.target, column.database) in columns:
            raise InputError(
                f"{column.target} on {column.database} is in {name} and in {other_name}: give one"
                " of them, since a column can stand in the table once"
            )
    results: dict[Key, TrialResult] = {**one.results, **other.results}
    return Ledger(
        _header(mine, theirs),
        results,
        _footer(one.footer, other.footer),
        {**one.evaluated, **other.evaluated},
    )


def _header(one: Header, other: Header) -> Header:
    """The one's header, with what the other knows beyond it; what differs is said to."""
    return msgspec.structs.replace(
        one,
        suite_hash=_same(one.suite_hash, other.suite_hash, "several suites"),
        profile=_same(one.profile, other.profile, "mixed"),
        planned=one.planned + other.planned,
        started_at=min(one.started_at, other.started_at),
        platform=_same(one.platform, other.platform, "several machines"),
        # A part that was filtered leaves the whole filtered.
        filter={**one.filter, **other.filter},
        shard=_same(one.shard, other.shard, "several"),
        columns=(*one.columns, *other.columns),
        cases={**other.cases, **one.cases},
        requirements=_sorted_union(one.requirements, other.requirements),
        capabilities=_sorted_union(one.capabilities, other.capabilities),
        invariants=tuple(dict.fromkeys((*one.invariants, *other.invariants))),
        deviations=(*_bound(one), *_bound(other)),
    )


def _bound(header: Header) -> list[Deviation]:
    """The baseline of a run, each entry bound to the columns of that run alone."""
    return [
        msgspec.structs.replace(entry, target=column.target, database=column.database)
        for entry in header.deviations
        for column in header.columns
        if entry.target in ("", column.target) and entry.database in ("", column.database)
    ]


def _footer(one: Footer | None, other: Footer | None) -> Footer | None:
    """The later footer; none where one of the runs did not come to its end."""
    if one is None or other is None:
        return None
    return max(one, other, key=lambda footer: footer.ended_at)


def _same(one: str, other: str, else_: str) -> str:
    return one if one == other else else_


def _sorted_union(one: dict[str, _Note], other: dict[str, _Note]) -> dict[str, _Note]:
    """All notes; the one's keep their order, and what is new stands beside its kind."""
    found = {**other, **one}
    order = {name: place for place, name in enumerate(one)}
    return dict(sorted(found.items(), key=lambda item: order.get(item[0], len(order))))

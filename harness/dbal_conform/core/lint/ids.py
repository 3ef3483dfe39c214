"""Ids are for ever: which exist, and which are retired and never come back."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from dbal_conform.core.lint.problem import Problem, at, written_id
from dbal_conform.core.suite import Suite

LOCK = "ids.lock"


class Lock(NamedTuple):
    """`ids` and `retired` hold ids as written, without rows; `retired` says why."""

    ids: frozenset[str] = frozenset()
    retired: Mapping[str, str] = {}


def duplicates(suites: Iterable[Suite]) -> Iterator[Problem]:
    """Yield ids that two cases have."""
    seen: dict[str, str] = {}
    for suite in suites:
        for case in suite.cases:
            name = written_id(case)
            here = f"{case.source}:{case.line}"
            if seen.setdefault(name, here) != here:
                yield at(
                    case, 0, "duplicate-id", f"this id is also at {seen[name]}: choose another"
                )


def against(suites: Iterable[Suite], lock: Lock) -> Iterator[Problem]:
    """Yield ids that are new, came back, or are gone."""
    seen: set[str] = set()
    for suite in suites:
        for case in suite.cases:
            name = written_id(case)
            if name in seen:
                continue
            seen.add(name)
            if name in lock.retired:
                yield at(
                    case,
                    0,
                    "reused-id",
                    f"this id was retired ({lock.retired[name]}): choose another",
                )
            elif name not in lock.ids:
                yield at(
                    case,
                    0,
                    "unlocked-id",
                    f"new: run `dbal-conform lint --write-ids` to enter "
                    f"it into {LOCK}; if it was renamed, give it its old id back",
                )
    for name in sorted(lock.ids - seen):
        yield Problem(
            f"{LOCK}:1",
            "lost-id",
            f"{name} is gone: bring it back, or retire it in {LOCK} with a reason",
        )


def renew(lock: Lock, suites: Iterable[Suite]) -> Lock:
    """Return the lock with every new id entered; none is taken out, retired ones stay so."""
    found = {written_id(case) for suite in suites for case in suite.cases}
    return Lock(lock.ids | (found - lock.retired.keys()), lock.retired)

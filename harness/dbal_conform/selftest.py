"""The composition root of `selftest`: the cases against mistakes that are known."""

import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from dbal_conform.core.contract import Contract
from dbal_conform.core.database import database_of
from dbal_conform.core.errors import InputError
from dbal_conform.core.kills import KillMatrix, Mutant, Tally
from dbal_conform.core.manifest import Manifest
from dbal_conform.core.pack import Pack
from dbal_conform.core.plan import Plan, Trial
from dbal_conform.core.request import RunRequest
from dbal_conform.core.selection import Site, settle
from dbal_conform.core.verdict import TrialResult
from dbal_conform.corpus.selftest_file import Selftest, load_selftest, read_catalog
from dbal_conform.environments import offers_of
from dbal_conform.environments.base import Base
from dbal_conform.executors.job import Job, Ware
from dbal_conform.executors.pool import Pool
from dbal_conform.preparation import Preparation, prepare
from dbal_conform.transports.in_process import resolve
from dbal_conform.version import TOOL

TIMEOUT_S = 5.0  # for a trial: a mutant that hangs is found all the same
LINES = 2  # open at once in a worker: the one of the moment, and the one before
WIDTH = 2  # targets for each worker: while one is waited for, there is another
FIRST, MOST = 4, 64  # trials that are ordered of a target at once


class Wish(NamedTuple):
    """What to test: mutants by globs; `whole` asks every case of each.

    Without globs it is all mutants, and the targets that are right.
    """

    mutants: tuple[str, ...] = ()
    whole: bool = False
    file: Path | None = None
    workers: int = 1


class Watch(NamedTuple):
    """Who looks on: told how many mutants and targets there are, and of each result.

    With a result comes whether its target is done with.
    """

    began: Callable[[int, int], None]
    ended: Callable[[TrialResult, bool], None]


class _Column(NamedTuple):
    manifest: Manifest
    folder: Path
    site: Site
    mutant: Mutant | None


def selftest(wish: Wish, watch: Watch) -> KillMatrix:
    """Ask the cases of every mutant, and of every target that is right, unless some are named.

    A mutant is asked those cases that name a requirement which it breaks, or all of them.

    Raises:
        InputError: there is no such mutant, or the file or its catalog is not of the form.
        ConformError: as for a run.
    """
    began = monotonic()
    selftest_, folder = load_selftest(wish.file)
    mutants = _chosen(wish.mutants, selftest_)
    prepared = prepare(RunRequest(targets=selftest_.correct))
    _refuse_unknown(mutants, prepared.contract)
    correct = () if wish.mutants else _correct(prepared)
    columns = [*correct, *(_column(selftest_, folder, each) for each in mutants)]
    cases = prepared.plan.cases
    plan = Plan(cases, tuple(column.site for column in columns), (), "")
    tally = Tally(mutants)
    watch.began(len(mutants), len(columns))
    with _job(prepared, columns, plan) as job, closing(Pool(job, wish.workers)) as pool:
        courses = (_Course(place, each, cases, wish) for place, each in enumerate(columns))
        for result, left in _played(pool, courses, tally, wish):
            watch.ended(result, left)
    return KillMatrix(
        tool=TOOL,
        suite_hash=prepared.suite_hash,
        whole=wish.whole,
        trials=tally.trials,
        fates=tally.fates(),
        wrong=tally.wrong(),
        idle=tally.idle(case.id for case in cases) if wish.whole else (),
        took_s=round(monotonic() - began, 1),
    )


def _chosen(globs: tuple[str, ...], selftest_: Selftest) -> tuple[Mutant, ...]:
    catalog: Callable[[], str] = resolve(selftest_.catalog)
    mutants = read_catalog(catalog(), selftest_.catalog)
    if not globs:
        return mutants
    for glob in globs:
        if not any(fnmatchcase(each.mutant, glob) for each in mutants):
            raise InputError(f"no mutant {glob!r}: `dbal-conform selftest --list` shows them")
    return tuple(m for m in mutants if any(fnmatchcase(m.mutant, glob) for glob in globs))


def _refuse_unknown(mutants: tuple[Mutant, ...], contract: Contract) -> None:
    for mutant in mutants:
        for name in mutant.breaks:
            if name not in contract.requirements:
                raise InputError(
                    f"mutant {mutant.mutant}: breaks {name!r}, which is no requirement"
                )


def _correct(prepared: Preparation) -> Iterator[_Column]:
    for site, target in zip(prepared.plan.sites, prepared.targets, strict=True):
        yield _Column(target.manifest, target.folder, site, None)


def _column(selftest_: Selftest, folder: Path, mutant: Mutant) -> _Column:
    manifest = selftest_.manifest(mutant)
    database = database_of(mutant.database)
    site = Site(
        target=manifest.target,
        database=database.shown,
        kind=database.kind,
        transport=manifest.transport,
        control=manifest.control,
        profile="full",
        offers=offers_of(database),
    )
    return _Column(manifest, folder, site, mutant)


class _Course:
    """What one target is asked, a few trials at a time: a mutant that is killed needs no more."""

    def __init__(self, place: int, column: _Column, cases: Pack, wish: Wish) -> None:
        self.key = (column.site.target, column.site.database)
        self._trials = iter(_trials(place, column, cases, whole=wish.whole))
        self._most = FIRST
        self._asked = 0

    def order(self) -> list[Trial]:
        """Return the next trials to play; more each time, since it seems to be hard to kill."""
        trials = list(islice(self._trials, self._most))
        self._most = min(2 * self._most, MOST)
        self._asked = len(trials)
        return trials

    def came(self) -> bool:
        """Count a result; whether all that was ordered has come."""
        self._asked -= 1
        return not self._asked


def _played(
    pool: Pool, courses: Iterator[_Course], tally: Tally, wish: Wish
) -> Iterator[tuple[TrialResult, bool]]:
    """Yield each result, and whether its target is done with."""
    open_: dict[tuple[str, str], _Course] = {}

    def begin() -> None:
        for course in courses:
            if trials := course.order():
                open_[course.key] = course
                pool.submit(trials)
                return

    for _ in range(WIDTH * wish.workers):
        begin()
    decided: set[tuple[str, str]] = set()
    for result in pool.results():
        key = (result.target, result.database)
        if tally.take(result) and not wish.whole:
            decided.add(key)
        done = open_[key].came()
        if done:
            trials = [] if key in decided else open_[key].order()
            pool.submit(trials)
            done = not trials
        if done:
            del open_[key]
            begin()
        yield result, done


def _trials(place: int, column: _Column, cases: Pack, *, whole: bool) -> Iterator[Trial]:
    """Yield what a target is to be asked: of a mutant, what it breaks or is about first."""
    mutant, site = column.mutant, column.site
    breaks = frozenset(mutant.breaks) if mutant and not whole else frozenset()
    wanted = [
        at
        for at, case in enumerate(cases)
        if not (breaks and breaks.isdisjoint(case.covers)) and settle(case, site) is None
    ]
    near = tuple(f'"{word}'.encode() for word in mutant.near) if mutant else ()
    if near:  # those first in which most of the words stand, as their packed text has it
        wanted.sort(key=lambda at: -sum(word in cases.packed[at] for word in near))
    return (Trial(at, place) for at in wanted)


@contextmanager
def _job(prepared: Preparation, columns: list[_Column], plan: Plan) -> Iterator[Job]:
    with tempfile.TemporaryDirectory(prefix="dbal-conform-", ignore_cleanup_errors=True) as scratch:
        yield Job(
            contract=prepared.contract,
            plan=plan,
            wares=tuple(
                # Embedded databases alone: nothing is to be started for them.
                Ware(each.manifest, each.folder, Base(database_of(each.site.database)))
                for each in columns
            ),
            bootstrap_token=secrets.token_urlsafe(32),
            schema_folder=prepared.schema_folder,
            scratch=Path(scratch),
            timeout_s=TIMEOUT_S,
            most_lines=LINES,
            apart=True,
        )


def listed(wish: Wish) -> tuple[Mutant, ...]:
    """Return the mutants that a wish names, without running anything.

    Raises:
        InputError: there is no such mutant, or the file or its catalog is not of the form.
    """
    selftest_, _ = load_selftest(wish.file)
    return _chosen(wish.mutants, selftest_)

"""The composition root of `selftest`: the cases against mistakes that are known."""

import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from fnmatch import fnmatchcase
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
LINES = 2  # open at once in a worker: one that is right, and the mutant of the moment


class Wish(NamedTuple):
    """What to test: mutants by globs; `whole` asks every case of each.

    Without globs it is all mutants, and the targets that are right.
    """

    mutants: tuple[str, ...] = ()
    whole: bool = False
    file: Path | None = None
    workers: int = 1


class Watch(NamedTuple):
    """Who looks on: told how many trials are planned, and each result as it comes."""

    began: Callable[[int, int], None]
    ended: Callable[[TrialResult], None]


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
    sites = tuple(column.site for column in columns)
    trials = tuple(_trials(cases, columns, whole=wish.whole))
    tally = Tally(mutants)
    with _job(prepared, columns, Plan(cases, sites, trials, "")) as job:
        watch.began(len(mutants), len(trials))
        with closing(Pool(job, wish.workers)) as pool:
            pool.submit(trials)
            for result in pool.results():
                tally.take(result)
                watch.ended(result)
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


def _trials(cases: Pack, columns: list[_Column], *, whole: bool) -> Iterator[Trial]:
    """Yield what is to be asked, a column after the other: few targets are then open at once."""
    known = [(place, case, frozenset(case.covers)) for place, case in enumerate(cases)]
    for column, (_, _, site, mutant) in enumerate(columns):
        breaks = frozenset(mutant.breaks) if mutant and not whole else None
        for place, case, covers in known:
            if (breaks is None or not covers.isdisjoint(breaks)) and settle(case, site) is None:
                yield Trial(place, column)


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
        )


def listed(wish: Wish) -> tuple[Mutant, ...]:
    """Return the mutants that a wish names, without running anything.

    Raises:
        InputError: there is no such mutant, or the file or its catalog is not of the form.
    """
    selftest_, _ = load_selftest(wish.file)
    return _chosen(wish.mutants, selftest_)

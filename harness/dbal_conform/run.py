"""The composition root: a prepared run to its end, record by record."""

import os
import platform
import re
import signal
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, Protocol

from dbal_conform import environments
from dbal_conform.core.baseline import GATING, judge
from dbal_conform.core.database import Database
from dbal_conform.core.errors import HarnessError, InputError
from dbal_conform.core.ledger import Column, Fold, Footer, Header, Ledger
from dbal_conform.core.plan import Trial, shuffled
from dbal_conform.core.selection import settle
from dbal_conform.core.verdict import TrialResult, Verdict
from dbal_conform.corpus.target import Target
from dbal_conform.environments.base import Base
from dbal_conform.environments.servers import Servers
from dbal_conform.executors import Executor
from dbal_conform.executors.job import Introduction, Job, Ware
from dbal_conform.executors.local import Local
from dbal_conform.executors.pool import Pool
from dbal_conform.executors.worker import unplayed
from dbal_conform.preparation import Preparation
from dbal_conform.runfile import Contents, RunFile, create, reopen
from dbal_conform.version import TOOL


class Watch(Protocol):
    """Who looks on while a run goes on."""

    def told(self, text: str) -> None:
        """What takes a while before the first trial, such as the start of a server."""

    def began(self, header: Header, done: int) -> None:
        """The header is written; `done` trials were run earlier."""

    def ended(self, result: TrialResult) -> None:
        """One trial has ended and stands in the file."""
        ...


class Means(NamedTuple):
    """How a run is carried out, which changes nothing of what it finds.

    `workers` 0 is this very process.
    """

    workers: int
    bootstrap_token: str
    fail_fast: bool = False


def run(preparation: Preparation, means: Means, file: Path, watch: Watch) -> Ledger:
    """Run everything that is planned into a new file.

    Raises:
        ConformError: as its class says; what was run until then stands in the file.
    """
    plan = preparation.plan
    if not plan.trials and plan.whole_hash in ("", plan.hash):  # a shard of something may be empty
        raise HarnessError(
            "the run is invalid: nothing matches, so nothing was run; `dbal-conform list` takes the"
            " same filters, and --slow adds the cases that wait in real time"
        )
    with closing(create(file)) as out:
        try:
            return _carry_out(_Course(preparation, means, out, watch), None)
        finally:
            out.discard()


def resume(
    preparation: Preparation, means: Means, file: Path, contents: Contents, watch: Watch
) -> Ledger:
    """Run what a file lacks of its plan, and complete it.

    Raises:
        InputError: the suite, the plan or the target is no longer what it was.
        ConformError: as for `run`.
    """
    header = contents.header
    if preparation.suite_hash != header.suite_hash:
        raise InputError(f"{file}: the vectors or the contract have changed since: run it anew")
    if preparation.plan.hash != header.plan_hash:
        raise InputError(f"{file}: the targets or their databases have changed since: run it anew")
    if contents.footer is not None:
        return contents.ledger()
    with closing(reopen(file, contents)) as out:
        return _carry_out(_Course(preparation, means, out, watch), contents)


class _Course(NamedTuple):
    preparation: Preparation
    means: Means
    out: RunFile
    watch: Watch


def _carry_out(course: _Course, before: Contents | None) -> Ledger:
    preparation = course.preparation
    fold = before.fold if before else Fold()
    with _executor(preparation, course.means, course.watch) as (executor, job):
        said = executor.introduce()
        header = _header(preparation, job, said)
        if before is None:
            course.out.append(header)
        elif header.columns != before.header.columns:
            failed = next((f" ({each.reason})" for each in said if each.failed), "")
            raise InputError(
                f"{course.out.path}: the target is no longer what it was{failed}: run it anew"
            )
        else:
            header = before.header
        course.watch.began(header, len(fold))
        complete = True
        for result in _results(executor, job, said, preparation, fold):
            course.out.append(result)
            course.watch.ended(result)
            fold.add(result)
            if course.means.fail_fast and _gates(result, header):
                complete = False
                break
    if not complete:
        return fold.ledger(header)
    ended_at = _now()
    ledger = fold.ledger(header, Footer({}, "", ended_at))  # as if ended: its result goes into it
    footer = Footer(ledger.counts, ledger.result.value, ended_at)
    course.out.append(footer)
    return fold.ledger(header, footer)


def _results(
    executor: Executor,
    job: Job,
    said: tuple[Introduction, ...],
    preparation: Preparation,
    fold: Fold,
) -> Iterator[TrialResult]:
    """Yield the result of each trial that `fold` lacks; first of those that need no playing."""
    plan = preparation.plan
    pending: list[Trial] = []
    for trial in shuffled(plan.trials, preparation.seed):
        if plan.key(trial) in fold:
            continue
        failed = said[trial.site].failed
        settled = settle(plan.cases[trial.case], plan.sites[trial.site])
        if settled is not None:
            yield unplayed(job, trial, settled.verdict, settled.reason)
        elif failed is not None:
            yield unplayed(job, trial, failed, said[trial.site].reason)
        else:
            pending.append(trial)
    executor.submit(pending)
    yield from executor.results()


@contextmanager
def _executor(
    preparation: Preparation, means: Means, watch: Watch
) -> Iterator[tuple[Executor, Job]]:
    scratch = tempfile.TemporaryDirectory(prefix="dbal-conform-", ignore_cleanup_errors=True)
    servers = Servers(watch.told)
    executor: Executor | None = None
    try:
        bases, mortal = servers.stand(preparation.databases, _mortal(preparation))
        job = _job(preparation, means, Path(scratch.name), bases, mortal)
        executor = Pool(job, _hands(job, means)) if means.workers else Local(job)
        yield executor, job
    finally:
        with _undisturbed():
            if executor is not None:
                executor.close()
            servers.close()
            for site in preparation.plan.sites:
                environments.remove(site.database, Path(scratch.name))
            scratch.cleanup()


def _mortal(preparation: Preparation) -> set[Database]:
    """Return the databases of which some trial asks to be harmed."""
    plan = preparation.plan
    killing = {place for place, case in enumerate(plan.cases) if "faults.database" in case.needs}
    sites = {trial.site for trial in plan.trials if trial.case in killing}
    return {preparation.databases[site] for site in sites}


def _hands(job: Job, means: Means) -> int:
    """Return how many workers there may be: who resets a target must have it for himself."""
    return 1 if any(ware.manifest.is_shared for ware in job.wares) else means.workers


def _token(target: Target) -> str:
    """Return the token of a target that runs already, empty for one that gets the run's.

    Raises:
        InputError: the variable that the manifest names is not set.
    """
    written = target.manifest.connect.token
    if written is None:
        return ""
    token = os.environ.get(written.env, "")
    if not token:
        raise InputError(f"{target.name}: set {written.env} to the bootstrap token of the target")
    return token


def _job(
    preparation: Preparation,
    means: Means,
    scratch: Path,
    bases: Mapping[Database, Base],
    mortal: Mapping[Database, Base],
) -> Job:
    return Job(
        contract=preparation.contract,
        plan=preparation.plan,
        wares=tuple(
            Ware(
                target.manifest,
                target.folder,
                bases[database],
                mortal.get(database),
                token=_token(target),
            )
            for target, database in zip(preparation.targets, preparation.databases, strict=True)
        ),
        bootstrap_token=means.bootstrap_token,
        schema_folder=preparation.schema_folder,
        scratch=scratch,
        timeout_s=preparation.request.timeout_s,
        retries=preparation.request.retries,
    )


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let the tidying up come to its end, which takes seconds, though Ctrl-C is pressed again."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, signal.SIG_IGN) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _header(preparation: Preparation, job: Job, said: tuple[Introduction, ...]) -> Header:
    columns = [
        Column(
            target=site.target,
            database=site.database,
            kind=site.kind,
            transport=site.transport,
            control=site.control,
            implementation=each.implementation,
            backend=each.backend,
            claims=each.claims,
            server=ware.base.server,
        )
        for site, ware, each in zip(preparation.plan.sites, job.wares, said, strict=True)
    ]
    return preparation.header(
        tool=TOOL,
        platform=f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        started_at=_now(),
        columns=columns,
    )


def _gates(result: TrialResult, header: Header) -> bool:
    if result.verdict is Verdict.HARNESS_ERROR:
        return True
    known = [entry for entry in header.deviations if entry.is_about(result)]
    return judge(result, known, header.started_at[:10]) in GATING


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def workers_for(wanted: str, trials: int) -> int:
    """Return how many worker processes to use; `auto` is one for each core that we may use.

    Raises:
        InputError: `wanted` is neither `auto` nor a number.
    """
    if wanted == "auto":
        usable = getattr(os, "sched_getaffinity", None)
        cores = len(usable(0)) if usable else os.cpu_count() or 1
        # A worker takes about as long to open its target as ten trials take to run.
        return max(1, min(cores, trials // 10))
    if not re.fullmatch("[0-9]{1,3}", wanted):
        raise InputError(f"-n {wanted!r}: write a number of processes, 0 for none, or auto")
    return int(wanted)

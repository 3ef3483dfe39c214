"""Trials in several processes: what a target does to its process costs one trial its verdict.

Forking hands over the corpus and every import as they are; spawning starts a new interpreter and
reads a pickle. So workers are forked where that is safe: on Linux, while there is one thread.
"""

import multiprocessing
import sys
import threading
from collections.abc import Iterator, Sequence
from multiprocessing.connection import wait

from dbal_conform.core.errors import HarnessError, InputError
from dbal_conform.core.plan import Trial
from dbal_conform.core.verdict import TrialResult, Verdict
from dbal_conform.executors.job import Introduction, Job
from dbal_conform.executors.process import GRACE_S, WorkerProcess
from dbal_conform.executors.queue import BATCH, Queue
from dbal_conform.executors.worker import OPENING_S, unplayed

MOST_IDLE_DEATHS = 10
LOOK_S = 1.0  # how often to look for one that hangs


class Pool:
    """See `Executor`. A worker that dies or hangs is replaced, and its other trials go on."""

    def __init__(self, job: Job, count: int, *, method: str | None = None) -> None:
        self._job = job
        self._context = multiprocessing.get_context(method or _method())
        self._waiting = Queue(job)
        self._hired = 0
        self._idle_deaths = 0
        self._workers: list[WorkerProcess] = []
        for _ in range(count):
            self._hire()

    def introduce(self) -> tuple[Introduction, ...]:
        """Have every worker open its lines, and return what the first tells of each site."""
        return tuple(self._introduction(site) for site in range(len(self._job.plan.sites)))

    def submit(self, batch: Sequence[Trial]) -> None:
        """Queue trials."""
        self._waiting.extend(batch)

    def results(self) -> Iterator[TrialResult]:
        """Yield results as workers end trials; orders go out while the caller takes them."""
        while len(self._waiting) or any(worker.trials for worker in self._workers):
            for worker in self._workers:
                self._stock(worker)
            heard = wait([worker.pipe for worker in self._workers], timeout=LOOK_S)
            for worker in [each for each in self._workers if each.pipe in heard]:
                result = self._heard(worker)
                if result is not None:
                    yield result
            for worker in [each for each in self._workers if each.overdue]:
                worker.end(kill=True)
                yield self._lost(worker, Verdict.TIMEOUT, "it hung, and its process was ended")

    def close(self) -> None:
        """End every worker and forget what is queued."""
        self._waiting.clear()
        for worker in self._workers:
            worker.order(None)
        for worker in self._workers:
            worker.end()
        self._workers.clear()

    def _introduction(self, site: int) -> Introduction:
        for worker in self._workers:
            worker.order(site)
        first = self._workers[0]
        failed, reason = Verdict.TIMEOUT, f"it could not be opened in {OPENING_S:.0f} s"
        try:
            while first.pipe.poll(2 * OPENING_S + GRACE_S):
                word = first.hear()
                if isinstance(word, InputError):
                    raise word
                if isinstance(word, Introduction):
                    return word
        except EOFError:
            failed, reason = Verdict.CRASH, f"opening it ended its process: {first.buried()}"
        else:
            first.end(kill=True)
        self._workers.remove(first)
        self._hire()
        return Introduction(failed=failed, reason=reason)

    def _hire(self) -> None:
        self._hired += 1
        worker = WorkerProcess(self._context, self._job, str(self._hired), self._workers)
        self._workers.append(worker)

    def _stock(self, worker: WorkerProcess) -> None:
        if len(worker.trials) <= BATCH // 2:
            busy = [trial for each in self._workers for trial in each.trials]
            batch = self._waiting.batch(len(self._workers), busy, idle=not worker.trials)
            if batch:
                worker.order(batch)

    def _heard(self, worker: WorkerProcess) -> TrialResult | None:
        try:
            word = worker.hear()
        except EOFError:
            how = worker.buried()
            if worker.trials:
                return self._lost(worker, Verdict.CRASH, f"it ended its process: {how}")
            self._replace_idle(worker, how)
            return None
        return word if isinstance(word, TrialResult) else None

    def _lost(self, worker: WorkerProcess, verdict: Verdict, reason: str) -> TrialResult:
        """Judge the trial that a worker was lost with, and give its others to a new one."""
        culprit = worker.trials.popleft()
        self._waiting.put_back(worker.trials)
        self._workers.remove(worker)
        self._hire()
        return unplayed(self._job, culprit, verdict, reason)

    def _replace_idle(self, worker: WorkerProcess, how: str) -> None:
        self._workers.remove(worker)
        self._idle_deaths += 1
        if self._idle_deaths > MOST_IDLE_DEATHS:
            raise HarnessError(f"worker processes end before they are given anything: {how}")
        self._hire()


def _method() -> str:
    safe = sys.platform == "linux" and threading.active_count() == 1
    return "fork" if safe else "spawn"

"""Trials one after another in this very process: for debuggers, and where processes are dear."""

from collections import deque
from collections.abc import Iterator, Sequence

from dbal_conform.core.plan import Trial
from dbal_conform.core.verdict import TrialResult
from dbal_conform.executors.job import Introduction, Job
from dbal_conform.executors.worker import Worker


class Local:
    """See `Executor`. A target that ends its process ends the run too: the pool survives that."""

    def __init__(self, job: Job) -> None:
        self._sites = len(job.plan.sites)
        self._worker = Worker(job, "0")
        self._waiting: deque[Trial] = deque()

    def introduce(self) -> tuple[Introduction, ...]:
        """Open a line to each site; see `Executor.introduce`."""
        return tuple(self._worker.introduce(site) for site in range(self._sites))

    def submit(self, batch: Sequence[Trial]) -> None:
        """Queue trials."""
        self._waiting.extend(batch)

    def results(self) -> Iterator[TrialResult]:
        """Run what is queued, a trial each time that a result is asked for."""
        while self._waiting:
            yield self._worker.run(self._waiting.popleft())

    def close(self) -> None:
        """Close the lines and forget what is queued."""
        self._waiting.clear()
        self._worker.close()

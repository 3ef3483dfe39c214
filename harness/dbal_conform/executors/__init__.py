"""Ways to run trials: one after another in this process, or many at once in a pool of workers.

The seam is small, so that a cluster can be put behind it: batches in, results out as they end.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from dbal_conform.core.plan import Trial
from dbal_conform.core.verdict import TrialResult
from dbal_conform.executors.job import Introduction


class Executor(Protocol):
    """Runs the trials of one job."""

    def introduce(self) -> tuple[Introduction, ...]:
        """Return what each site of the plan says of itself, in their order.

        Raises:
            InputError: a manifest names something that is not there.
        """
        ...

    def submit(self, batch: Sequence[Trial]) -> None:
        """Queue trials; they run in this order, as far as several workers can keep one."""
        ...

    def results(self) -> Iterator[TrialResult]:
        """Yield the result of every queued trial once, as it ends.

        Whatever becomes of a worker, each trial gets a verdict and the others go on.
        """
        ...

    def close(self) -> None:
        """Stop what was started and drop what was not; may be called twice."""
        ...

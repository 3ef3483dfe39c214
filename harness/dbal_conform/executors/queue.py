"""Trials that wait for a worker: most for any, some for one that has a server to itself."""

from collections import deque
from collections.abc import Iterable

from dbal_conform.core.plan import Trial
from dbal_conform.executors.job import Job

BATCH = 8  # trials sent at once: a worker must not wait for orders, nor hoard at the end


class Queue:
    """What `Job.lane` names is never in the hands of two workers at once."""

    def __init__(self, job: Job) -> None:
        self._lane_of = job.lane
        self._free: deque[Trial] = deque()
        self._lanes: dict[str, deque[Trial]] = {}

    def extend(self, trials: Iterable[Trial]) -> None:
        """Add trials at the end."""
        for trial in trials:
            self._line(trial).append(trial)

    def put_back(self, trials: Iterable[Trial]) -> None:
        """Add trials, given out before and not played, at the beginning."""
        for trial in reversed(tuple(trials)):
            self._line(trial).appendleft(trial)

    def clear(self) -> None:
        """Forget all."""
        self._free.clear()
        self._lanes.clear()

    def batch(self, workers: int, busy: Iterable[Trial], *, idle: bool) -> tuple[Trial, ...]:
        """Take what one of so many workers is to do next; `busy` is what they have all been given.

        A worker that is `idle` is offered trials first that have to be played one after another:
        they wait more than they work, and should not be left for the end.
        """
        if idle and any(self._lanes.values()):
            taken = {self._lane_of(trial) for trial in busy}
            for lane, line in self._lanes.items():
                if line and lane not in taken:
                    return _from(line, BATCH)
        share = max(1, len(self._free) // (2 * workers))
        return _from(self._free, min(BATCH, share))

    def __len__(self) -> int:
        return len(self._free) + sum(map(len, self._lanes.values()))

    def _line(self, trial: Trial) -> deque[Trial]:
        lane = self._lane_of(trial)
        return self._lanes.setdefault(lane, deque()) if lane else self._free


def _from(line: deque[Trial], count: int) -> tuple[Trial, ...]:
    return tuple(line.popleft() for _ in range(min(count, len(line))))

"""Subjects by turns in one process, and what the figures are worth."""

import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

_RESAMPLES: Final = 1000
_SEED: Final = 1
_COVERED: Final = 0.95

Work = Callable[[], object]


class Times(NamedTuple):
    """Seconds of one subject, round by round: on the clock, and of this thread's CPU."""

    wall: list[float]
    cpu: list[float]

    @property
    def median_us(self) -> float:
        """On the clock."""
        return statistics.median(self.wall) * 1e6

    @property
    def cpu_us(self) -> float:
        """Of this process alone."""
        return statistics.median(self.cpu) * 1e6


class Ratio(NamedTuple):
    """Of two medians, with a bootstrapped interval that covers 95 %."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.2f} ({self.low:.2f} to {self.high:.2f})"


def by_turns(works: Mapping[str, Work], rounds: int, warm_up: int) -> dict[str, Times]:
    """Time each once a round, each round in another order."""
    order = list(works)
    shuffled = random.Random(_SEED)  # noqa: S311 -- not a secret
    times = {name: Times([], []) for name in order}
    for number in range(-warm_up, rounds):
        shuffled.shuffle(order)
        for name in order:
            work = works[name]
            cpu, began = time.thread_time(), time.perf_counter()
            work()
            ended, used = time.perf_counter(), time.thread_time()
            if number >= 0:
                times[name].wall.append(ended - began)
                times[name].cpu.append(used - cpu)
    return times


def ratio(above: Sequence[float], below: Sequence[float]) -> Ratio:
    """Medians of pairs: rounds are drawn again, with what both took in them."""
    drawn = random.Random(_SEED)  # noqa: S311 -- not a secret
    pairs = list(zip(above, below, strict=True))
    found = sorted(_of_medians(drawn.choices(pairs, k=len(pairs))) for _ in range(_RESAMPLES))
    margin = (1 - _COVERED) / 2
    return Ratio(
        _of_medians(pairs),
        found[round(margin * _RESAMPLES)],
        found[round((1 - margin) * _RESAMPLES) - 1],
    )


def _of_medians(pairs: Sequence[tuple[float, float]]) -> float:
    return statistics.median(a for a, _ in pairs) / statistics.median(b for _, b in pairs)

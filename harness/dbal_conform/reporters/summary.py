"""A run in a few lines: its result, and how many trials of each verdict in each column."""

from collections import Counter
from typing import NamedTuple

from dbal_conform.core.ledger import Column, Header, Ledger, RunResult
from dbal_conform.core.verdict import Verdict
from dbal_conform.reporters.findings import RANK
from dbal_conform.reporters.plain import one_line


class Tally(NamedTuple):
    """The counts of one column."""

    column: Column
    counts: dict[Verdict, int]

    @property
    def total(self) -> int:
        """All trials of the column."""
        return sum(self.counts.values())


class Summary(NamedTuple):
    """The counts of a run; `why` says in words what made the result what it is."""

    result: RunResult
    why: str
    counts: dict[Verdict, int]
    tallies: tuple[Tally, ...]
    trials: int
    flaky: int
    took_ms: float
    absent: dict[str, int]  # reason -> trials that could not run


def scope(header: Header) -> str:
    """Return in words what a run set out to show."""
    words = [f"profile {header.profile}"]
    words += [f"{name} {value}" for name, value in header.filter.items()]
    if header.slow_left_out:
        words.append(f"without {header.slow_left_out} slow (--slow)")
    words += [f"shard {header.shard}"] if header.shard else []
    return ", ".join(words)


def summary(ledger: Ledger) -> Summary:
    """Return the counts of a run; verdicts in order of concern."""
    results = ledger.results.values()
    counts = _ordered(Counter(one.verdict for one in results))
    tallies = tuple(
        Tally(
            column,
            _ordered(
                Counter(
                    one.verdict
                    for one in results
                    if (one.target, one.database) == (column.target, column.database)
                ),
            ),
        )
        for column in ledger.header.columns
    )
    absent = Counter(
        one_line(one.reason) or "no reason given"
        for one in results
        if one.verdict is Verdict.COULD_NOT_RUN
    )
    return Summary(
        ledger.result,
        _why(ledger),
        counts,
        tallies,
        len(ledger.results),
        sum(one.flaky for one in results),
        sum(one.took_ms for one in results),
        dict(sorted(absent.items(), key=lambda item: (-item[1], item[0]))),
    )


def _why(ledger: Ledger) -> str:
    """Return in words what made the result what it is."""
    reasons = [one_line(problem.text) for problem in ledger.problems]
    if reasons:
        return f"{'; '.join(reasons)}."
    return f"{len(ledger.results):,} trials, and no MUST of the contract was broken."


def _ordered(counts: Counter[Verdict]) -> dict[Verdict, int]:
    return {verdict: counts[verdict] for verdict in RANK if counts[verdict]}

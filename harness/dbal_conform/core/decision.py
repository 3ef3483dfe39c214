"""What a gate makes of runs and the baseline: open or shut, and because of what."""

from typing import NamedTuple

from dbal_conform.core.baseline import Judgement
from dbal_conform.core.ledger import EXIT_STATUS, Key, Ledger, RunResult
from dbal_conform.core.standing import Placed, Standing
from dbal_conform.core.verdict import Verdict

# In the order in which they are told.
TOLD = (Standing.STALE, Standing.EXPIRED, Standing.WRONG, Standing.UNMATCHED)


class Decision(NamedTuple):
    """Runs, judged; `entries` has every entry of the baseline, weighed, with its place."""

    ledger: Ledger
    entries: tuple[Placed, ...] = ()

    @property
    def new(self) -> tuple[Key, ...]:
        """The trials that failed and of which no entry says anything, or that we broke."""
        return tuple(
            key
            for key, judgement in self.ledger.judgements.items()
            if judgement is Judgement.UNEXPECTED
            or self.ledger.results[key].verdict is Verdict.HARNESS_ERROR
        )

    @property
    def red(self) -> tuple[Placed, ...]:
        """The entries that shut the gate, in the order in which they are told."""
        return tuple(
            one for standing in TOLD for one in self.entries if one.review.standing is standing
        )

    @property
    def result(self) -> RunResult:
        """What the runs show; an entry that no trial bears on can still make them red."""
        found = self.ledger.result
        if self.red and EXIT_STATUS[found] in (0, 3):
            return RunResult.NONCONFORMANT
        return found

    @property
    def exit_status(self) -> int:
        """4 before 1 before 3 before 0, as for a run."""
        return EXIT_STATUS[self.result]

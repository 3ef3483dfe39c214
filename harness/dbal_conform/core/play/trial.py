"""The playing of one case, from its first action to its result."""

from collections.abc import Collection

from dbal_conform.core.contract import Contract
from dbal_conform.core.play.actions import Action, Answer
from dbal_conform.core.suite import Case
from dbal_conform.core.verdict import TrialResult


class TrialPlay:
    """The playing of one case; used once, by one thread.

    `claims` are the capabilities that the target states. `offers` are the `needs` that environment
    and transport meet (`connections`, `faults.database`, `server-database`, `transport.json`, ...);
    what the control offers (`clock`, `audit`, `digest`, `faults.target`) follows from `control`.
    """

    def __init__(  # noqa: PLR0913 -- all that a trial is made of, by name
        self,
        case: Case,
        contract: Contract,
        *,
        bootstrap_token: str,
        claims: Collection[str] = (),
        offers: Collection[str] = (),
        control: str = "conformance",
        target: str = "",
        database: str = "",
        attempt: int = 1,
    ) -> None:
        raise NotImplementedError

    def next_action(self) -> Action | None:
        """Return what to do now, or None once the result is known."""
        raise NotImplementedError

    def receive(self, answer: Answer, *, took_ms: float = 0.0) -> None:
        """Take what came of the last action; `took_ms` is the real time that it took."""
        raise NotImplementedError

    def result(self) -> TrialResult:
        """Return what this play showed, its secrets not yet redacted."""
        raise NotImplementedError

    @property
    def secrets(self) -> frozenset[str]:
        """Every token, password and sensitive value that the play met: to be redacted by value."""
        raise NotImplementedError

"""What a flow has found, and what passed over the wire meanwhile."""

import msgspec

from dbal_conform.core.invariants.tally import Tally
from dbal_conform.core.messages import Json, Outcome, RawRequest, Request
from dbal_conform.core.verdict import Exchange, Mismatch


class Breach(msgspec.Struct, frozen=True):
    """One mismatch and the requirements it breaks; an invariant's was not asked for by the case."""

    mismatch: Mismatch
    requirements: tuple[str, ...]
    invariant: bool


class Line(msgspec.Struct, frozen=True):
    """One line of a transcript, not yet made fit to print."""

    step: str
    sent: Request | RawRequest
    came: Outcome
    took_ms: float

    def exchange(self) -> Exchange:
        """Return it as result and run file keep it."""
        sent, came = msgspec.to_builtins(self.sent), msgspec.to_builtins(self.came)
        return Exchange(self.step, sent, came, round(self.took_ms, 3))


class Notes(msgspec.Struct):
    """What one flow has found; those of branches are added to those of their race, in order."""

    breaches: list[Breach] = []
    transcript: list[Line] = []
    observed: dict[str, Json] = {}
    tally: Tally = msgspec.field(default_factory=Tally)
    steps: int = 0

    def add(self, other: "Notes") -> None:
        """Take over all that another flow has found."""
        self.breaches += other.breaches
        self.transcript += other.transcript
        self.observed |= other.observed
        self.tally.add(other.tally)
        self.steps += other.steps

"""What is the same in every pass of a trial."""

from typing import Final

from dbal_conform.core.contract import Contract
from dbal_conform.core.invariants.secrets import Secrets
from dbal_conform.core.play.expectation import Expectation
from dbal_conform.core.results import Judge, judge_of
from dbal_conform.core.suite import Case, Expect

RANKS: Final = {"MUST": 0, "SHOULD": 1, "MAY": 2, "OPEN": 3}


class Setting:
    """Case, contract and target, and what was compiled of them."""

    def __init__(
        self,
        case: Case,
        contract: Contract,
        bootstrap_token: str,
        control: str = "conformance",
    ) -> None:
        self.case = case
        self.contract = contract
        self.judge: Judge = judge_of(contract)
        self.bootstrap_token = bootstrap_token
        self.controlled = control == "conformance"
        self.secrets = Secrets(contract)
        self.secrets.plant(bootstrap_token)
        self.covers = self.strongest_first(case.covers)
        self.anything = Expectation(Expect(observe=True), contract.errors)
        self._careless = Expectation(Expect(observe=True, unchanged=False), contract.errors)
        self._expectations: dict[int, tuple[Expect | None, Expectation]] = {}

    def expectation(self, expect: Expect | None) -> Expectation:
        """Return `expect` compiled; the same object again for the same expectation."""
        found = self._expectations.get(id(expect))
        if found is None:
            found = (expect, Expectation(expect, self.contract.errors))
            self._expectations[id(expect)] = found  # holds `expect`, or its id would be free again
        return found[1]

    def raw_expectation(self, expect: Expect | None) -> Expectation:
        """Return what is left of a raw step's expectation for its reply as that of a call."""
        if expect is None or expect.unchanged:
            return self.anything
        return self._careless

    def proves(self, written: tuple[str, ...]) -> tuple[str, ...]:
        """Return what a step carries: what it says, or all that the case covers."""
        return self.strongest_first(written) if written else self.covers

    def rank(self, requirement: str) -> int:
        """Return how strong a requirement is: 0 for MUST, and for one that nobody knows."""
        spec = self.contract.requirements.get(requirement)
        return 0 if spec is None else RANKS[spec.keyword]

    def strongest_first(self, requirements: tuple[str, ...]) -> tuple[str, ...]:
        """Return requirement ids, the strongest first, else as written."""
        return tuple(sorted(requirements, key=self.rank))

"""The playing of one case, from its first action to its result."""

from collections.abc import Collection
from typing import Final

import msgspec

from dbal_conform.core.binding import UnboundError
from dbal_conform.core.contract import Contract
from dbal_conform.core.errors import HarnessError
from dbal_conform.core.play.actions import Action, Answer
from dbal_conform.core.play.admission import admit, unclaimed
from dbal_conform.core.play.flow import DeadError, Driver, Flow, StoppedError
from dbal_conform.core.play.grading import broken_by, grade
from dbal_conform.core.play.inversion import CLAIM
from dbal_conform.core.play.notes import Breach
from dbal_conform.core.play.passes import Passes
from dbal_conform.core.play.setting import Setting
from dbal_conform.core.suite import Case
from dbal_conform.core.verdict import Mismatch, TrialResult, Verdict

_QUIET: Final = frozenset({Verdict.PASS, Verdict.DECLINED, Verdict.NOT_APPLICABLE})
_HOLDS: Final = frozenset({Verdict.PASS, Verdict.OBSERVED, Verdict.WEAK})
_SILENT: Final = frozenset({Verdict.CRASH, Verdict.TIMEOUT, Verdict.PROTOCOL_VIOLATION})
UNDERCLAIMED: Final = "CAP-CLAIM-008"


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
        self._setting = Setting(case, contract, bootstrap_token, control)
        self._claims, self._offers, self._control = claims, offers, control
        self._head = TrialResult(
            case.id, target, database, Verdict.PASS, case.covers, attempt=attempt
        )
        self._passes = Passes(self._setting, control)
        self._claimed = False  # the case requires capabilities, and the target claims them all
        self._result: TrialResult | None = None
        self._took_ms = 0.0
        self._driver = Driver(self._play())

    def next_action(self) -> Action | None:
        """Return what to do now, or None once the result is known."""
        return self._driver.next_action()

    def receive(self, answer: Answer, *, took_ms: float = 0.0) -> None:
        """Take what came of the last action; `took_ms` is the real time that it took."""
        self._took_ms += took_ms
        self._driver.receive(answer, took_ms=took_ms)

    def result(self) -> TrialResult:
        """Return what this play showed, its secrets not yet redacted.

        Raises:
            HarnessError: it is not over yet.
        """
        if self._result is None:
            raise HarnessError(f"{self._setting.case.id} is not over yet")
        return self._result

    @property
    def secrets(self) -> frozenset[str]:
        """Every token, password and sensitive value that the play met: to be redacted by value."""
        return self._setting.secrets.values

    def _play(self) -> Flow[None]:
        try:
            verdict, reason = yield from self._verdict()
        except DeadError as dead:
            verdict, reason = Verdict(dead.silence.how), dead.silence.reason
        except UnboundError as unbound:
            reason = str(unbound)
            self._note(reason, self._setting.covers)
            verdict = self._graded()
        except StoppedError as stopped:
            verdict, reason = stopped.verdict, str(stopped)
            if verdict is not Verdict.HARNESS_ERROR and self._graded() not in _HOLDS:
                verdict = self._graded()
        self._finish(verdict, reason)

    def _verdict(self) -> Flow[tuple[Verdict, str]]:
        case, contract = self._setting.case, self._setting.contract
        admit(case, self._offers, self._control)
        missing = unclaimed(case, contract, self._claims)
        self._claimed = bool(case.requires) and not missing
        if missing and (yield from self._passes.inverted(missing)):
            graded = self._graded()
            return (Verdict.DECLINED if graded in _HOLDS else graded), ""
        yield from self._passes.all()
        graded = self._graded()
        if not missing:
            return graded, ""
        named = ", ".join(sorted(missing))
        if graded in _HOLDS:
            return Verdict.UNDERCLAIM, f"{named} is not claimed, and works"
        reason = f"{named} is not claimed, is not refused, and does not work"
        self._note(reason, (CLAIM,))
        return Verdict.FAIL, reason

    def _note(self, why: str, requirements: tuple[str, ...]) -> None:
        """Note a breach that is of no single step."""
        mismatch = Mismatch("", why, requirement=requirements[0])
        self._passes.settle()
        self._passes.notes.breaches.append(Breach(mismatch, requirements, invariant=False))

    def _graded(self) -> Verdict:
        """Return what all that was found so far comes to."""
        self._passes.settle()
        return grade(self._passes.notes.breaches, self._setting, claimed=self._claimed)

    def _finish(self, verdict: Verdict, reason: str) -> None:
        self._passes.settle()
        notes = self._passes.notes
        broken = broken_by(notes.breaches, self._setting)
        if verdict is Verdict.UNDERCLAIM:
            broken = (UNDERCLAIMED,)
        elif verdict in _SILENT and not broken:
            broken = self._setting.covers
        quiet = verdict in _QUIET
        self._result = msgspec.structs.replace(
            self._head,
            verdict=verdict,
            reason=reason,
            mismatches=tuple(breach.mismatch for breach in notes.breaches),
            broken=broken,
            observed=dict(notes.observed) or msgspec.UNSET,
            transcript=() if quiet else tuple(line.exchange() for line in notes.transcript),
            invariants=notes.tally.counts(),
            took_ms=self._took_ms,
            steps=notes.steps,
        )

"""What must come of a call, compiled once and judged as often as the call is made."""

from collections.abc import Mapping

import msgspec

from dbal_conform.core.contract import ErrorSpec
from dbal_conform.core.messages import Fault, Json, Value
from dbal_conform.core.patterns import Context, ErrorCheck, Pattern
from dbal_conform.core.suite import Expect

UNSET = msgspec.UNSET


class Expectation:
    """An `expect`, or that there is none: then the call must succeed."""

    __slots__ = (
        "asks_clock",
        "audit",
        "error",
        "observes",
        "ok",
        "options",
        "unchanged",
        "within_ms",
    )

    def __init__(self, expect: Expect | None, errors: Mapping[str, ErrorSpec]) -> None:
        """Compile `expect`.

        Raises:
            InputError: a pattern in it is malformed, which the loader should have refused.
        """
        expect = Expect() if expect is None else expect
        self.ok = _pattern(expect.ok)
        self.error = None if expect.error is None else ErrorCheck(expect.error, errors)
        self.options = tuple(Expectation(option, errors) for option in expect.any_of)
        self.audit = _pattern(expect.audit)
        self.observes = expect.observe
        self.unchanged = expect.unchanged
        self.within_ms = expect.within_ms
        parts = (self.ok, self.error, *self.options)
        self.asks_clock: bool = any(part is not None and part.asks_clock for part in parts)

    @property
    def foresees_failure(self) -> bool:
        """Whether a failure may come that is judged: then the state before it must be known."""
        if not self.unchanged:
            return False
        options = any(option.error is not None for option in self.options)
        return self.error is not None or self.observes or options

    def apply(self, outcome: Value | Fault, context: Context, took_ms: float) -> None:
        """Note in `context` what does not hold; an observed step holds whatever comes."""
        if self.observes:
            return
        if self.options:
            self._apply_options(outcome, context, took_ms)
        else:
            self._apply_one(outcome, context)
        if self.within_ms is not None and took_ms > self.within_ms:
            why = f"took {took_ms:.0f} ms, more than {self.within_ms}"
            context.differ("", why, self.within_ms, round(took_ms))

    def _apply_one(self, outcome: Value | Fault, context: Context) -> None:
        if isinstance(outcome, Fault):
            if self.error is not None:
                self.error.apply(outcome, context)
            else:
                why = f"failed with {outcome.name} where it had to succeed"
                context.differ("", why, UNSET, as_json(outcome))
        elif self.error is not None:
            wanted: Json = {"error": self.error.name}
            context.differ("", "succeeded where it had to fail", wanted, outcome.value)
        elif self.ok is not None:
            self.ok.apply(outcome.value, context)

    def _apply_options(self, outcome: Value | Fault, context: Context, took_ms: float) -> None:
        for option in self.options:
            trial = context.trial()
            option.apply(outcome, trial, took_ms)
            if not trial.found:
                return
        why = f"is none of the {len(self.options)} answers that are right"
        context.differ("", why, UNSET, plain(outcome))


def plain(outcome: Value | Fault) -> Json:
    """Return what came, as JSON: the result, or the error object."""
    return outcome.value if isinstance(outcome, Value) else {**as_json(outcome)}


def as_json(fault: Fault) -> dict[str, Json]:
    """Return a failure as the error object it was."""
    return {
        "name": fault.name,
        "code": fault.code,
        "retryable": fault.retryable,
        "details": fault.details,
        "message": fault.message,
    }


def _pattern(node: Json | msgspec.UnsetType) -> Pattern | None:
    return None if node is UNSET else Pattern(node)

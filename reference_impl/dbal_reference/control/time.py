"""conformance.clock: tells, sets, advances, freezes (CTL-CLOCK-001)."""

from typing import Any

from dbal_reference.clock import LATEST_MS
from dbal_reference.operations.call import Call
from dbal_reference.operations.findings import refuse
from dbal_reference.operations.system import SystemProcedure
from dbal_reference.validation import Finding


class SetClock(SystemProcedure):
    """Moves the clock of the whole server; never back."""

    def judge(self, call: Call) -> dict[str, Any]:
        """At most one of `set` and `advance`."""
        values = super().judge(call)
        if values["set"] is not None and values["advance"] is not None:
            refuse([Finding("advance", "unknown_field", "set and advance exclude each other")])
        if values["advance"] is not None and values["advance"] < 0:
            refuse([Finding("advance", "min", "time does not run back")])
        return values

    def perform(self, call: Call, intent: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 -- the seam
        """Freeze or thaw first, so that a frozen clock stands exactly where it is set."""
        clock = self.engine.clock
        now = clock.now_ms()
        name = "advance" if intent["set"] is None else "set"
        target = now + (intent["advance"] or 0) if intent["set"] is None else intent["set"]
        if target < now:
            refuse([Finding(name, "min", "time does not run back")])
        if target > LATEST_MS:
            refuse([Finding(name, "max", "beyond the last instant that can be written")])
        if intent["frozen"] is not None:
            clock.freeze(frozen=intent["frozen"])
        if intent[name] is not None:
            try:
                clock.set(target)
            except ValueError:  # the clock went on since it was read
                refuse([Finding(name, "min", "time does not run back")])
        return {"now": clock.now_ms(), "frozen": clock.frozen}

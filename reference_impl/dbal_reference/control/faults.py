"""conformance.fault: calls that meet an outage, a defect or slowness (CTL-FAULT)."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Any

from dbal_reference.errors import DatabaseError, TimeoutExceededError
from dbal_reference.model import Operation
from dbal_reference.operations.call import Call
from dbal_reference.operations.engine import Engine
from dbal_reference.operations.findings import refuse
from dbal_reference.operations.procedure import Procedure
from dbal_reference.operations.system import SystemProcedure
from dbal_reference.validation import Finding


class InjectedDefectError(Exception):
    """What a fault of kind `defect` raises; nothing expects it."""


class _Armed:
    """A fault that waits for calls."""

    __slots__ = ("count", "delay_ms", "kind", "method")

    def __init__(self, kind: str, count: int, method: str | None, delay_ms: int) -> None:
        self.kind = kind
        self.count = count
        self.method = method
        self.delay_ms = delay_ms


class Faults:
    """The faults that are armed, in order; a call meets the first that is meant for it."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []
        self._lock = Lock()

    def arm(self, kind: str, count: int, method: str | None, delay_ms: int) -> None:
        """Hit the next `count` calls, of this method or of any."""
        with self._lock:
            self._armed.append(_Armed(kind, count, method, delay_ms))

    def clear(self) -> None:
        """Disarm all."""
        with self._lock:
            self._armed.clear()

    def strike(self, call: Call, procedure: Procedure) -> None:
        """After check 2: hit the call, if a fault is meant for it.

        Raises:
            DatabaseError: kind `database`, and `commit_unknown` where nothing would be committed.
            TimeoutExceededError: kind `slow`, beyond the deadline.
            InjectedDefectError: kind `defect`.
        """
        if not self._armed:
            return
        fault = self._take(call.method)
        if fault is not None:
            call.release()
            _KINDS[fault.kind](call, fault, procedure)

    def _take(self, method: str) -> _Armed | None:
        if method == "dbal.hello" or method.startswith("conformance."):
            return None
        with self._lock:
            for fault in self._armed:
                if fault.method in (None, method):
                    fault.count -= 1
                    if fault.count == 0:
                        self._armed.remove(fault)
                    return fault
        return None


def _lose_database(call: Call, _fault: _Armed, procedure: Procedure) -> None:
    if not procedure.tells_outage:
        raise DatabaseError("the database cannot be reached")
    call.loses_database = True


def _lose_commit(call: Call, fault: _Armed, procedure: Procedure) -> None:
    if procedure.commits:
        call.loses_commit = True
    else:
        _lose_database(call, fault, procedure)


def _break(_call: Call, _fault: _Armed, _procedure: Procedure) -> None:
    raise InjectedDefectError


def _delay(call: Call, fault: _Armed, _procedure: Procedure) -> None:
    remaining_s = call.deadline - time.monotonic()
    if fault.delay_ms / 1000 >= remaining_s:
        time.sleep(max(0.0, remaining_s))
        raise TimeoutExceededError("the deadline passed")
    time.sleep(fault.delay_ms / 1000)


_KINDS: dict[str, Callable[[Call, _Armed, Procedure], None]] = {
    "database": _lose_database,
    "commit_unknown": _lose_commit,
    "defect": _break,
    "slow": _delay,
}


class Fault(SystemProcedure):
    """Arms a fault, or clears all."""

    def __init__(self, engine: Engine, operation: Operation, faults: Faults) -> None:
        super().__init__(engine, operation)
        self._faults = faults

    def judge(self, call: Call) -> dict[str, Any]:
        """Either `clear: true` alone, or a fault with all that its kind needs."""
        values = super().judge(call)
        findings: list[Finding] = []
        if values["clear"]:
            findings += [
                Finding(name, "unknown_field", "clear stands alone")
                for name in ("kind", "count", "method", "delayMs")
                if values[name] is not None
            ]
        elif values["kind"] is None:
            findings.append(Finding("kind", "required", "is required"))
        elif values["kind"] == "slow" and values["delayMs"] is None:
            findings.append(Finding("delayMs", "required", "is required for slow"))
        if values["method"] is not None and values["method"] not in self.engine.schema.operations:
            findings.append(Finding("method", "enum", "there is no such method"))
        refuse(findings)
        return values

    def perform(self, call: Call, intent: dict[str, Any]) -> bool:  # noqa: ARG002 -- the seam
        """Arm it."""
        if intent["clear"]:
            self._faults.clear()
        else:
            count, delay_ms = intent["count"] or 1, intent["delayMs"] or 0
            self._faults.arm(intent["kind"], count, intent["method"], delay_ms)
        return True

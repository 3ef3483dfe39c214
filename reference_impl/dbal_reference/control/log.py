"""conformance.audit: the records of finished calls (CTL-AUDIT-001)."""

from typing import Any

import msgspec

from dbal_reference.audit import AuditLog
from dbal_reference.model import Operation
from dbal_reference.operations.call import Call
from dbal_reference.operations.engine import Engine
from dbal_reference.operations.system import SystemProcedure


class Audit(SystemProcedure):
    """Hands out records after a seq, and where to go on."""

    def __init__(self, engine: Engine, operation: Operation, log: AuditLog) -> None:
        super().__init__(engine, operation)
        self._log = log

    def perform(self, call: Call, intent: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 -- the seam
        """Look them up; `since` is exclusive, `next` the last seq (section 20)."""
        records, last = self._log.since(intent["since"], intent["limit"])
        return {"records": [msgspec.structs.asdict(record) for record in records], "next": last}

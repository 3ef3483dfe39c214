"""conformance.digest: a fingerprint of everything that is stored (CTL-DIGEST-001)."""

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec

from dbal_reference.adapters import Row
from dbal_reference.errors import CapabilityError
from dbal_reference.model import Operation
from dbal_reference.operations.call import Call
from dbal_reference.operations.engine import Engine
from dbal_reference.operations.system import SystemProcedure

# Whether calls move it is open (SES-ACT-001), so that it must not make digests differ.
_EXCEPTED = {("Session", "lastActivity")}


class Digest(SystemProcedure):
    """Counts and hashes the rows of each entity; computed anew only if something was written."""

    def __init__(self, engine: Engine, operation: Operation) -> None:
        super().__init__(engine, operation)
        self._encode = msgspec.json.Encoder(order="deterministic").encode
        self._latest: tuple[object, dict[str, Any]] | None = None

    def check_capabilities(self, call: Call) -> None:
        """A transaction can only be looked into where there are transactions."""
        super().check_capabilities(call)
        needed = "transactions.flat"
        if "tx" in call.params and needed not in self.engine.claims:
            raise CapabilityError(f"{needed} is not supported", capability=needed)

    def perform(self, call: Call, intent: dict[str, Any]) -> dict[str, Any]:
        """Digest what is there; the revision is asked first, so that a write in between shows."""
        if intent["tx"] is not None:
            with self.engine.transactions.looked_into(intent["tx"], call.deadline) as work:
                return self._digests(work.dump())
        adapter = self.engine.adapter
        revision = adapter.revision()
        if self._latest is not None and self._latest[0] == revision:
            return self._latest[1]
        digests = self._digests(adapter.dump())
        self._latest = (revision, digests)
        return digests

    def _digests(self, dump: Iterable[tuple[str, list[Row]]]) -> dict[str, Any]:
        return {entity: self._digest(entity, rows) for entity, rows in dump}

    def _digest(self, entity: str, rows: Iterable[Row]) -> dict[str, Any]:
        """Rows come by key; members and json objects are encoded in one order."""
        excepted = [field for of, field in _EXCEPTED if of == entity]
        hashed, count = hashlib.sha256(), 0
        for row in rows:
            for field in excepted:
                row.pop(field, None)
            hashed.update(self._encode(row) + b"\n")
            count += 1
        return {"count": count, "sha256": hashed.hexdigest()}

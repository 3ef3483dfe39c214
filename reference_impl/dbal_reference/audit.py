"""The audit log: one record for each call, in the order the calls ended (section 12)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, TypeAlias

import msgspec

from dbal_reference.clock import Clock

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Record(msgspec.Struct, frozen=True, gc=False):
    """What one call was and how it ended. `id` is the key of the one row it was about, or null."""

    seq: int
    timestamp: str  # RFC 3339, UTC
    user: str  # the user's id, `anonymous` or `system`
    role: str | None
    tenant: str | None  # the one acted in; null for all
    operation: str
    entity: str | None
    id: str | int | None
    success: bool
    code: str | None  # the error's name
    requestId: str | None  # noqa: N815 -- as the contract spells it
    securityIncident: bool  # noqa: N815 -- as the contract spells it


Sink: TypeAlias = Callable[[Record], None]


class AuditLog:
    """Records in memory, each handed to `sink` too; nothing a transaction does removes one.

    Args:
        clock: stamps the records.
        sink: keeps them elsewhere than in the database (AUD-REC-010); called in order.
        keep: how many records `since` can still find.
    """

    def __init__(self, clock: Clock, sink: Sink | None = None, *, keep: int = 100_000) -> None:
        self._clock = clock
        self._sink = sink
        self._keep = keep
        self._lock = Lock()
        self._records: list[Record] = []
        self._last_seq = 0

    @property
    def outlives(self) -> bool:
        """Whether records are kept elsewhere too, which may fail."""
        return self._sink is not None

    def append(self, **members: Any) -> None:  # noqa: ANN401 -- the members of Record
        """Add the record of a call; `seq` and `timestamp` are given here.

        Raises:
            Exception: whatever the sink raises; then there is no record.
        """
        with self._lock:
            record = Record(seq=self._last_seq + 1, timestamp=self._timestamp(), **members)
            if self._sink is not None:
                self._sink(record)
            self._last_seq += 1
            self._records.append(record)
            if len(self._records) > self._keep:
                del self._records[: self._keep // 10]

    def since(self, seq: int, limit: int | None) -> tuple[list[Record], int]:
        """Records after `seq`, and the last seq among them (`seq` itself if there are none)."""
        with self._lock:
            first = 0 if not self._records else max(0, seq + 1 - self._records[0].seq)
            found = self._records[first:] if limit is None else self._records[first : first + limit]
        return found, found[-1].seq if found else max(seq, 0)

    def clear(self) -> None:
        """Forget the records; `seq` goes on (CTL-RESET-001)."""
        with self._lock:
            self._records.clear()

    def _timestamp(self) -> str:
        instant = _EPOCH + timedelta(milliseconds=self._clock.now_ms())
        return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")

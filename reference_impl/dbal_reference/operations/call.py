"""One call on its way through the checks."""

import math
import time
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import Any

import msgspec

from dbal_reference.access.actor import Actor
from dbal_reference.adapters import Adapter, Transaction, Unit
from dbal_reference.errors import DatabaseError, TimeoutExceededError
from dbal_reference.validation import Author


class Meta(msgspec.Struct, frozen=True):
    """`meta` of a request, judged (contract.md section 1); what is left out has its default."""

    token: str | None = None
    tenant: str | None = None
    deadline_ms: int = 30_000
    tx: str | None = None
    request_id: str | None = None
    consistency: str = "strong"
    contract: str | None = None


NO_META = Meta()


class Call:
    """Who asks what, until when, and the unit of work it is done in.

    Attributes:
        subject: key of the one row the call is about, for its audit record (AUD-REC-005).
        now_ms: the instant of the call; it does not move while the call runs.
        peer: the connection it came by, if that is one that stays.
        place: where its units of work are begun: the database, or a transaction in it.
    """

    DEFAULT_MS = NO_META.deadline_ms

    __slots__ = (
        "_database",
        "_latest",
        "_reading",
        "_received",
        "_unit",
        "actor",
        "attempts",
        "deadline",
        "loses_commit",
        "loses_database",
        "meta",
        "method",
        "now_ms",
        "params",
        "peer",
        "place",
        "recorded",
        "subject",
    )

    def __init__(
        self,
        method: str,
        adapter: Adapter,
        received: float,
        peer: object = None,
        latest: float = math.inf,
    ) -> None:
        self.method = method
        self.peer = peer
        self.place: Adapter | Transaction = adapter
        self._received = received
        self._latest = latest  # whatever the caller allows, the server allows no more
        self._database = adapter
        self.params: dict[str, Any] = {}
        self.meta = NO_META
        self.actor = Actor.anonymous()
        self.allow(self.DEFAULT_MS)
        self.now_ms = 0
        self.subject: str | int | None = None
        self.attempts = 0  # that the database ended for the sake of others
        self.recorded = False  # its audit record is kept already
        self.loses_commit = False  # by a fault (CTL-FAULT-001)
        self.loses_database = False  # by a fault that strikes dbal.health
        self._unit: Unit | None = None
        self._reading: ExitStack | None = None

    @property
    def author(self) -> Author:
        """Who writes, for validation."""
        return Author(self.actor.id, self.actor.is_system, self.now_ms)

    @property
    def unit(self) -> Unit:
        """The unit of work: the writing one, or one for reading, begun when first asked for."""
        if self._unit is None:
            self._reading = ExitStack()
            self._unit = self._reading.enter_context(
                self.place.unit(write=False, deadline=self.deadline)
            )
        return self._unit

    def allow(self, deadline_ms: int) -> None:
        """Set the deadline, which counts from receipt."""
        self.deadline = min(self._received + deadline_ms / 1000, self._latest)

    def hold(self) -> None:
        """Have all that follows see the same state: several statements are to come."""
        _ = self.unit

    def glance(self) -> AbstractContextManager[Unit]:
        """A unit for one statement: the one that there is, or else one that begins nothing."""
        if self._unit is not None:
            return nullcontext(self._unit)
        return self.place.glance(self.deadline)

    def restart(self, now_ms: int) -> None:
        """Begin the way through the checks, or begin it anew under another schema."""
        self.release()
        self.write_in(None)
        self.place = self._database
        self.allow(self.DEFAULT_MS)
        self.now_ms = now_ms

    def write_in(self, unit: Unit | None) -> None:
        """Do the rest in this unit, or in none when it has ended."""
        self._unit = unit

    def release(self) -> None:
        """End the unit for reading: what follows is long, or writes."""
        reading, self._reading = self._reading, None
        if reading is not None:
            self._unit = None
            reading.close()

    def check_deadline(self) -> None:
        """Stop here if time is up.

        Raises:
            TimeoutExceededError: the deadline has passed (CALL-TIME-001).
        """
        if time.monotonic() > self.deadline:
            raise TimeoutExceededError("the deadline passed")

    def check_commit(self) -> None:
        """Lose the outcome of what was just committed, if a fault asks for it (CALL-ATOM-003)."""
        if self.loses_commit:
            raise DatabaseError("the database was lost while committing", outcome="unknown")

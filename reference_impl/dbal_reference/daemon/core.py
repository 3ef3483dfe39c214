"""What every door gives its messages to."""

import math
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeAlias, TypeVar

from dbal_reference.adapters import Adapter
from dbal_reference.daemon.lanes import Lane
from dbal_reference.errors import DbalError
from dbal_reference.service import Service
from dbal_reference.wire.jsonrpc import Connection, Handler, Reply, Request

Result = TypeVar("Result")

Observe: TypeAlias = Callable[[Connection, Request | None, DbalError | None], None]

_ENDING: Final = frozenset({"dbal.commit", "dbal.rollback"})
_MOST_HOLDING: Final = 1024  # as many as transactions may be open


def _nothing(peer: Connection, request: Request | None, error: DbalError | None) -> None:
    """Observe nothing."""


class Core:
    """Answers messages of any number of connections without ever blocking the loop.

    Calls that may wait for a lock have threads of their own, and a bounded number of them. Calls in
    a transaction, which may be what the others wait for, are never behind them.

    Args:
        service: what is served.
        adapter: its database.
        threads: how many calls outside transactions run at once; others wait, each until its
            deadline, and its connection is not read from meanwhile.
        request_s: what a call may take at most, whatever it asks for.
        observe: told of every call when it has ended: by which peer it came, what was asked (None
            if that could not be read), and how it failed, if it did.
    """

    def __init__(
        self,
        service: Service,
        adapter: Adapter,
        *,
        threads: int,
        request_s: float,
        observe: Observe = _nothing,
    ) -> None:
        self.service = service
        self.observe = observe
        self._adapter = adapter
        self.handler = Handler(service)
        self.limits = service.schema.limits
        self._request_s = request_s
        self._default_ms: int = service.schema.meta["deadlineMs"]["default"]
        self._began: set[Connection] = set()  # peers that may have transactions open
        self._calls = Lane(threads, "dbal-call")
        self._holding = Lane(_MOST_HOLDING, "dbal-holding")

    async def answer(self, message: bytes, peer: Connection) -> Reply:
        """The reply to one message; takes until its deadline, and a second more at the most."""
        request = self.handler.read(message, peer)
        if isinstance(request, Reply):
            self.observe(peer, None, request.error)
            return request
        return await self.do(request, peer)

    async def do(self, request: Request, peer: Connection) -> Reply:
        """The reply to what was asked; see `answer`."""
        reply = await self.run(
            request, peer, lambda latest: self.handler.answer(request, peer, latest)
        )
        self.observe(peer, request, reply.error)
        return reply

    async def run(
        self,
        request: Request,
        peer: Connection,
        work: Callable[[float], Result],
        latest: float = math.inf,
    ) -> Result:
        """What `work` gives, in a thread, when it is its turn.

        Args:
            request: says how long it may wait, and whether others wait for it.
            peer: by which it came.
            work: is given the instant at which it times out at the latest.
            latest: such an instant, where the door has one.
        """
        latest = min(latest, request.received + self._request_s)
        if peer.stays and request.method == "dbal.begin":
            self._began.add(peer)
        if not _holds(request):
            with suppress(TimeoutError):  # then let it find that its time is up
                patience_s = self._patience_s(request, latest)
                return await self._calls.run(lambda: work(latest), patience_s=patience_s)
        return await self._holding.run(lambda: work(latest))

    @property
    def running(self) -> int:
        """How many calls are in a thread."""
        return self._calls.running + self._holding.running

    async def ping(self) -> bool:
        """Whether the database answers; takes 5 s at the most."""
        return await self._holding.run(self._adapter.ping)

    async def leave(self, peer: Connection) -> None:
        """A connection is closed: roll back what was begun on it (TXN-BASE-006).

        To be called again when its last call has ended: that may have been a begin.
        """
        if peer in self._began:
            await self._holding.run(lambda: self.handler.leave(peer))

    def forget(self, peer: Connection) -> None:
        """It has left for good, and none of its calls is under way."""
        self._began.discard(peer)

    def close(self) -> None:
        """Let threads end that have nothing to do."""
        self._calls.close()
        self._holding.close()

    def _patience_s(self, request: Request, latest: float) -> float:
        """Seconds left until the deadline that the request asks for, if it asks for a valid one."""
        asked_ms = request.meta.get("deadlineMs", self._default_ms)
        valid = isinstance(asked_ms, int | float) and asked_ms >= 1
        limit_s = (asked_ms if valid else self._default_ms) / 1000
        return max(0.0, min(request.received + limit_s, latest) - time.monotonic())


def _holds(request: Request) -> bool:
    """Whether others may wait for it."""
    return request.method in _ENDING or request.meta.get("tx") is not None

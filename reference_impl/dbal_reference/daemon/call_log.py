"""A line for each call that somebody must look at, or for every call."""

import time
from collections.abc import Callable
from itertools import count
from typing import Final

from dbal_reference.daemon.logs import Logs
from dbal_reference.errors import DbalError
from dbal_reference.wire.jsonrpc import Connection, Request

_OURS: Final = frozenset({"INTERNAL_ERROR", "DATABASE_ERROR", "TIMEOUT"})
_LONGEST_ID: Final = 128  # contract.yaml: requestId


class CallLog:
    """Writes method, request id, outcome and time of calls; never what they say.

    Args:
        log: where to; `requests` of it asks for every call.
        knows: whether a method is one: others may be any text, and are not written.
    """

    def __init__(self, log: Logs, knows: Callable[[str], bool]) -> None:
        self._log = log
        self._knows = knows
        self._numbers = count(1)

    def observe(self, peer: Connection, request: Request | None, error: DbalError | None) -> None:
        """See `core.Observe`."""
        ours = error is not None and error.name in _OURS
        if not ours and not self._log.requests:
            return
        tell = self._log.warning if ours else self._log.info
        tell("call", **self._about(peer, request, error))

    def _about(
        self, peer: Connection, request: Request | None, error: DbalError | None
    ) -> dict[str, object]:
        about: dict[str, object] = {"door": peer.via}
        if request is not None:
            known = self._knows(request.method)
            about["method"] = request.method if known else None
            about["request_id"] = self._id(request)
            about["ms"] = round((time.monotonic() - request.received) * 1000, 3)
        about["outcome"] = "ok" if error is None else error.name
        return about

    def _id(self, request: Request) -> str:
        """The caller's own, if it is one; else a number of ours."""
        given = request.meta.get("requestId")
        if isinstance(given, str) and 0 < len(given) <= _LONGEST_ID:
            return given
        return f"#{next(self._numbers)}"

"""How the server is: `/health`, `/ready`, `/metrics`."""

from collections.abc import Callable
from typing import Final

import msgspec

from dbal_reference.daemon.core import Core

_JSON: Final = b"application/json"


class Told(msgspec.Struct, frozen=True):
    """An HTTP response."""

    status: int
    kind: bytes
    body: bytes


class Monitor:
    """Answers GET on a few paths.

    Args:
        core: whose health it is.
        metrics: a page of them, and its type; None: they are not told here.
        stopping: whether the server takes no more calls.
    """

    def __init__(
        self,
        core: Core,
        metrics: Callable[[], tuple[bytes, bytes]] | None,
        stopping: Callable[[], bool],
    ) -> None:
        self._core = core
        self._metrics = metrics
        self._stopping = stopping

    def without_metrics(self) -> "Monitor":
        """For where anybody may ask."""
        return Monitor(self._core, None, self._stopping)

    async def answer(self, method: str, path: str) -> Told | None:
        """What a path tells; None: there is nothing there."""
        if method not in {"GET", "HEAD"}:
            return None
        match path:
            case "/health":
                return Told(200, _JSON, b'{"status":"ok"}')  # it answers: it lives
            case "/ready":
                return await self._ready()
            case "/metrics" if self._metrics is not None:
                body, kind = self._metrics()
                return Told(200, kind, body)
            case _:
                return None

    async def _ready(self) -> Told:
        """Whether calls make sense now: the database answers, and the server is not stopping."""
        if not self._stopping() and await self._core.ping():
            return Told(200, _JSON, b'{"status":"ready"}')
        return Told(503, _JSON, b'{"status":"not ready"}')

"""All the doors of one server: opened together, and closed together."""

import asyncio
import os
from collections.abc import Callable
from typing import Final

from dbal_reference.adapters import Adapter
from dbal_reference.daemon.call_log import CallLog
from dbal_reference.daemon.core import Core, Observe
from dbal_reference.daemon.door import Door
from dbal_reference.daemon.logs import Logs
from dbal_reference.daemon.monitor import Monitor
from dbal_reference.daemon.openers import Openers, open_metrics
from dbal_reference.daemon.settings import Settings
from dbal_reference.daemon.tls import Certificates
from dbal_reference.errors import DbalError
from dbal_reference.service import Service
from dbal_reference.wire.jsonrpc import Connection, Request

_MORE_S: Final = 5.0  # beyond the grace of calls: for goodbyes, and rolling back


class Doors:
    """The ways into one service.

    Args:
        settings: which, and where.
        certificates: of the doors that listen.
        service: what is served; not closed here.
        adapter: its database; not closed here.
        log: where it is told what is open.

    Attributes:
        core: what answers at all of them.
    """

    def __init__(
        self,
        settings: Settings,
        certificates: Certificates,
        service: Service,
        adapter: Adapter,
        log: Logs,
    ) -> None:
        self._settings = settings
        self._certificates = certificates
        self._adapter = adapter
        self._log = log
        self._closing = False
        self._opened: list[Door] = []
        observers: list[Observe] = [CallLog(log, service.knows).observe]
        told = {name for name, _ in settings.addresses()} & {"http", "monitor"}
        self._metrics = open_metrics(service.knows) if told else None
        if self._metrics is not None:
            observers.append(self._metrics.observe)

        def observe(peer: Connection, request: Request | None, error: DbalError | None) -> None:
            for each in observers:
                each(peer, request, error)

        limits = settings.limits
        self.core = Core(
            service, adapter, threads=limits.threads, request_s=limits.request_s, observe=observe
        )

    @property
    def connections(self) -> int:
        """How many are open, of all doors."""
        return sum(door.connections for door in self._opened)

    async def open(self, on_end: Callable[[], None]) -> dict[str, str]:
        """Listen at every door; where, by its name.

        Args:
            on_end: called when stdin has ended, if that is a door.

        Raises:
            SettingsError: what a door needs is not installed.
            AddressError: nothing can listen there.
        """
        page = None if self._metrics is None else self._metrics.page
        monitor = Monitor(self.core, page, lambda: self._closing)
        openers = Openers(self._settings, self._certificates, self.core, monitor)
        doors = [openers.make(name, address) for name, address in self._settings.addresses()]
        if self._settings.stdio:
            doors.append(openers.stdio(on_end))
        if self._metrics is not None:
            self._metrics.watch(self.core, self._adapter, doors)
        urls: dict[str, str] = {}
        for door in doors:
            self._opened.append(door)
            urls[door.name] = await door.open()
            self._log.info("listening", door=door.name, url=urls[door.name])
        self._log.info("ready", backend=self._adapter.name, pid=os.getpid())
        return urls

    async def close(self) -> None:
        """Take no more calls, and end those in flight in time."""
        self._closing = True
        closing = [asyncio.create_task(door.close()) for door in self._opened]
        if closing:
            await asyncio.wait(closing, timeout=self._settings.limits.grace_s + _MORE_S)
        self.core.close()

"""The server as a whole: from settings to an exit status."""

import asyncio
import os
import signal

import msgspec

from dbal_reference.adapters import Adapter
from dbal_reference.adapters.open import open_adapter
from dbal_reference.conformance import refuse_rows
from dbal_reference.daemon.core import Core
from dbal_reference.daemon.door import Door
from dbal_reference.daemon.logs import Logs
from dbal_reference.daemon.monitor import Monitor
from dbal_reference.daemon.openers import Openers
from dbal_reference.daemon.settings import Settings
from dbal_reference.schema.load import load_schema
from dbal_reference.service import Service

_KILLED = 128 + signal.SIGTERM


def serve(settings: Settings) -> int:
    """Serve until a signal comes, or stdin ends; the exit status.

    Raises:
        ValueError: of the settings, the database or an address, which says what to do.
        SchemaError: the schema is wrong.
        UnavailableError: the database cannot be opened.
    """
    schema = load_schema(settings.schema)
    limits = {**schema.limits, **settings.limits.of_schema}
    schema = msgspec.structs.replace(schema, limits=limits)
    assert settings.database is not None  # noqa: S101 -- Settings.check
    adapter = open_adapter(schema, settings.database)
    try:
        if settings.conformance:
            refuse_rows(adapter)
        service = Service(
            schema,
            adapter,
            bootstrap_token=settings.bootstrap_token,
            conformance=settings.conformance,
        )
        try:
            asyncio.run(_Daemon(settings, service, adapter).run())
        finally:
            service.close()
    finally:
        adapter.close()
    return 0


class _Daemon:
    """The doors of one service, from opening to closing."""

    def __init__(self, settings: Settings, service: Service, adapter: Adapter) -> None:
        self._settings = settings
        self._adapter = adapter
        self._log = Logs(settings.log)
        self._stop = asyncio.Event()
        limits = settings.limits
        self._core = Core(service, adapter, threads=limits.threads, request_s=limits.request_s)
        self._monitor = Monitor(self._core, None, self._stop.is_set)

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._signalled)
        doors = self._doors()
        opened: list[Door] = []
        try:
            for door in doors:
                url = await door.open()
                opened.append(door)
                self._log.info("listening", door=door.name, url=url)
            self._log.info("ready", backend=self._adapter.name, pid=os.getpid())
            await self._stop.wait()
        finally:
            await asyncio.gather(*(door.close() for door in opened))
            self._core.close()
        self._log.info("stopped")

    def _signalled(self) -> None:
        """The first ends in order; the second at once."""
        if self._stop.is_set():
            os._exit(_KILLED)
        self._log.info("stopping", grace_s=self._settings.limits.grace_s)
        self._stop.set()

    def _doors(self) -> list[Door]:
        """Every door that the settings ask for.

        Raises:
            SettingsError: what one needs is not installed.
        """
        openers = Openers(self._settings, self._core, self._monitor)
        made = [openers.open(name, address) for name, address in self._settings.addresses()]
        if self._settings.stdio:
            made.append(openers.stdio(self._stop.set))
        return made

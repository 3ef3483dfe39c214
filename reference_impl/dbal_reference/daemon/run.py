"""The server as a whole: from settings to an exit status."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Final

import msgspec

from dbal_reference.adapters import Adapter
from dbal_reference.adapters.open import open_adapter
from dbal_reference.audit import Sink
from dbal_reference.conformance import refuse_rows
from dbal_reference.daemon.audit_file import AuditFile
from dbal_reference.daemon.confine import confine, forbid_programs
from dbal_reference.daemon.doors import Doors
from dbal_reference.daemon.logs import Logs
from dbal_reference.daemon.settings import Audit, Settings, SettingsError
from dbal_reference.daemon.tls import Certificates
from dbal_reference.schema.load import load_schema
from dbal_reference.service import Service

_KILLED: Final = 128 + signal.SIGTERM


def serve(settings: Settings) -> int:
    """Serve until a signal comes, or stdin ends; the exit status.

    Raises:
        ValueError: of the settings, the database or an address, which says what to do.
        SchemaError: the schema is wrong.
        UnavailableError: the database cannot be opened.
    """
    log = Logs(settings.log)
    log.adopt()
    certificates = Certificates(settings.tls)  # before rights to read the key are gone
    confine(settings.user)
    if os.getuid() == 0:
        log.warning("running as root", advice="name another user in the setting user")
    with _opened(settings) as (service, adapter, reopen):
        forbid_programs()
        doors = Doors(settings, certificates, service, adapter, log)
        asyncio.run(_until_told(doors, log, reopen))
    log.info("stopped")
    return 0


@contextmanager
def _opened(settings: Settings) -> Iterator[tuple[Service, Adapter, Callable[[], None]]]:
    """The service on its database, and how to open its audit file anew; closed afterwards."""
    with ExitStack() as stack:
        schema = load_schema(settings.schema)
        limits = {**schema.limits, **settings.limits.of_schema}
        schema = msgspec.structs.replace(schema, limits=limits)
        sink, reopen = _audit(settings.audit, stack)
        if settings.database is None:
            raise SettingsError("database", "it is missing")
        adapter = open_adapter(schema, settings.database)
        stack.callback(adapter.close)
        if settings.conformance:
            refuse_rows(adapter)
        service = Service(
            schema,
            adapter,
            bootstrap_token=settings.bootstrap_token,
            conformance=settings.conformance,
            audit_sink=sink,
        )
        stack.callback(service.close)
        yield service, adapter, reopen


def _audit(settings: Audit, stack: ExitStack) -> tuple[Sink | None, Callable[[], None]]:
    """Where audit records go, and what to do about it on SIGHUP."""
    if settings.file is not None:
        try:
            file = AuditFile(settings.file)
        except OSError as error:
            raise SettingsError("audit.file", f"it cannot be written: {error.strerror}") from None
        stack.callback(file.close)
        return file, file.reopen
    if settings.database is not None:
        # Here, not above: few need it, and SQLAlchemy is slow to import.
        from dbal_reference.adapters.audit_store import AuditStore  # noqa: PLC0415

        store = AuditStore(settings.database)
        stack.callback(store.close)
        return lambda record: store.add(msgspec.structs.asdict(record)), _nothing
    return None, _nothing


async def _until_told(doors: Doors, log: Logs, reopen: Callable[[], None]) -> None:
    """Serve until a signal comes, or stdin ends."""
    stop = asyncio.Event()

    def stopping() -> None:
        if stop.is_set():  # the second signal
            os._exit(_KILLED)
        log.info("stopping")
        stop.set()

    def reopening() -> None:
        with suppress(OSError):
            reopen()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping)
    loop.add_signal_handler(signal.SIGHUP, reopening)
    try:
        await doors.open(stop.set)
        await stop.wait()
    finally:
        await doors.close()


def _nothing() -> None:
    """Of what needs nothing done."""

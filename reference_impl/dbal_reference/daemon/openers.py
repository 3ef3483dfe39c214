"""From the name of a door to the door; what it needs is imported here, on use."""

import sys
from collections.abc import Callable

from dbal_reference.daemon.address import Address
from dbal_reference.daemon.core import Core
from dbal_reference.daemon.door import Door
from dbal_reference.daemon.monitor import Monitor
from dbal_reference.daemon.settings import Settings, SettingsError
from dbal_reference.daemon.tls import grpc_credentials, tls_context

_EXTRAS = {"websocket": "daemon", "http": "daemon", "monitor": "daemon", "grpc": "grpc"}


class Openers:
    """Makes doors, as the settings say."""

    def __init__(self, settings: Settings, core: Core, monitor: Monitor) -> None:
        self._settings = settings
        self._core = core
        self._monitor = monitor
        self._limits = settings.limits.of_doors

    def open(self, name: str, address: Address) -> Door:
        """A door of `settings.DOORS`; it does not listen yet.

        Raises:
            SettingsError: a package that it needs is not installed, or TLS cannot be set up.
        """
        makers = {
            "websocket": self._websocket,
            "http": self._http,
            "monitor": self._http,
            "grpc": self._grpc,
        }
        try:
            return makers[name](address)
        except ModuleNotFoundError as error:
            if (error.name or "").startswith("dbal_reference"):
                raise
            extra = _EXTRAS[name]
            raise SettingsError(
                name,
                f"it needs the Python package {error.name}: pip install 'dbal-conform[{extra}]'",
            ) from None

    def stdio(self, on_end: Callable[[], None]) -> Door:
        """The door of stdin and stdout."""
        from dbal_reference.daemon.stdio_door import StdioDoor  # noqa: PLC0415 -- on use

        return StdioDoor(self._core, self._limits, sys.stdin.buffer, sys.stdout.buffer, on_end)

    def _websocket(self, address: Address) -> Door:
        from dbal_reference.daemon.websocket_door import WebSocketDoor  # noqa: PLC0415 -- an extra

        tls = tls_context(self._settings.tls)
        origins = self._settings.origins
        return WebSocketDoor(self._core, address, self._limits, tls=tls, origins=origins)

    def _http(self, address: Address) -> Door:
        from dbal_reference.daemon.http_door import HttpDoor  # noqa: PLC0415 -- an extra

        tls = tls_context(self._settings.tls)
        return HttpDoor(self._core, address, self._limits, self._monitor, tls=tls)

    def _grpc(self, address: Address) -> Door:
        from dbal_reference.daemon.grpc_door import GrpcDoor  # noqa: PLC0415 -- an extra

        credentials = grpc_credentials(self._settings.tls)
        return GrpcDoor(self._core, address, self._limits, credentials=credentials)

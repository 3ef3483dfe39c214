"""From the name of a door to the door; what it needs is imported here, on use."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from dbal_reference.daemon.address import Address
from dbal_reference.daemon.core import Core
from dbal_reference.daemon.door import Door
from dbal_reference.daemon.monitor import Monitor
from dbal_reference.daemon.settings import Settings, SettingsError
from dbal_reference.daemon.tls import Certificates

if TYPE_CHECKING:  # an extra
    from dbal_reference.daemon.metrics import Metrics

_EXTRAS: Final = {"websocket": "daemon", "http": "daemon", "monitor": "daemon", "grpc": "grpc"}
_STDERR: Final = 2


class Openers:
    """Makes doors, as the settings say."""

    def __init__(
        self, settings: Settings, certificates: Certificates, core: Core, monitor: Monitor
    ) -> None:
        self._settings = settings
        self._certificates = certificates
        self._core = core
        self._monitor = monitor
        self._limits = settings.limits.of_doors

    def make(self, name: str, address: Address) -> Door:
        """A door of `settings.DOORS`; it does not listen yet.

        Raises:
            SettingsError: a package that it needs is not installed.
        """
        makers = {
            "websocket": self._websocket,
            "http": self._http,
            "monitor": self._looked_at,
            "grpc": self._grpc,
        }
        with _explained(name, _EXTRAS[name]):
            return makers[name](address)

    def stdio(self, on_end: Callable[[], None]) -> Door:
        """The door of stdin and stdout, which from now on is stderr to everybody else."""
        from dbal_reference.daemon.stdio_door import StdioDoor  # noqa: PLC0415 -- on use

        # Files of its own: a thread that waits in sys.stdin kills the interpreter when it ends.
        incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
        os.dup2(_STDERR, 1)
        return StdioDoor(self._core, self._limits, incoming, outgoing, on_end)

    def _websocket(self, address: Address) -> Door:
        from dbal_reference.daemon.websocket_door import WebSocketDoor  # noqa: PLC0415 -- an extra

        tls, origins = self._certificates.context, self._settings.origins
        return WebSocketDoor(self._core, address, self._limits, tls=tls, origins=origins)

    def _http(self, address: Address) -> Door:
        from dbal_reference.daemon.http_door import HttpDoor  # noqa: PLC0415 -- an extra

        monitor = self._monitor if address.is_loopback else self._monitor.without_metrics()
        tls = self._certificates.context
        return HttpDoor(self._core, address, self._limits, monitor, tls=tls)

    def _looked_at(self, address: Address) -> Door:
        from dbal_reference.daemon.http_door import HttpDoor  # noqa: PLC0415 -- an extra

        return HttpDoor(self._core, address, self._limits, self._monitor, calls=False)

    def _grpc(self, address: Address) -> Door:
        from dbal_reference.daemon.grpc_door import GrpcDoor  # noqa: PLC0415 -- an extra

        return GrpcDoor(self._core, address, self._limits, pem=self._certificates.pem)


def open_metrics(knows: Callable[[str], bool]) -> "Metrics":
    """Metrics, with what they need.

    Raises:
        SettingsError: it is not installed.
    """
    with _explained("monitor", "daemon"):
        from dbal_reference.daemon.metrics import Metrics  # noqa: PLC0415 -- an extra

        return Metrics(knows)


@contextmanager
def _explained(setting: str, extra: str) -> Iterator[None]:
    """Say what to install, if a package is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("dbal_reference"):
            raise
        raise SettingsError(
            setting,
            f"it needs the Python package {error.name}: pip install 'dbal-conform[{extra}]'",
        ) from None

"""Ways to reach a target. Each module has one class with one method that matters: `exchange`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from dbal_conform.core.errors import CouldNotRunError, InputError
from dbal_conform.core.manifest import Manifest, fill
from dbal_conform.core.messages import RawReply, RawRequest, Reply, Request
from dbal_conform.processes.program import Program


class Transport(Protocol):
    """A line to one target, open from construction until `close`.

    Calls may be made from several threads at once. After a `TargetError` nothing is known of the
    call that failed; where `keeps_lines`, the next goes over a connection on which nothing of it is
    left, else the transport itself must be opened anew.
    """

    reply_limit: int  # bytes; a longer reply is not read
    keeps_lines: bool

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        """Send one request and wait for its reply.

        Raises:
            TargetError: none came in `timeout_s` seconds, or it was not of the wire format.
            InexpressibleError: this transport has no way to say that.
        """
        ...

    def exchange_raw(self, raw: RawRequest, *, timeout_s: float) -> RawReply:
        """Send one message exactly as it is and tell what came of it.

        Raises:
            TargetError: the target died, or answered with what is not JSON.
            CouldNotRunError: this transport has no messages of that kind.
            InexpressibleError: it has, but not this one.
        """
        ...

    def disturb(self, fault: str) -> None:
        """Break the connection of the thread that asks: `drop` or `half-close`.

        Its next call makes another.

        Raises:
            CouldNotRunError: the target would end with it, or there is none.
        """
        ...

    def close(self) -> None:
        """Let go of the target; may be called twice."""
        ...


class Opening(NamedTuple):
    """What a transport is opened with.

    `values` stand for the placeholders of the manifest. `program` is the target, where it was
    started; `owner` tells what is started apart from what others have started.
    """

    manifest: Manifest
    folder: Path
    values: Mapping[str, str]
    timeout_s: float
    owner: str = ""
    program: Program | None = None

    @property
    def url(self) -> str:
        """Where the target listens.

        Raises:
            InputError: the manifest does not say.
        """
        written = self.manifest.connect.url
        if written is None:
            raise InputError(f"{self.manifest.transport} needs connect.url")
        return fill(written, self.values)

    @property
    def authority(self) -> Path | None:
        """The file with the certificates to trust, None for those that the system trusts."""
        tls = self.manifest.connect.tls
        return None if tls is None else self.folder / tls.ca


# Rows are named by string: what a transport needs is imported when it is used.
TRANSPORTS = {
    "in-process": "dbal_conform.transports.in_process:InProcess",
    "stdio": "dbal_conform.transports.stdio:Stdio",
    "websocket": "dbal_conform.transports.websocket:WebSocket",
    "http": "dbal_conform.transports.http:Http",
    "grpc": "dbal_conform.transports.grpc:Grpc",
}


def open_transport(opening: Opening) -> Transport:
    """Open the line that the manifest asks for, and start the target where it says how.

    Raises:
        InputError: the manifest names something that is not there.
        TargetError: the target could not be started or reached.
        CouldNotRunError: the transport needs an extra that is not installed.
    """
    if opening.manifest.start is None:
        return connect(opening)
    from dbal_conform.transports.hosted import Hosted  # noqa: PLC0415 -- it imports this module

    return Hosted(opening)


def connect(opening: Opening) -> Transport:
    """Open the line to a target that runs.

    Raises:
        InputError, TargetError, CouldNotRunError: as for `open_transport`.
    """
    from dbal_conform.transports.in_process import resolve  # noqa: PLC0415 -- it imports this module

    name = opening.manifest.transport
    try:
        made: Any = resolve(TRANSPORTS[name])
    except InputError as error:
        cause = error.__cause__
        lacking = (getattr(cause, "name", None) or "").partition(".")[0]
        if not isinstance(cause, ImportError) or lacking in ("", "dbal_conform"):
            raise
        raise CouldNotRunError(
            f"target {opening.manifest.target}: {name} needs the package {lacking}:"
            f" pip install 'dbal-conform[{name}]'"
        ) from error
    transport: Transport = made(opening)
    return transport

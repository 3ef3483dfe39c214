"""Ways to reach a target. Each module has one class with one method that matters: `exchange`."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from dbal_conform.core.errors import CouldNotRunError
from dbal_conform.core.manifest import Manifest
from dbal_conform.core.messages import RawReply, RawRequest, Reply, Request

if TYPE_CHECKING:
    from collections.abc import Mapping


class Transport(Protocol):
    """A line to one target, open from construction until `close`.

    Calls may be made from several threads at once. After a `TargetError` nothing is known of the
    line: close it and open another.
    """

    reply_limit: int  # bytes; a longer reply is not read

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        """Send one request and wait for its reply.

        Raises:
            TargetError: none came in `timeout_s` seconds, or it was not of the wire format.
        """
        ...

    def exchange_raw(self, raw: RawRequest, *, timeout_s: float) -> RawReply:
        """Send one message exactly as it is and tell what came of it.

        Raises:
            TargetError: the target died, or answered with what is not JSON.
            CouldNotRunError: this transport has no messages of that kind.
        """
        ...

    def close(self) -> None:
        """Let go of the target; may be called twice."""
        ...


class Opening(NamedTuple):
    """What a transport is opened with: `values` stand for the placeholders of the manifest."""

    manifest: Manifest
    folder: Path
    values: "Mapping[str, str]"
    timeout_s: float


# Rows are named by string: what a transport needs is imported when it is used.
TRANSPORTS = {"in-process": "dbal_conform.transports.in_process:InProcess"}


def open_transport(opening: Opening) -> Transport:
    """Open the line that the manifest asks for.

    Raises:
        InputError: the manifest names something that is not there.
        TargetError: the target could not be started or reached.
        CouldNotRunError: this version does not speak that transport.
    """
    from dbal_conform.transports.in_process import resolve  # noqa: PLC0415 -- it imports this module

    name = opening.manifest.transport
    if name not in TRANSPORTS:
        spoken = ", ".join(TRANSPORTS)
        raise CouldNotRunError(
            f"target {opening.manifest.target}: this version of dbal-conform speaks {spoken},"
            f" not {name}"
        )
    transport: Transport = resolve(TRANSPORTS[name])(opening)
    return transport

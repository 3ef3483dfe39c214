"""Lines to the peers of tests/peers."""

import sys
from pathlib import Path
from typing import Any

import msgspec

from dbal_conform.core.manifest import Manifest
from dbal_conform.transports import Opening, Transport, connect, open_transport

TOKEN = "a-bootstrap-token-of-the-tests"
PEERS = Path(__file__).parents[2] / "peers"
SCHEMES = {"websocket": "ws", "http": "http", "grpc": "grpc"}


def manifest(transport: str, **more: object) -> Manifest:
    return msgspec.convert({"target": "peer", "transport": transport, **more}, Manifest)


def line(
    transport: str, port: int, *, tls: str | None = None, folder: Path = PEERS, wait_s: float = 5.0
) -> Transport:
    """Open the line to a peer that listens."""
    scheme = SCHEMES[transport] + ("s" if tls else "")
    to: dict[str, Any] = {"url": f"{scheme}://127.0.0.1:{port}/rpc"}
    if tls:
        to["tls"] = {"ca": tls}
    return connect(Opening(manifest(transport, connect=to), folder, {}, wait_s))


def started(
    behaviour: str, *, wait_s: float = 10.0, env: dict[str, str] | None = None
) -> Transport:
    """Start a peer on pipes, and open the line to it."""
    start = {"command": ["{python}", str(PEERS / "stdio.py"), behaviour], "env": env or {}}
    values = {"python": sys.executable, "bootstrap_token": TOKEN}
    return open_transport(Opening(manifest("stdio", start=start), PEERS, values, wait_s))

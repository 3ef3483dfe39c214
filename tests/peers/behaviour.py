"""What a peer sends for one request, by the name of how it behaves."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

HELLO: dict[str, Any] = {
    "contract": "1.0",
    "implementation": {"name": "peer", "version": "1"},
    "capabilities": [],
}
BIG = 200_000  # bytes of a reply that is too long where the limit is set to less
DRIP_S = 0.05


class Reply(NamedTuple):
    """One message; not `whole`, it breaks off half-way and the connection ends."""

    body: bytes
    whole: bool = True
    slow: bool = False  # a byte at a time


class Close(NamedTuple):
    """The connection ends."""


Sent = Reply | Close


def answers(behaviour: str, request: bytes) -> Iterator[Sent]:
    """Yield what is sent for `request`, in order."""
    asked = json.loads(request)
    yield from BEHAVIOURS[behaviour](asked["id"])


def envelope(call_id: object, **more: object) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": call_id, **more}).encode()


def _well(call_id: int) -> Iterator[Sent]:
    yield Reply(envelope(call_id, result=HELLO))


def _wrong_id(call_id: int) -> Iterator[Sent]:
    yield Reply(envelope(call_id + 1000, result=HELLO))


def _text_id(call_id: int) -> Iterator[Sent]:
    yield Reply(envelope(str(call_id), result=HELLO))


def _twice(call_id: int) -> Iterator[Sent]:
    yield Reply(envelope(call_id, result=HELLO))
    yield Reply(envelope(call_id, result=HELLO))


def _never(_: int) -> Iterator[Sent]:
    return iter(())


def _garbage(_: int) -> Iterator[Sent]:
    yield Reply(b'{"jsonrpc": "2.0", "id": \x00\x01')


def _no_outcome(call_id: int) -> Iterator[Sent]:
    yield Reply(envelope(call_id))


def _half(call_id: int) -> Iterator[Sent]:
    yield Reply(envelope(call_id, result=HELLO), whole=False)


def _close(_: int) -> Iterator[Sent]:
    yield Close()


def _too_big(call_id: int) -> Iterator[Sent]:
    yield Reply(envelope(call_id, result="x" * BIG))


def _drip(call_id: int) -> Iterator[Sent]:
    yield Reply(envelope(call_id, result="x" * BIG), slow=True)


def _late(call_id: int) -> Iterator[Sent]:
    time.sleep(1.0)
    yield Reply(envelope(call_id, result=HELLO))


BEHAVIOURS: dict[str, Callable[[int], Iterator[Sent]]] = {
    "well": _well,
    "wrong-id": _wrong_id,
    "text-id": _text_id,
    "twice": _twice,
    "never": _never,
    "garbage": _garbage,
    "no-outcome": _no_outcome,
    "half": _half,
    "close": _close,
    "too-big": _too_big,
    "drip": _drip,
    "late": _late,
}
"""Each is one way to behave."""

"""A target that does as the reference does, until it is asked `User.count`: then it misbehaves."""

import contextlib
import ctypes
import itertools
import json
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

from dbal_reference.conformance import open_target as open_reference

TRIGGER = b'"User.count"'
PASS_ON = object()


def open_target(settings: Mapping[str, str]) -> object:
    """Open the reference and put the misbehaviour before it that the manifest names."""
    own = dict(settings)
    behaviour = own.pop("behaviour")
    if behaviour == "unopenable":
        raise RuntimeError("no luck today")
    if behaviour == "exits_on_opening":
        os._exit(7)
    if behaviour == "hangs_on_opening":
        time.sleep(3600)
    reference = open_reference(own)
    return Hostile(reference, BEHAVIOURS[behaviour])


class Hostile:
    """Bytes in, and now and then no good bytes out."""

    def __init__(self, reference: object, misbehave: Callable[[bytes], object]) -> None:
        self._reference = reference
        self._misbehave = misbehave

    def handle(self, message: bytes) -> object:
        """Answer, or misbehave."""
        answer = self._misbehave(message) if TRIGGER in message else PASS_ON
        if answer is not PASS_ON:
            return answer
        return self._reference.handle(message)  # type: ignore[attr-defined]  # bytes -> bytes

    def close(self) -> None:
        """Close the reference."""
        self._reference.close()  # type: ignore[attr-defined]  # it has one


def _raises(_: bytes) -> object:
    raise ZeroDivisionError("a bug of the target's")


def _exits(_: bytes) -> object:
    sys.exit(0)


def _spins(_: bytes) -> object:
    while True:
        pass


def _spins_deaf(_: bytes) -> object:
    while True:
        with contextlib.suppress(BaseException):
            _spins(_)


def _waits(_: bytes) -> object:
    time.sleep(3600)
    return b""


def _hangs_in_c(_: bytes) -> object:
    # A loop within one C call: no signal handler and no other thread gets a turn.
    deque(itertools.repeat(None), maxlen=0)
    return b""


def _dies(_: bytes) -> object:
    os._exit(9)


def _raises_once(_: bytes) -> object:
    """Fail, but only the first time: flaky."""
    mark = Path(os.environ["HOSTILE_MARK"])
    if not mark.exists():
        mark.touch()
        raise ZeroDivisionError("only this once")
    return PASS_ON


def _segfaults(_: bytes) -> object:
    return ctypes.string_at(0)


def _reply(message: bytes, result: object) -> bytes:
    return json.dumps(
        {"jsonrpc": "2.0", "id": json.loads(message)["id"], "result": result}
    ).encode()


BEHAVIOURS: dict[str, Callable[[bytes], object]] = {
    "garbage": lambda _: b"\xff\xfe no json",
    "nan": lambda m: _reply(m, float("nan")),
    "huge": lambda m: _reply(m, "x" * 100_000_000),
    "deep": lambda m: _reply(m, 0).replace(b"0}", b"[" * 10_000 + b"]" * 10_000 + b"}"),
    "nested": lambda m: _reply(m, 0).replace(b"0}", b"[" * 300 + b"]" * 300 + b"}"),
    "wrong_id": lambda m: _reply(m, 0).replace(b'"id": ', b'"id": 9'),
    "text": lambda m: _reply(m, 0).decode(),
    "nothing": lambda _: None,
    "empty": lambda _: b"",
    "raises": _raises,
    "exits": _exits,
    "spins": _spins,
    "spins_deaf": _spins_deaf,
    "waits": _waits,
    "hangs_in_c": _hangs_in_c,
    "dies": _dies,
    "raises_once": _raises_once,
    "segfaults": _segfaults,
    "wrong": lambda m: _reply(m, 1),
    "well": lambda _: PASS_ON,
}

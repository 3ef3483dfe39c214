"""A target on pipes: one JSON-RPC message a line (contract.md, STD-LINE-*)."""

import os
import select
import threading
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

import msgspec

from dbal_conform.core.errors import (
    CouldNotRunError,
    HarnessError,
    InexpressibleError,
    TargetCrashError,
    TargetError,
    TargetProtocolError,
    TargetTimeoutError,
)
from dbal_conform.core.messages import Json, RawReply, RawRequest, Reply, Request
from dbal_conform.transports import Opening, jsonrpc

_CHUNK = 64 * 1024
_RAW = "raw"  # the one raw message that may wait, in place of an id


class _Head(msgspec.Struct):
    """As much of a line as tells whom it is for."""

    id: Any = None


_head = msgspec.json.Decoder(_Head).decode


class Stdio:
    """See `Transport`. There is one connection, which all threads share; replies find their ask."""

    keeps_lines = False  # what has gone wrong once may go on: only a new process is clean

    def __init__(self, opening: Opening) -> None:
        if opening.program is None:
            raise HarnessError("stdio without a program")
        self.reply_limit = jsonrpc.REPLY_LIMIT
        self._input, self._output = opening.program.pipes
        os.set_blocking(self._input, False)
        self._write = threading.Lock()
        self._mailboxes: dict[int | str, SimpleQueue[bytes | TargetError]] = {}
        self._wrong: TargetError | None = None  # since when nothing is right any more
        self._closed = False
        self._reader = threading.Thread(target=self._read, name="dbal-stdio", daemon=True)
        self._reader.start()

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        """Write one line and wait for the line with its id; see `Transport.exchange`."""
        until = monotonic() + timeout_s
        box = self._expect(request.id)
        try:
            self._send(jsonrpc.encode(request), until)
            line = _taken(box, until)
        finally:
            self._mailboxes.pop(request.id, None)
        return jsonrpc.decode(line, request.id, limit=self.reply_limit)

    def exchange_raw(self, raw: RawRequest, *, timeout_s: float) -> RawReply:
        """Write a line as it is; see `Transport.exchange_raw`.

        A `line` may hold line ends; as many replies are awaited as it has lines that are not blank.
        """
        message = jsonrpc.raw_message(raw)
        if message is None:
            raise CouldNotRunError(f"stdio has no raw messages of kind {raw.kind!r}")
        if raw.kind != "line" and b"\n" in message:
            raise InexpressibleError("a message with a line end in it is two lines of stdio")
        due = sum(1 for line in message.split(b"\n") if line.strip()) if raw.kind == "line" else 1
        until = monotonic() + timeout_s
        if raw.quiet_ms is not None:
            until = min(until, monotonic() + raw.quiet_ms / 1000)
        box = self._expect(_RAW)
        replies: list[Json] = []
        try:
            self._send(message, until)
            while raw.quiet_ms is not None or len(replies) < due:
                replies.append(jsonrpc.decode_any(_taken(box, until), limit=self.reply_limit))
        except TargetTimeoutError:
            if raw.quiet_ms is None:
                raise
        finally:
            self._mailboxes.pop(_RAW, None)
        if not replies:
            return RawReply(raw.id, silent_ms=raw.quiet_ms)
        return RawReply(raw.id, json=replies[0] if len(replies) == 1 else [*replies])

    def disturb(self, fault: str) -> None:
        """Refuse: with its one connection the target itself would end."""
        raise CouldNotRunError(f"stdio has one connection; to {fault} it ends the target")

    def close(self) -> None:
        """Read no more; the program is stopped by whoever started it. May be called twice."""
        self._closed = True

    def _expect(self, key: int | str) -> "SimpleQueue[bytes | TargetError]":
        if self._wrong is not None:
            raise self._wrong
        if key in self._mailboxes:
            raise HarnessError(f"two messages wait under {key!r}")
        box = self._mailboxes[key] = SimpleQueue()
        return box

    def _send(self, message: bytes, until: float) -> None:
        view = memoryview(message + b"\n")
        with self._write:
            while view:
                left = until - monotonic()
                if left <= 0 or not select.select([], [self._input], [], left)[1]:
                    self._wrong = TargetTimeoutError("it did not take the message in time")
                    raise self._wrong
                try:
                    view = view[os.write(self._input, view) :]
                except BlockingIOError:
                    continue
                except OSError as error:
                    raise TargetCrashError("it no longer reads its input") from error

    def _read(self) -> None:
        """Deliver lines until there are no more."""
        held = bytearray()
        while not self._closed:
            try:
                chunk = os.read(self._output, _CHUNK)
            except OSError:
                chunk = b""
            if not chunk:
                ended = b" in the middle of a line" if held else b""
                self._fail(TargetCrashError(f"it closed its output{ended.decode()}"))
                return
            held += chunk
            if b"\n" in chunk:
                *lines, rest = held.split(b"\n")
                for line in lines:
                    self._deliver(bytes(line))
                held = bytearray(rest)
            if len(held) > self.reply_limit:
                words = f"a line of more than {self.reply_limit} bytes"
                self._fail(TargetProtocolError(words))
                return

    def _deliver(self, line: bytes) -> None:
        try:
            key = _head(line).id
        except (msgspec.MsgspecError, ValueError, RecursionError):
            key = None
        # Taken out at once: a second answer must find nobody who waits.
        box = self._mailboxes.pop(key, None) if type(key) is int else None
        box = box or self._mailboxes.get(_RAW)
        if box is None and len(self._mailboxes) == 1:
            (box,) = self._mailboxes.values()  # the reader of that reply will say what is wrong
        if box is None:
            shown = jsonrpc.quote(line)
            self._fail(TargetProtocolError(f"RPC-MSG-002: a line that answers nothing: {shown}"))
        else:
            box.put(line)

    def _fail(self, error: TargetError) -> None:
        """Tell all who wait, and all who come."""
        self._wrong = error
        for box in list(self._mailboxes.values()):
            box.put(error)


def _taken(box: "SimpleQueue[bytes | TargetError]", until: float) -> bytes:
    left = until - monotonic()
    try:
        came = box.get(timeout=max(left, 0.001))
    except Empty:
        raise TargetTimeoutError("no reply in time") from None
    if isinstance(came, TargetError):
        raise came
    return came

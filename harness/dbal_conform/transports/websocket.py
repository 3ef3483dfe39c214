"""A target behind a WebSocket: one JSON-RPC message a text frame (contract.md, WS-*)."""

from collections.abc import Sequence
from time import monotonic
from typing import Any, Final

from websockets.frames import Frame, Opcode

from dbal_conform.core.errors import (
    CouldNotRunError,
    TargetError,
    TargetProtocolError,
    TargetTimeoutError,
)
from dbal_conform.core.messages import Json, RawReply, RawRequest, Reply, Request
from dbal_conform.transports import Opening, jsonrpc
from dbal_conform.transports.lanes import Lanes
from dbal_conform.transports.stream import ClosedError, address_of
from dbal_conform.transports.websocket_lane import DATA, Sent, WebSocketLane

_MOST_REPLIES: Final = 10_000  # kept of what comes to one raw step


class WebSocket:
    """See `Transport`. Each thread that asks has a connection of its own."""

    keeps_lines = True

    def __init__(self, opening: Opening) -> None:
        self.reply_limit = jsonrpc.REPLY_LIMIT
        address = address_of(opening.url, "ws", "wss", authority=opening.authority)
        self._lanes = Lanes(lambda timeout_s: WebSocketLane(address, timeout_s))
        self._lanes.mine(opening.timeout_s)

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        """Send one text frame and wait for one; see `Transport.exchange`."""
        until = monotonic() + timeout_s
        try:
            lane = self._lanes.mine(timeout_s)
            lane.limit = self.reply_limit
            lane.refuse_stray()
            lane.send([(Opcode.TEXT, jsonrpc.encode(request), True)], until)
            return jsonrpc.decode(lane.message(until), request.id, limit=self.reply_limit)
        except TargetError:
            self._lanes.drop()  # what else comes over it is the rest of this
            raise

    def exchange_raw(self, raw: RawRequest, *, timeout_s: float) -> RawReply:
        """Send frames as they are; see `Transport.exchange_raw`.

        As many replies are awaited as messages were finished, and a pong for each ping.
        """
        until = monotonic() + timeout_s
        frames = _frames(raw)
        try:
            lane = self._lanes.mine(timeout_s)
            lane.limit = self.reply_limit
            lane.refuse_stray()
            lane.send(frames, until)
            reply = _Hearing(lane, raw, frames, self.reply_limit).reply(until)
        except TargetError:
            self._lanes.drop()
            raise
        if not all(final for _, _, final in frames[-1:]):
            self._lanes.drop()  # whatever comes next would go on with that message
        return reply

    def disturb(self, fault: str) -> None:
        """Break this thread's connection; see `Transport.disturb`."""
        if fault == "drop":
            self._lanes.drop()
        else:
            self._lanes.half_close()

    def close(self) -> None:
        """End all connections; may be called twice."""
        self._lanes.close()


class _Hearing:
    """What comes of raw frames, until it is all there."""

    def __init__(
        self,
        lane: WebSocketLane,
        raw: RawRequest,
        frames: Sequence[tuple[Opcode, bytes, bool]],
        limit: int,
    ) -> None:
        lane.asked_oddly = True
        self._lane = lane
        self._raw = raw
        self._limit = limit
        self._due = sum(final for opcode, _, final in frames if opcode in DATA)
        self._pings = [data for opcode, data, _ in frames if opcode is Opcode.PING]
        self._closing = any(opcode is Opcode.CLOSE for opcode, _, _ in frames)
        self._replies: list[Json] = []

    def reply(self, until: float) -> RawReply:
        """Wait for it."""
        quiet_ms = self._raw.quiet_ms
        if quiet_ms is not None:
            until = min(until, monotonic() + quiet_ms / 1000)
        silent_ms = None
        try:
            while not self._complete and (frame := self._lane.frame(until)) is not None:
                self._take(frame)
        except TargetTimeoutError:
            if quiet_ms is None:
                raise
            silent_ms = quiet_ms if not self._replies else None
        except ClosedError:
            if self._lane.close_code is None and not self._closing:
                raise
        if self._pings:
            raise TargetProtocolError("WS-CONN-004: a ping was not answered")
        parts: dict[str, Any] = {}
        if self._replies:
            alone = len(self._replies) == 1 and self._due <= 1
            parts["json"] = self._replies[0] if alone else self._replies
        return RawReply(
            self._raw.id, close_code=self._lane.close_code, silent_ms=silent_ms, **parts
        )

    @property
    def _complete(self) -> bool:
        if self._raw.quiet_ms is not None or self._closing:
            return False
        return len(self._replies) >= self._due and not self._pings

    def _take(self, frame: Frame) -> None:
        if frame.opcode is Opcode.PONG and bytes(frame.data) in self._pings:
            self._pings.remove(bytes(frame.data))
        whole = self._lane.assembled(frame)
        if whole is None:
            return
        if len(self._replies) >= _MOST_REPLIES:
            raise TargetProtocolError(f"RPC-MSG-002: more than {_MOST_REPLIES} replies")
        self._replies.append(jsonrpc.decode_any(whole, limit=self._limit))


def _frames(raw: RawRequest) -> list[Sent]:
    """Return the frames of a raw message; one that follows an unfinished one continues it."""
    if raw.kind != "frames":
        message = jsonrpc.raw_message(raw)
        if message is None:
            raise CouldNotRunError(f"websocket has no raw messages of kind {raw.kind!r}")
        return [(Opcode.TEXT, message, True)]
    frames: list[Sent] = []
    unfinished = False
    for each in raw.payload if isinstance(raw.payload, list) else []:
        opcode, data, final = _frame(each)
        if opcode in DATA:
            opcode = Opcode.CONT if unfinished else opcode
            unfinished = not final
        frames.append((opcode, data, final))
    return frames


def _frame(written: Json) -> Sent:
    final = isinstance(written, dict) and written.get("final") is not False
    match written:
        case {"close": int(code)}:
            return Opcode.CLOSE, code.to_bytes(2, "big"), True
        case {"ping": str(text)}:
            return Opcode.PING, text.encode(), True
        case {"binary": str(text)}:
            return Opcode.BINARY, _bytes(text), final
        case {"text": str(text)}:
            return Opcode.TEXT, _bytes(text), final
        case _:
            raise CouldNotRunError(f"no frame: {written!r:.80}")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")

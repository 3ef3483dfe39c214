"""One WebSocket connection: frames over a stream, assembled to messages."""

import contextlib
from collections.abc import Sequence
from time import monotonic
from typing import Final, TypeAlias

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidHandshake, InvalidMessage, PayloadTooBig
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from dbal_conform.core.errors import TargetError, TargetProtocolError
from dbal_conform.transports import jsonrpc
from dbal_conform.transports.stream import Address, ClosedError, Stream

DATA: Final = frozenset({Opcode.TEXT, Opcode.BINARY, Opcode.CONT})
GOODBYE_S = 0.5

Sent: TypeAlias = tuple[Opcode, bytes, bool]  # a frame as it goes out: kind, data, whether final


class WebSocketLane:
    """One connection: frames over a stream."""

    def __init__(self, address: Address, timeout_s: float) -> None:
        until = monotonic() + timeout_s
        self.limit = jsonrpc.REPLY_LIMIT
        self.asked_oddly = False  # it may yet be closed for what it was sent
        scheme = "ws" if address.tls is None else "wss"
        self._stream = Stream(address, timeout_s=timeout_s, alpn="http/1.1")
        self._protocol = ClientProtocol(
            parse_uri(f"{scheme}://{address.authority}{address.path}"),
            max_size=jsonrpc.HIGHEST_LIMIT,
        )
        self._frames: list[Frame] = []
        self._parts: list[bytes] = []
        try:
            self._shake_hands(until)
        except TargetError:
            self.close()
            raise

    @property
    def usable(self) -> bool:
        """See `Lane`; what came meanwhile is taken in, and pings are answered."""
        try:
            while self._stream.waits and not self._stream.ended:
                self._pump(monotonic() + 1.0)
        except TargetError:
            return False
        return self._protocol.state is State.OPEN

    @property
    def close_code(self) -> int | None:
        """The code with which the server has closed it."""
        received = self._protocol.close_rcvd
        return None if received is None else received.code

    def refuse_stray(self) -> None:
        """See that nothing has come that nobody asked for.

        Raises:
            TargetProtocolError: it has.
        """
        for frame in self._frames:
            if frame.opcode in DATA and not self.asked_oddly:
                raise TargetProtocolError("RPC-MSG-002: a message came that answers nothing")
        self._frames.clear()
        self._parts.clear()
        self.asked_oddly = False

    def send(self, frames: Sequence[Sent], until: float) -> None:
        """Send frames, as they are, with a mask each."""
        for opcode, data, final in frames:
            self._protocol.send_frame(Frame(opcode, data, final))
        self._flush(until)

    def message(self, until: float) -> bytes:
        """Return the next text message.

        Raises:
            TargetProtocolError: it is binary, too long, not of RFC 6455, or none came.
        """
        while True:
            frame = self.frame(until)
            if frame is None:
                code = self.close_code
                how = "without a close frame" if code is None else f"with close code {code}"
                raise ClosedError(f"the connection was closed {how} where a reply was due")
            whole = self.assembled(frame)
            if whole is not None:
                return whole

    def frame(self, until: float) -> Frame | None:
        """Return the next frame, None where the server has closed and no more can come."""
        while not self._frames:
            if self._stream.ended or self.close_code is not None:
                return None
            self._pump(until)
        return self._frames.pop(0)

    def assembled(self, frame: Frame) -> bytes | None:
        """Return the message that this frame completes."""
        if frame.opcode not in DATA:
            return None
        if frame.opcode is Opcode.BINARY:
            raise TargetProtocolError("WS-CONN-001: a binary frame, where replies are text")
        self._parts.append(bytes(frame.data))
        if sum(map(len, self._parts)) > self.limit:
            raise TargetProtocolError(f"the reply is longer than {self.limit} bytes")
        if not frame.fin:
            return None
        whole = b"".join(self._parts)
        self._parts.clear()
        return whole

    def half_close(self) -> None:
        """Send no more; the stream stays open the other way."""
        self._stream.half_close()

    def close(self) -> None:
        """Say good-bye, and wait for no answer."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(1000)
            with contextlib.suppress(TargetError):
                self._flush(monotonic() + GOODBYE_S)
        self._stream.close()

    def _shake_hands(self, until: float) -> None:
        self._protocol.send_request(self._protocol.connect())
        self._flush(until)
        while self._protocol.state is State.CONNECTING and self._protocol.handshake_exc is None:
            if self._stream.ended:
                raise ClosedError("the connection ended in the WebSocket handshake")
            self._pump(until)
        error = self._protocol.handshake_exc
        if error is not None:
            raise TargetProtocolError(f"WS-CONN-001: no WebSocket handshake: {_words(error)}")

    def _pump(self, until: float) -> None:
        """Take in what comes next, and answer what the protocol answers by itself."""
        data = self._stream.receive(until=until)
        if data:
            self._protocol.receive_data(data)
        else:
            self._protocol.receive_eof()
        came = self._protocol.events_received()
        self._frames += [each for each in came if isinstance(each, Frame)]
        error = self._protocol.parser_exc
        if error is not None and not isinstance(error, EOFError):
            too_big = isinstance(error, PayloadTooBig)
            rule = "the reply is too long" if too_big else "WS-CONN-001: not of RFC 6455"
            raise TargetProtocolError(f"{rule}: {error}")
        if data and not self._stream.ended:
            self._flush(until)

    def _flush(self, until: float) -> None:
        data = b"".join(self._protocol.data_to_send())
        if data:
            self._stream.send(data, until=until)


def _words(error: BaseException) -> str:
    cause = error.__cause__
    if isinstance(error, InvalidMessage) and cause is not None:
        return f"{error}: {cause}"
    return str(error) if isinstance(error, InvalidHandshake) else repr(error)

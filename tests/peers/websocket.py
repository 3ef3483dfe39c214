"""A peer that speaks WebSocket, to the frame."""

import socket

from websockets.frames import Frame, Opcode
from websockets.utils import accept_key

from tests.peers.behaviour import Close, Reply, answers
from tests.peers.tcp import Talk, drip, end, header, read_head


def talking(behaviour: str) -> Talk:
    """Return what is said on each connection."""

    def talk(stream: socket.socket) -> None:
        head, rest = read_head(stream)
        if behaviour == "no-upgrade":
            stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            return
        key = accept_key(header(head, "sec-websocket-key"))
        stream.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: %s\r\n\r\n" % key.encode()
        )
        frames = _Frames(stream, rest)
        while (message := frames.message()) is not None:
            if not _answered(stream, behaviour, message):
                return

    return talk


def _answered(stream: socket.socket, behaviour: str, message: bytes) -> bool:
    if behaviour == "binary":
        stream.sendall(_frame(message, Opcode.BINARY))
        return True
    if behaviour == "unmasked-garbage":
        stream.sendall(b"\xff" * 64)
        return True
    if behaviour == "polite-close":
        stream.sendall(_frame((1011).to_bytes(2, "big"), Opcode.CLOSE))
        return True
    for sent in answers(behaviour, message):
        match sent:
            case Reply(body, whole=True, slow=False):
                stream.sendall(_frame(body))
            case Reply(body, slow=True):
                drip(stream, _frame(body))
            case Reply(body):
                stream.sendall(_frame(body)[: len(body) // 2])
                end(stream)
                return False
            case Close():
                end(stream)
                return False
    return True


def _frame(data: bytes, opcode: Opcode = Opcode.TEXT) -> bytes:
    return Frame(opcode, data).serialize(mask=False)


class _Frames:
    """Reads a client's frames; whole messages in one frame are all that is understood."""

    def __init__(self, stream: socket.socket, rest: bytes) -> None:
        self._stream = stream
        self._held = rest

    def message(self) -> bytes | None:
        """Return the next text message; None at the end."""
        while True:
            try:
                first, second = self._take(2)
            except EOFError:
                return None
            size = second & 0x7F
            if size == 126:
                size = int.from_bytes(self._take(2), "big")
            elif size == 127:
                size = int.from_bytes(self._take(8), "big")
            mask = self._take(4)
            data = bytes(byte ^ mask[i % 4] for i, byte in enumerate(self._take(size)))
            if first & 0x0F == Opcode.CLOSE:
                return None
            if first & 0x0F == Opcode.TEXT:
                return data

    def _take(self, count: int) -> bytes:
        while len(self._held) < count:
            chunk = self._stream.recv(65536)
            if not chunk:
                raise EOFError
            self._held += chunk
        taken, self._held = self._held[:count], self._held[count:]
        return taken

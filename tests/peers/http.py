"""A peer that speaks HTTP, to the byte."""

import socket

from tests.peers.behaviour import Close, Reply, answers
from tests.peers.tcp import Talk, drip, end, header, read_head


def talking(behaviour: str) -> Talk:
    """Return what is said on each connection."""

    def talk(stream: socket.socket) -> None:
        while True:
            head, body = read_head(stream)
            while len(body) < int(header(head, "content-length") or 0):
                body += stream.recv(65536)
            if not _answered(stream, behaviour, body):
                return

    return talk


def _answered(stream: socket.socket, behaviour: str, message: bytes) -> bool:
    odd = ODD.get(behaviour)
    if odd is not None:
        stream.sendall(odd)
        return True
    kept = behaviour if behaviour not in STATUSES else "well"
    for sent in answers(kept, message):
        match sent:
            case Reply(body, whole=True, slow=False):
                stream.sendall(_response(body, STATUSES.get(behaviour, 200)))
            case Reply(body, slow=True):
                drip(stream, _response(body, 200))
            case Reply(body):
                stream.sendall(_response(body, 200)[: -len(body) // 2])
                end(stream)
                return False
            case Close():
                end(stream)
                return False
    return True


def _response(body: bytes, status: int) -> bytes:
    return b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
        status,
        len(body),
        body,
    )


STATUSES = {"wrong-status": 500}
ODD = {
    "not-http": b"SSH-2.0-OpenSSH_9.2\r\n" * 4,
    "page": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<hi>",
    "two-lengths": (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nnull"
    ),
}

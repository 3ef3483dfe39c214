"""A target behind HTTP: one JSON-RPC message a POST (contract.md, HTTP-RPC-*)."""

import contextlib
from http import HTTPStatus
from time import monotonic
from typing import NamedTuple

import h11
import msgspec

from dbal_conform.core.errors import CouldNotRunError, TargetError, TargetProtocolError
from dbal_conform.core.messages import Fault, Json, RawReply, RawRequest, Reply, Request
from dbal_conform.transports import Opening, jsonrpc
from dbal_conform.transports.lanes import Lanes
from dbal_conform.transports.stream import Address, ClosedError, Stream, address_of

_LOOK_S = 1.0  # to take in what has come already
_HEAD_LIMIT = 64 * 1024  # bytes of a status line with its headers
_BEGIN = b"HTTP/1."
_ABOUT_BODY = frozenset({"content-length", "transfer-encoding"})


class Http:
    """See `Transport`. Each thread that asks has a connection of its own, kept alive."""

    keeps_lines = True

    def __init__(self, opening: Opening) -> None:
        self.reply_limit = jsonrpc.REPLY_LIMIT
        self._address = address_of(opening.url, "http", "https", authority=opening.authority)
        self._lanes = Lanes(lambda timeout_s: _Lane(self._address, timeout_s))
        self._lanes.mine(opening.timeout_s)

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        """Post one message; see `Transport.exchange`."""
        answer = self._post(jsonrpc.encode(request), timeout_s)
        if not _is_json(answer):
            # What is no reply of ours is told by its status: a gateway's page, say.
            told = f"status {answer.status}, content type {answer.headers.get('content-type')!r}"
            raise TargetProtocolError(f"HTTP-RPC-002: the body is not JSON: {told}")
        reply = jsonrpc.decode(answer.body, request.id, limit=self.reply_limit)
        _agree(answer.status, reply)
        return reply

    def exchange_raw(self, raw: RawRequest, *, timeout_s: float) -> RawReply:
        """Send what is wrong on purpose; see `Transport.exchange_raw`.

        `http` goes out byte for byte over a connection of its own.
        """
        if raw.kind == "http":
            answer = self._say(raw, timeout_s)
        else:
            message = jsonrpc.raw_message(raw)
            if message is None:
                raise CouldNotRunError(f"http has no raw messages of kind {raw.kind!r}")
            answer = self._post(message, timeout_s)
        json: Json | msgspec.UnsetType = msgspec.UNSET
        if raw.kind != "http" or (answer.body and _is_json(answer)):
            json = jsonrpc.decode_any(answer.body, limit=self.reply_limit)
        return RawReply(raw.id, json=json, http_status=answer.status, http_headers=answer.headers)

    def disturb(self, fault: str) -> None:
        """Break this thread's connection; see `Transport.disturb`."""
        if fault == "drop":
            self._lanes.drop()
        else:
            self._lanes.half_close()

    def close(self) -> None:
        """End all connections; may be called twice."""
        self._lanes.close()

    def _post(self, message: bytes, timeout_s: float) -> "_Answer":
        until = monotonic() + timeout_s
        headers = [
            ("Host", self._address.authority),
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(message))),
        ]
        request = h11.Request(method="POST", target=self._address.path, headers=headers)
        try:
            return self._lanes.mine(timeout_s).ask(request, message, self.reply_limit, until)
        except TargetError:
            self._lanes.drop()
            raise

    def _say(self, raw: RawRequest, timeout_s: float) -> "_Answer":
        until = monotonic() + timeout_s
        method, head, body = _written(raw.payload, self._address)
        with contextlib.closing(_Lane(self._address, timeout_s)) as lane:
            return lane.say(method, head + body, self.reply_limit, until)


class _Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class _Lane:
    """One connection."""

    def __init__(self, address: Address, timeout_s: float) -> None:
        self._stream = Stream(address, timeout_s=timeout_s, alpn="http/1.1")
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD_LIMIT)
        self._stray = b""

    @property
    def usable(self) -> bool:
        """Whether it is kept alive; between requests nothing comes but its end."""
        if self._http.our_state is not h11.IDLE or self._http.their_state is not h11.IDLE:
            return False
        if self._stream.waits:
            try:
                self._stray = self._stream.receive(until=monotonic() + _LOOK_S)
            except TargetError:
                return False
        return not self._stream.ended

    def ask(self, request: h11.Request, body: bytes, limit: int, until: float) -> _Answer:
        """Send a request and return what is answered; the connection is then ready for another.

        Raises:
            TargetError: there was no answer of HTTP/1.1 in time and of at most `limit` bytes, or
                another came before anything was asked.
        """
        if self._stray:
            shown = jsonrpc.quote(self._stray)
            raise TargetProtocolError(f"RPC-MSG-002: what came answers nothing: {shown}")
        parts = (request, h11.Data(data=body), h11.EndOfMessage())
        data = b"".join(self._http.send(part) or b"" for part in parts)
        # A server may refuse what is too long before it has read it all, and then reads no more.
        with contextlib.suppress(ClosedError):
            self._stream.send(data, until=until)
        answer = self._answer(limit, until)
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
        return answer

    def say(self, method: str, data: bytes, limit: int, until: float) -> _Answer:
        """Send these bytes, which need be no request, and return what is answered."""
        form = h11.Request(method=method, target="/", headers=[("Host", "-")])
        self._http.send(form)  # how the answer is read depends on the method
        self._http.send(h11.EndOfMessage())
        with contextlib.suppress(ClosedError):
            self._stream.send(data, until=until)
        return self._answer(limit, until)

    def half_close(self) -> None:
        """Send no more."""
        self._stream.half_close()

    def close(self) -> None:
        """End it; may be called twice."""
        self._stream.close()

    def _answer(self, limit: int, until: float) -> _Answer:
        head: h11.Response | None = None
        body = bytearray()
        while True:
            event = self._event(until)
            match event:
                case h11.Response():
                    head = event
                case h11.Data():
                    body += event.data
                    if len(body) > limit:
                        raise TargetProtocolError(f"the reply is longer than {limit} bytes")
                case h11.EndOfMessage() if head is not None:
                    headers = {
                        name.decode(): value.decode("latin-1") for name, value in head.headers
                    }
                    return _Answer(head.status_code, headers, bytes(body))
                case h11.InformationalResponse():
                    continue
                case _:
                    raise ClosedError("the connection was closed where a reply was due")

    def _event(self, until: float) -> object:
        try:
            while True:
                event = self._http.next_event()
                if event is not h11.NEED_DATA:
                    return event
                self._http.receive_data(self._stream.receive(until=until))
                self._refuse_others()
        except h11.RemoteProtocolError as error:
            if self._stream.ended:
                raise ClosedError(f"the connection was closed in a reply: {error}") from error
            raise TargetProtocolError(f"HTTP-RPC-001: not HTTP/1.1: {error}") from error

    def _refuse_others(self) -> None:
        """See that what comes begins as HTTP does; h11 would wait for the end of a head."""
        begun, _ = self._http.trailing_data
        responding = self._http.their_state is h11.SEND_RESPONSE
        if responding and begun[: len(_BEGIN)] != _BEGIN[: len(begun)]:
            raise TargetProtocolError(f"HTTP-RPC-001: not HTTP/1.1: {jsonrpc.quote(begun)}")


def _headers(head: h11.Response) -> dict[str, str]:
    """Return headers by lower-case name; of one that is repeated, the last."""
    return {name.decode(): value.decode("latin-1") for name, value in head.headers}


def _agree(status: int, reply: Reply) -> None:
    """Hold the status against the reply; those of envelope errors the cases judge."""
    wanted = reply.code if isinstance(reply, Fault) else HTTPStatus.OK
    if wanted > 0 and status != wanted:
        came = "a result" if wanted == HTTPStatus.OK else f"an error of code {wanted}"
        raise TargetProtocolError(f"HTTP-RPC-002: status {status} with {came}")


def _is_json(answer: _Answer) -> bool:
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json"


def _written(payload: Json, address: Address) -> tuple[str, bytes, bytes]:
    """Return method, head and body of a request as a vector has it; no header is corrected."""
    if not isinstance(payload, dict):
        raise CouldNotRunError("no HTTP request")
    method, path = str(payload.get("method")), str(payload.get("path"))
    given = payload.get("headers")
    headers = {str(k): str(v) for k, v in given.items()} if isinstance(given, dict) else {}
    body = str(payload.get("body", "")).encode("utf-8", "surrogatepass")
    names = {name.lower() for name in headers}
    lines = [f"{method} {path} HTTP/1.1"]
    if "host" not in names:
        lines.append(f"Host: {address.authority}")
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body and not names & _ABOUT_BODY:
        lines.append(f"Content-Length: {len(body)}")
    return method, "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogatepass"), body

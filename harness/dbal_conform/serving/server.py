"""The server: on the loopback, for reading, to browsers that were sent to it by name."""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from threading import Lock
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from dbal_conform.core.comparison import compare
from dbal_conform.core.errors import InputError
from dbal_conform.reporters import REPORTERS
from dbal_conform.reporters.folder import compared, folder_policy, listing
from dbal_conform.reporters.page import policy, source
from dbal_conform.reporters.plain import one_line
from dbal_conform.serving.folder import Folder

LOOPBACK = "127.0.0.1"
IDLE_S = 10  # a connection that sends nothing for so long is closed
_HTML = "text/html; charset=utf-8"
_TEXT = "text/plain; charset=utf-8"
_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'"
_log = logging.getLogger(__name__)


class Answer(NamedTuple):
    """What a browser gets; `policy` is the Content-Security-Policy, without who may frame it."""

    status: HTTPStatus
    body: bytes
    kind: str = _TEXT
    policy: str = _NOTHING
    attachment: bool = False


class Viewer:
    """Answers to paths; it knows no sockets. One request at a time reads run files."""

    def __init__(self, folder: Folder, place: str) -> None:
        self._folder = folder
        self._place = place
        self._lock = Lock()

    def answer(self, target: str) -> Answer:
        """Return what is at a request's target, path and query."""
        split = urlsplit(target)
        parts = [unquote(part) for part in split.path.split("/")[1:]]
        try:
            with self._lock:
                return self._route(parts, parse_qs(split.query))
        except InputError as error:
            return _said(HTTPStatus.UNPROCESSABLE_ENTITY, one_line(str(error)))

    def _route(self, parts: list[str], query: Mapping[str, list[str]]) -> Answer:
        match parts:
            case [""]:
                page = listing(self._folder.runs(), self._place)
                return Answer(HTTPStatus.OK, page.encode(), _HTML, folder_policy())
            case ["runs", name]:
                return self._report(name)
            case ["runs", name, "raw"]:
                return self._raw(name)
            case ["compare"]:
                return self._compared(query)
            case _:
                return _absent()

    def _report(self, name: str) -> Answer:
        ledger = self._folder.ledger(name)
        if ledger is None:
            return _absent()
        out = StringIO()
        REPORTERS["html"](ledger, out)
        allowed = policy(source("report.css"), source("report.js"))
        return Answer(HTTPStatus.OK, out.getvalue().encode(), _HTML, allowed)

    def _raw(self, name: str) -> Answer:
        path = self._folder.files().get(name)
        if path is None:
            return _absent()
        try:
            return Answer(HTTPStatus.OK, path.read_bytes(), _TEXT, attachment=True)
        except OSError:
            return _absent()

    def _compared(self, query: Mapping[str, list[str]]) -> Answer:
        earlier, later = (query.get(side, [""])[0] for side in ("before", "after"))
        before, after = self._folder.ledger(earlier), self._folder.ledger(later)
        if before is None or after is None:
            return _absent()
        page = compared(earlier, later, compare(before, after))
        return Answer(HTTPStatus.OK, page.encode(), _HTML, folder_policy())


def _absent() -> Answer:
    return _said(HTTPStatus.NOT_FOUND, "there is no such page; / lists the runs")


def _said(status: HTTPStatus, text: str) -> Answer:
    return Answer(status, f"{text}\n".encode())


class _Handler(BaseHTTPRequestHandler):
    server_version = "dbal-conform"
    sys_version = ""
    timeout = IDLE_S
    error_content_type = _TEXT
    error_message_format = "%(code)d %(message)s\n"
    server: "Server"

    def do_GET(self) -> None:
        """Answer."""
        self._send(self._answer())

    def do_HEAD(self) -> None:
        """Answer without the body."""
        self._send(self._answer(), body=False)

    def _answer(self) -> Answer:
        # A page of elsewhere whose name is made to lead here (DNS rebinding) asks for that name.
        if self.headers.get("Host") not in self.server.names:
            return _said(HTTPStatus.FORBIDDEN, f"ask for {self.server.url}")
        return self.server.viewer.answer(self.path)

    def _send(self, answer: Answer, *, body: bool = True) -> None:
        self.send_response(answer.status)
        headers = {
            "Content-Type": answer.kind,
            "Content-Length": str(len(answer.body)),
            "Content-Security-Policy": f"{answer.policy}; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-store",
        }
        if answer.attachment:
            headers["Content-Disposition"] = "attachment"
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- its base's name
        """Leave it to whoever listens to the log, on one harmless line."""
        _log.info("%s", one_line(format % args))


class Server(ThreadingHTTPServer):
    """Serves a viewer on the loopback; `port` 0 takes a free one.

    Raises:
        InputError: the port is taken or not to be had.
    """

    daemon_threads = True

    def __init__(self, viewer: Viewer, port: int) -> None:
        self.viewer = viewer
        make: Callable[..., BaseHTTPRequestHandler] = _Handler
        try:
            super().__init__((LOOPBACK, port), make)
        except OSError as error:
            raise InputError(
                f"port {port}: {error.strerror}; --port 0 takes one that is free"
            ) from error
        self.names = frozenset(f"{host}:{self.server_port}" for host in (LOOPBACK, "localhost"))
        self.url = f"http://{LOOPBACK}:{self.server_port}/"

    def handle_error(self, *_: object) -> None:
        """Let a browser that went away go."""
        _log.info("a connection was lost", exc_info=True)

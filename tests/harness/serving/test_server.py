"""The server of a folder of runs, asked by sockets: what is there, and nothing else."""

import http.client
import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from urllib.parse import quote

import pytest
from lxml import etree
from tests.harness.reporters import sample

from dbal_conform.core.errors import InputError
from dbal_conform.core.ledger import Footer, Header, Ledger
from dbal_conform.core.verdict import TrialResult, Verdict
from dbal_conform.runfile import create
from dbal_conform.serving.folder import Folder
from dbal_conform.serving.server import LOOPBACK, Server, Viewer

EVIL = "<img src=x onerror=alert(1)> &\u202e.jsonl"
SECRET = "nobody may read this"


def written(path: Path, ledger: Ledger, *, cut: bool = False, age: int = 0) -> None:
    """Write a run file that is `age` seconds old."""
    file = create(path)
    records: list[Header | TrialResult | Footer] = [ledger.header, *ledger.results.values()]
    if not cut and ledger.footer:
        records.append(ledger.footer)
    for record in records:
        file.append(record)
    file.close()
    os.utime(path, (1_700_000_000 - age, 1_700_000_000 - age))


def passing() -> Ledger:
    """The sample with every trial of it passed."""
    results = [
        sample.trial(one.trial, Verdict.PASS, *one.requirements, column=place)
        for one in sample.sample_results()
        for place, column in enumerate(sample.COLUMNS)
        if (one.target, one.database) == (column.target, column.database)
    ]
    ledger = sample.ledger(results)
    return Ledger(ledger.header, ledger.results, Footer({"pass": 13}, "conformant", "2026-01-02"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two runs of the same columns, a broken file, a cut one, and things that are not served."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "secret.jsonl").write_text(SECRET, encoding="utf-8")
    (tmp_path / "secret.txt").write_text(SECRET, encoding="utf-8")
    runs = tmp_path / "runs"
    runs.mkdir()
    written(runs / "old.jsonl", sample.ledger(), age=100)
    written(runs / "new.jsonl", passing(), age=50)
    written(runs / EVIL, sample.ledger(), cut=True, age=70)
    (runs / "broken.jsonl").write_text('{"type": "<script>"}\n', encoding="utf-8")
    (runs / "notes.txt").write_text(SECRET, encoding="utf-8")
    (runs / "link.jsonl").symlink_to(tmp_path / "elsewhere" / "secret.jsonl")
    (runs / "folder.jsonl").mkdir()
    return runs


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    with Server(Viewer(Folder(folder), "runs"), 0) as found:
        thread = Thread(target=found.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield found
        found.shutdown()
        thread.join()


class Reply:
    def __init__(self, found: http.client.HTTPResponse) -> None:
        self.status = found.status
        self.headers = dict(found.getheaders())
        self.body = found.read()

    @property
    def text(self) -> str:
        return self.body.decode()


def ask(server: Server, path: str, method: str = "GET", **headers: str) -> Reply:
    connection = http.client.HTTPConnection(LOOPBACK, server.server_port, timeout=10)
    connection.putrequest(method, path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    reply = Reply(connection.getresponse())
    connection.close()
    return reply


def links(page: str) -> list[str]:
    return [str(one.get("href")) for one in etree.HTML(page).iter("a")]


def test_the_list_shows_every_run_the_newest_first(server: Server) -> None:
    reply = ask(server, "/")
    assert reply.status == 200
    heads = [" ".join(one.itertext()) for one in etree.HTML(reply.text).iter("h2")]
    assert [re.sub(r"^.*(img|new|old|broken).*$", r"\1", head) for head in heads] == [
        "broken", "new", "img", "old",
    ]  # fmt: skip
    for text in ("Conformant", "Nonconformant", "Not ended", "Not readable", "not a line of a run"):
        assert text in reply.text
    assert "/runs/new.jsonl" in links(reply.text)


def test_every_link_of_the_list_leads_somewhere(server: Server) -> None:
    for link in links(ask(server, "/").text):
        if link.startswith("/"):
            assert ask(server, link).status == 200, link


def test_a_run_is_shown_as_its_report(server: Server) -> None:
    reply = ask(server, "/runs/old.jsonl")
    assert reply.status == 200
    assert "DBAL conformance report" in reply.text
    (meta,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', reply.text)
    allowed = meta.replace("&#39;", "'")
    assert reply.headers["Content-Security-Policy"] == f"{allowed}; frame-ancestors 'none'"


def test_a_run_file_is_handed_out_as_it_is(server: Server, folder: Path) -> None:
    reply = ask(server, "/runs/old.jsonl/raw")
    assert reply.body == (folder / "old.jsonl").read_bytes()
    assert reply.headers["Content-Disposition"] == "attachment"


def test_what_changed_since_the_run_before_is_one_link_away(server: Server) -> None:
    (link,) = [one for one in links(ask(server, "/").text) if "after=new.jsonl" in one]
    assert "before=" + quote(EVIL).replace("%20", "+") in link
    reply = ask(server, "/compare?before=old.jsonl&after=new.jsonl")
    assert reply.status == 200
    assert "Not worse" in reply.text
    assert "Failed, and holds now: 4" in reply.text
    back = ask(server, "/compare?before=new.jsonl&after=old.jsonl")
    assert "Held, and fails now: 4" in back.text


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/runs/../secret.txt",
        "/runs/..%2fsecret.txt",
        "/runs/%2e%2e%2felsewhere%2fsecret.jsonl",
        "/runs/..%5csecret.txt",
        "/runs/%00",
        "/runs/old.jsonl%00.html",
        "/runs//etc/passwd",
        "/runs/%2fetc%2fpasswd",
        "/runs/link.jsonl",
        "/runs/link.jsonl/raw",
        "/runs/folder.jsonl",
        "/runs/notes.txt",
        "/runs/notes.txt/raw",
        "/runs/none.jsonl",
        "/runs/",
        "/runs",
        "//runs/old.jsonl/raw/more",
        "/compare",
        "/compare?before=old.jsonl",
        "/compare?before=..%2felsewhere%2fsecret.jsonl&after=old.jsonl",
        "/favicon.ico",
    ],
)
def test_what_is_not_in_the_list_is_not_there(server: Server, path: str) -> None:
    reply = ask(server, path)
    assert reply.status == 404, reply.text
    assert SECRET not in reply.text


def test_a_file_that_is_no_run_is_said_to_be_none(server: Server) -> None:
    reply = ask(server, "/runs/broken.jsonl")
    assert reply.status == 422
    assert reply.headers["Content-Type"].startswith("text/plain")
    assert "not a line of a run file" in reply.text


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8765", "", "127.0.0.1"])
def test_a_page_of_elsewhere_reads_nothing_under_its_own_name(server: Server, host: str) -> None:
    reply = ask(server, "/", Host=host)
    assert reply.status == 403
    assert "old.jsonl" not in reply.text
    assert ask(server, "/", Host=f"localhost:{server.server_port}").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT"])
def test_nothing_but_reading_is_served(server: Server, folder: Path, method: str) -> None:
    before = sorted(folder.iterdir())
    assert ask(server, "/", method=method).status == 501
    assert sorted(folder.iterdir()) == before


def test_head_is_answered_without_a_body(server: Server) -> None:
    reply = ask(server, "/", method="HEAD")
    assert (reply.status, reply.body) == (200, b"")
    assert int(reply.headers["Content-Length"]) > 1000


@pytest.mark.parametrize(
    "path", ["/", "/runs/old.jsonl", "/compare?before=old.jsonl&after=new.jsonl", "/none"]
)
def test_every_answer_forbids_what_it_does_not_need(server: Server, path: str) -> None:
    headers = ask(server, path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert policy.endswith("frame-ancestors 'none'")
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in headers
    assert "Python" not in headers["Server"]


def test_names_and_words_of_strangers_are_shown_and_do_nothing(server: Server) -> None:
    for path in ("/", f"/compare?before={quote(EVIL)}&after=new.jsonl"):
        page = ask(server, path).text
        root = etree.HTML(page)
        assert not [one for one in root.iter() if one.tag in {"img", "script", "iframe", "form"}]
        assert not [name for one in root.iter() for name in one.attrib if name.startswith("on")]
        assert "\\u202e" in page
        assert "\u202e" not in page


def test_the_folder_may_change_while_it_is_looked_at(server: Server, folder: Path) -> None:
    assert "later.jsonl" not in ask(server, "/").text
    written(folder / "later.jsonl", passing())
    assert "later.jsonl" in ask(server, "/").text
    (folder / "later.jsonl").unlink()
    assert "later.jsonl" not in ask(server, "/").text
    assert ask(server, "/runs/later.jsonl").status == 404
    assert ask(server, "/").text.count("Nonconformant") == 1
    (folder / "new.jsonl").unlink()
    written(folder / "new.jsonl", sample.ledger())
    assert ask(server, "/").text.count("Nonconformant") == 2
    assert "Nonconformant" in ask(server, "/runs/new.jsonl").text


def test_it_listens_on_the_loopback_alone_and_a_taken_port_is_said(server: Server) -> None:
    assert server.socket.getsockname()[0] == LOOPBACK
    with pytest.raises(InputError, match=rf"port {server.server_port}: .*--port 0 takes one"):
        Server(server.viewer, server.server_port)


def test_garbage_and_a_visitor_who_leaves_do_no_harm(server: Server) -> None:
    with socket.create_connection((LOOPBACK, server.server_port), timeout=10) as line:
        line.sendall(b"\x16\x03\x01 not http\r\n\r\n")
        assert line.recv(100)
    with socket.create_connection((LOOPBACK, server.server_port), timeout=10) as line:
        line.sendall(b"GET / HTTP/1.0\r\nHost: ")
    assert ask(server, "/").status == 200


def test_a_folder_that_is_not_there_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none: there is no such folder"):
        Folder(tmp_path / "none")


def test_only_so_many_runs_are_held_ready(folder: Path) -> None:
    for number in range(6):
        written(folder / f"{number}.jsonl", passing())
    shelf = Folder(folder)
    first = shelf.ledger("0.jsonl")
    assert shelf.ledger("0.jsonl") is first
    for number in range(1, 6):
        shelf.ledger(f"{number}.jsonl")
    assert shelf.ledger("0.jsonl") is not first

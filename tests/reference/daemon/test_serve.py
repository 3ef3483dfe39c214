"""`dbal-reference serve` from its start to its end."""

import json
import os
import signal
import sqlite3
import subprocess
import threading
from pathlib import Path

import pytest
from tests.reference.daemon.serving import Socket, request, result, until
from tests.reference.daemon.started import Started, run
from tests.reference.talk import BOOTSTRAP
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

SYSTEM = {"token": BOOTSTRAP}
SOCKET = ("--websocket", "127.0.0.1:0")
MEMORY = ("--database", "memory:", "--conformance")
SLOW = {"kind": "slow", "count": 1, "method": "User.count"}
ALICE = {"username": "alice", "email": "alice@example.com"}


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        ((*MEMORY, "--http", "0.0.0.0:0"), "http: 0.0.0.0:0 is beyond loopback"),
        ((*SOCKET, "--database", "oracle:x"), "a database is named as"),
        ((*MEMORY, *SOCKET, "--set", "user=nobody-at-all"), "user: there is no user"),
        ((*MEMORY, *SOCKET, "--set", "nothing"), "--set nothing: write NAME=VALUE"),
    ],
)
def test_what_cannot_be_served_is_said_with_2(flags: tuple[str, ...], told: str) -> None:
    status, out, words = run(*flags)
    assert (status, out) == (2, "")
    assert f"dbal-reference serve: {told}" in words
    assert "Traceback" not in words


def test_a_database_that_cannot_be_opened_is_1_and_its_url_is_not_told(tmp_path: Path) -> None:
    place = tmp_path / "no folder" / "rows.db"
    status, _, words = run(*SOCKET, DBAL_DATABASE=f"sqlite:{place}")
    assert (status, str(place) in words, "Traceback" in words) == (1, False, False)


def test_conformance_refuses_a_database_with_rows(tmp_path: Path) -> None:
    database = f"sqlite:{tmp_path / 'rows.db'}"
    with Started(*SOCKET, "--database", database) as started:
        with connect(started.urls["websocket"]) as raw:
            Socket(raw).call("User.create", {"data": ALICE}, SYSTEM)
        assert started.stop() == 0
    status, _, words = run(*SOCKET, "--database", database, "--conformance")
    assert (status, "holds rows already" in words) == (2, True)


def test_all_doors_are_open_at_once_and_one_service_is_behind_them() -> None:
    doors = [
        flag for name in ("websocket", "http", "grpc") for flag in (f"--{name}", "127.0.0.1:0")
    ]
    with Started(*MEMORY, *doors, "--stdio", stdin=subprocess.PIPE) as started:
        assert started.urls.keys() == {"websocket", "http", "grpc", "stdio"}
        with connect(started.urls["websocket"]) as raw:
            made = Socket(raw).call("User.create", {"data": ALICE}, SYSTEM)
        stdin, stdout = started.process.stdin, started.process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(request("User.read", {"id": made["id"]}, SYSTEM) + b"\n")
        stdin.flush()
        assert result(json.loads(stdout.readline()))["username"] == "alice"
        stdin.close()
        assert started.wait() == 0
        assert started.words == []
        assert BOOTSTRAP not in json.dumps(started.log)


def test_on_sigterm_calls_in_flight_are_answered_and_clients_told_1001() -> None:
    with Started(*MEMORY, *SOCKET) as started, connect(started.urls["websocket"]) as raw:
        peer = Socket(raw)
        peer.call("conformance.fault", {**SLOW, "delayMs": 700}, SYSTEM)
        raw.send(request("User.count", meta=SYSTEM), text=True)
        assert peer.exchange(request("dbal.hello"))["result"]  # the other one is under way
        started.process.send_signal(signal.SIGTERM)
        assert result(peer.receive()) == 0
        with pytest.raises(ConnectionClosed) as closed:
            raw.recv(timeout=10)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1001
        assert started.wait() == 0


def test_what_does_not_end_in_time_is_left() -> None:
    flags = (*MEMORY, *SOCKET, "--set", "limits.grace_s=0.2")
    with Started(*flags) as started, connect(started.urls["websocket"]) as raw:
        peer = Socket(raw)
        peer.call("conformance.fault", {**SLOW, "delayMs": 120_000}, SYSTEM)
        raw.send(request("User.count", meta={**SYSTEM, "deadlineMs": 300_000}), text=True)
        assert peer.exchange(request("dbal.hello"))["result"]
        assert started.stop() == 0


def test_a_second_signal_ends_it_at_once() -> None:
    flags = (*MEMORY, *SOCKET, "--set", "limits.grace_s=300")
    with Started(*flags) as started, connect(started.urls["websocket"]) as raw:
        peer = Socket(raw)
        peer.call("conformance.fault", {**SLOW, "delayMs": 120_000}, SYSTEM)
        raw.send(request("User.count", meta={**SYSTEM, "deadlineMs": 300_000}), text=True)
        assert peer.exchange(request("dbal.hello"))["result"]
        started.process.send_signal(signal.SIGTERM)
        until(lambda: any(record["event"] == "stopping" for record in started.log))
        assert started.stop(signal.SIGINT) == 128 + signal.SIGTERM


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_ended_in_a_transaction_it_leaves_nothing_half_done(tmp_path: Path, end: int) -> None:
    place = tmp_path / "rows.db"
    with (
        Started(*SOCKET, "--database", f"sqlite:{place}", "--conformance") as started,
        connect(started.urls["websocket"]) as raw,
    ):
        peer = Socket(raw)
        peer.call("User.create", {"data": ALICE}, SYSTEM)
        meta = {**SYSTEM, "tx": peer.call("dbal.begin", {}, SYSTEM)["tx"]}
        for name in ("bob", "carol", "dave"):
            data = {"username": name, "email": f"{name}@example.com"}
            peer.call("User.create", {"data": data}, meta)
        assert peer.call("User.count", {}, meta) == 4
        started.stop(end)
    with Started(*SOCKET, "--database", f"sqlite:{place}") as again:
        with connect(again.urls["websocket"]) as raw:
            page = Socket(raw).call("User.list", {}, SYSTEM)
        assert [row["username"] for row in page["data"]] == ["alice"]
        again.stop()
    with sqlite3.connect(place) as rows:
        assert rows.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    rows.close()


def test_one_killed_while_many_write_keeps_whole_calls_alone(tmp_path: Path) -> None:
    place = tmp_path / "rows.db"
    answered: list[int] = []
    with Started(*SOCKET, "--database", f"sqlite:{place}", "--conformance") as started:

        def write(writer: int) -> None:
            try:
                with connect(started.urls["websocket"]) as raw:
                    for number in range(1000):
                        names = [f"w{writer}n{number}{part}" for part in "ab"]
                        rows = [{"username": n, "email": f"{n}@example.com"} for n in names]
                        Socket(raw).call("User.createMany", {"items": rows}, SYSTEM)
                        answered.append(number)
            except (ConnectionClosed, OSError):
                return

        writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for writer in writers:
            writer.start()
        until(lambda: len(answered) >= 20)
        os.kill(started.process.pid, signal.SIGKILL)
        for writer in writers:
            writer.join(60)
        started.wait()
    with sqlite3.connect(place) as rows:
        names = {name for (name,) in rows.execute('SELECT "username" FROM "User"')}
        assert len(names) >= 2 * len(answered)
        assert {name[:-1] + "a" for name in names} <= names
        assert {name[:-1] + "b" for name in names} <= names
    rows.close()


def test_audit_records_go_where_the_settings_say(tmp_path: Path) -> None:
    audit, file = tmp_path / "audit.db", tmp_path / "audit.jsonl"
    for setting in (f"audit.database=sqlite:{audit}", f"audit.file={file}"):
        with Started(*MEMORY, *SOCKET, "--set", setting) as started:
            with connect(started.urls["websocket"]) as raw:
                Socket(raw).call("User.create", {"data": ALICE}, SYSTEM)
            started.process.send_signal(signal.SIGHUP)
            assert started.stop() == 0
    rows = sqlite3.connect(audit)
    assert rows.execute("SELECT operation FROM dbal_audit").fetchall() == [("create",)]
    rows.close()
    assert [json.loads(line)["operation"] for line in file.read_text().splitlines()] == ["create"]

"""Audit records outside the database (AUD-REC-010)."""

import json
import sqlite3
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from tests import servers
from tests.reference.daemon.serving import DOORS, Serving
from tests.reference.talk import BOOTSTRAP, Json, Refusal

from dbal_reference.adapters import UnavailableError
from dbal_reference.adapters.audit_store import AuditStore
from dbal_reference.audit import Record, Sink
from dbal_reference.daemon.audit_file import AuditFile

ALICE = {"username": "alice", "email": "alice@example.com"}


@pytest.fixture
def file(tmp_path: Path) -> Iterator[tuple[Path, AuditFile]]:
    path = tmp_path / "audit.jsonl"
    sink = AuditFile(path)
    yield path, sink
    sink.close()


def lines(path: Path) -> list[Json]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def record(seq: int) -> Record:
    """Of a call that went well."""
    return Record(
        seq=seq,
        timestamp="2026-01-01T00:00:00.000Z",
        user="u",
        role="user",
        tenant=None,
        operation="read",
        entity="User",
        id=seq,
        success=True,
        code=None,
        requestId="r",
        securityIncident=False,
    )


def test_each_call_is_a_line_for_the_owner_alone_to_read(file: tuple[Path, AuditFile]) -> None:
    path, sink = file
    with Serving(**DOORS, audit_sink=sink) as serving:
        serving.post("User.create", {"data": ALICE}, BOOTSTRAP)
        with pytest.raises(Refusal):
            serving.post("User.create", {"data": ALICE}, BOOTSTRAP)
    told = [(line["operation"], line["success"], line["code"]) for line in lines(path)]
    assert told == [("create", True, None), ("create", False, "CONFLICT")]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert BOOTSTRAP not in path.read_text()


def test_a_file_that_is_there_is_added_to_and_one_moved_away_is_let_go(
    file: tuple[Path, AuditFile],
) -> None:
    path, sink = file
    sink(record(1))
    again = AuditFile(path)
    again(record(1))
    moved = path.rename(path.with_suffix(".old"))
    sink(record(2))
    sink.reopen()
    sink(record(3))
    again.close()
    runs = [line["run"] for line in lines(moved)]
    assert [line["seq"] for line in lines(moved)] == [1, 1, 2]
    assert runs[0] == runs[2] != runs[1]
    assert [line["seq"] for line in lines(path)] == [3]


def test_a_write_whose_record_cannot_be_stored_is_refused() -> None:
    def full(_: Record) -> None:
        raise OSError("the disk is full")

    with Serving("sqlite:", **DOORS, audit_sink=full) as serving:
        with pytest.raises(Refusal, match="INTERNAL_ERROR"):
            serving.post("User.create", {"data": ALICE}, BOOTSTRAP)
        assert serving.adapter.holds_rows() is False


def into(store: AuditStore) -> Sink:
    """The sink that the server makes of it."""
    return lambda told: store.add(msgspec.structs.asdict(told))


def open_sqlite(tmp_path: Path) -> tuple[str, Callable[[], list[Json]]]:
    place = tmp_path / "audit.db"

    def rows() -> list[Json]:
        connection = sqlite3.connect(place)
        found = connection.execute("SELECT run, seq, operation, code FROM dbal_audit").fetchall()
        connection.close()
        return found

    return f"sqlite:{place}", rows


def test_records_may_be_in_a_database_of_their_own(tmp_path: Path) -> None:
    url, rows = open_sqlite(tmp_path)
    for _ in range(2):
        store = AuditStore(url)
        with Serving("sqlite:", **DOORS, audit_sink=into(store)) as serving:
            serving.post("User.create", {"data": ALICE}, BOOTSTRAP)
            with pytest.raises(Refusal):
                serving.post("User.read", {"id": "x"}, BOOTSTRAP)
        store.close()
    found = rows()
    assert [row[1:] for row in found] == 2 * [(1, "create", None), (2, "read", "NOT_FOUND")]
    assert len({row[0] for row in found}) == 2


@pytest.mark.database
@pytest.mark.parametrize("image", ["postgres:17", "mariadb:11.8"])
def test_also_on_servers(image: str) -> None:
    store = AuditStore(servers.url_of(image, "audit"))
    sink = into(store)
    sink(record(1))
    with pytest.raises(UnavailableError):
        sink(record(1))  # of one run, there is one of each number
    sink(record(2))
    store.close()


@pytest.mark.parametrize("url", ["memory:", "nothing", "sqlite:", "postgresql://u:hunter2@h"])
def test_what_is_no_audit_database_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="audit database") as refused:
        AuditStore(url)
    assert "hunter2" not in str(refused.value)


def test_one_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError):
        AuditStore(f"sqlite:{tmp_path}/nowhere/audit.db")

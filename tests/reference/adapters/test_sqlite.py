"""What is SQLite's own: files, other processes, deadlines inside statements, failing disks."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from tests.reference.adapters.world import (
    OWNER,
    THING,
    WORLD,
    keys_of,
    rows_of,
    schema_of,
    soon,
    store,
    thing,
)

from dbal_reference.adapters import OverdueError, UnavailableError
from dbal_reference.adapters.sqlite import SqliteAdapter
from dbal_reference.adapters.sqlite_connection import SqliteConnection
from dbal_reference.errors import SchemaError
from dbal_reference.query.predicate import TRUE

ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT count(*) FROM c"


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "rows.db")


@pytest.fixture
def file(path: str) -> Iterator[SqliteAdapter]:
    adapter = SqliteAdapter(WORLD, path)
    yield adapter
    adapter.close()


def test_a_file_keeps_its_rows(path: str) -> None:
    first = SqliteAdapter(WORLD, path)
    store(first, "Thing", thing("1", data={"é": 1}))
    first.close()
    second = SqliteAdapter(WORLD, path)
    assert rows_of(second, "Thing") == [thing("1", data={"é": 1})]
    second.close()
    assert not Path(f"{path}-wal").exists()  # the log went into the file


def test_a_file_has_a_write_ahead_log_and_references_on_disk(
    file: SqliteAdapter, path: str
) -> None:
    store(file, "Owner", {"code": "o", "handle": "h"})
    outside = sqlite3.connect(path)
    assert outside.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    references = outside.execute('PRAGMA foreign_key_list("Note")').fetchall()
    outside.close()
    assert {(r[2], r[3], r[4], r[5], r[6]) for r in references} == {
        ("Owner", "ownerCode", "code", "CASCADE", "CASCADE"),
        ("Owner", "handle", "handle", "SET NULL", "SET NULL"),
        ("Owner", "fixed", "handle", "NO ACTION", "CASCADE"),
    }


def test_writes_of_others_are_seen_and_change_the_revision(file: SqliteAdapter, path: str) -> None:
    other = SqliteAdapter(WORLD, path)
    before = file.revision()
    assert file.revision() == before
    store(other, "Thing", thing("1"))
    assert keys_of(file, "Thing") == ["1"]
    assert file.revision() != before
    other.close()


def test_a_writer_waits_for_another_process_until_the_deadline(
    file: SqliteAdapter, path: str
) -> None:
    outside = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    outside.execute("BEGIN IMMEDIATE")
    began = monotonic()
    with pytest.raises(OverdueError), file.unit(write=True, deadline=soon(0.1)):
        pass
    assert 0.05 < monotonic() - began < 2
    assert rows_of(file, "Thing") == []  # readers do not wait

    def leave() -> None:
        sleep(0.05)
        outside.execute("COMMIT")

    thread = threading.Thread(target=leave)
    thread.start()
    store(file, "Thing", thing("1"))
    thread.join()
    outside.close()
    assert keys_of(file, "Thing") == ["1"]


def test_readers_of_a_file_work_side_by_side_and_beside_a_writer(file: SqliteAdapter) -> None:
    store(file, "Thing", thing("1"))
    with file.unit(write=True, deadline=soon()) as writer:
        writer.insert("Thing", [thing("2")])
        file.revision()  # nor does this wait
        with (
            file.unit(write=False, deadline=soon(1)) as one,
            file.unit(write=False, deadline=soon(1)) as two,
        ):
            assert one.count("Thing", TRUE) == two.count("Thing", TRUE) == 1


def test_a_statement_is_broken_off_at_the_deadline() -> None:
    connection = SqliteConnection(":memory:")
    began = monotonic()
    with pytest.raises(OverdueError), connection.reading(soon(0.05)):
        connection.query(ENDLESS)
    assert monotonic() - began < 2
    assert connection.query("SELECT 1") == [(1,)]
    connection.close()


def test_after_a_broken_off_write_the_unit_takes_no_more() -> None:
    connection = SqliteConnection(":memory:")
    connection.set_up("CREATE TABLE t (x)")

    def work() -> None:
        with connection.writing(soon(0.05)):
            connection.execute("INSERT INTO t VALUES (1)")
            with pytest.raises(OverdueError):
                connection.execute(f"INSERT INTO t {ENDLESS}")
            connection.deadline = soon()
            connection.execute("INSERT INTO t VALUES (2)")

    with pytest.raises(UnavailableError):
        work()
    assert connection.query("SELECT * FROM t") == []
    connection.close()


def test_a_full_disk_is_unavailable_and_keeps_nothing(file: SqliteAdapter) -> None:
    store(file, "Thing", thing("1"))
    file._writer.set_up("PRAGMA max_page_count = 40")  # noqa: SLF001 -- a disk that is full
    with pytest.raises(UnavailableError) as caught:
        store(file, "Thing", thing("2"), thing("3", label="x" * 500_000))
    assert not caught.value.outcome_unknown
    assert keys_of(file, "Thing") == ["1"]
    store(file, "Thing", thing("4"))
    assert keys_of(file, "Thing") == ["1", "4"]


def test_a_spoiled_file_is_unavailable(path: str) -> None:
    Path(path).write_bytes(b"this is no database at all" * 200)
    with pytest.raises(UnavailableError):
        SqliteAdapter(WORLD, path)


def test_a_place_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError):
        SqliteAdapter(WORLD, str(tmp_path / "nowhere" / "rows.db"))
    with pytest.raises(UnavailableError):
        SqliteAdapter(WORLD, str(tmp_path))


def test_a_file_spoiled_while_open_is_unavailable(path: str) -> None:
    first = SqliteAdapter(WORLD, path)
    store(first, "Thing", *(thing(f"{n:04}", label="x" * 200) for n in range(500)))
    first.close()
    content = bytearray(Path(path).read_bytes())
    beginning = 2 * 4096  # what is there, and the record of schemas
    content[beginning:] = b"\x07" * (len(content) - beginning)
    Path(path).write_bytes(content)
    second = SqliteAdapter(WORLD, path)
    with pytest.raises(UnavailableError):
        rows_of(second, "Thing")
    assert not second.ping()
    second.close()


def test_a_file_of_another_schema_is_refused_untouched(file: SqliteAdapter, path: str) -> None:
    store(file, "Owner", {"code": "o", "handle": "h"})
    small = schema_of(OWNER)
    SqliteAdapter(small, path).close()  # fewer entities are fine
    changed = type(OWNER)(
        **{f: getattr(OWNER, f) for f in OWNER.__struct_fields__}
        | {"fields": {**OWNER.fields, "label": THING.fields["label"]}}
    )
    with pytest.raises(SchemaError, match="table Owner: column label is missing"):
        SqliteAdapter(schema_of(changed), path)
    assert keys_of(file, "Owner") == ["o"]


def test_private_databases_are_private() -> None:
    one, two = SqliteAdapter(WORLD), SqliteAdapter(WORLD)
    store(one, "Thing", thing("1"))
    assert not two.holds_rows()
    one.close()
    two.close()


def test_a_boolean_is_nothing_but_0_or_1_in_storage(file: SqliteAdapter, path: str) -> None:
    store(file, "Thing", thing("1", flag=True), thing("2", flag=False))
    outside = sqlite3.connect(path)
    assert outside.execute('SELECT flag FROM "Thing" ORDER BY id').fetchall() == [(1,), (0,)]
    with pytest.raises(sqlite3.IntegrityError):
        outside.execute('UPDATE "Thing" SET flag = 2')
    outside.close()


def test_closing_lets_a_unit_at_work_finish(path: str) -> None:
    adapter = SqliteAdapter(WORLD, path)
    entered = threading.Event()

    def work() -> None:
        with adapter.unit(write=True, deadline=soon()) as unit:
            entered.set()
            sleep(0.05)
            unit.insert("Thing", [thing("1")])

    thread = threading.Thread(target=work)
    thread.start()
    entered.wait(5)
    adapter.close()
    thread.join()
    again = SqliteAdapter(WORLD, path)
    assert keys_of(again, "Thing") == ["1"]
    again.close()

"""What stays of a migration in an SQLite file, and what is made of one that others changed."""

import copy
import json
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
from tests.reference.adapters.world import soon

from dbal_reference.adapters import OverdueError
from dbal_reference.adapters.sqlite import SqliteAdapter
from dbal_reference.errors import SchemaError
from dbal_reference.identity import AsSystem
from dbal_reference.model import Schema
from dbal_reference.schema.growth import Growth, grow, on_record
from dbal_reference.service import Service

SYSTEM = AsSystem()
TAG: dict[str, Any] = {
    "entity": "Tag",
    "version": "1.0",
    "fields": {"name": {"type": "string", "primary": True, "required": True, "max_length": 9}},
}


def wider(schema: Schema, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 -- of definitions
    """Probe with more fields."""
    definition: dict[str, Any] = copy.deepcopy(schema.entities["Probe"].definition)
    definition["fields"].update(fields)
    return definition


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "rows.db")


def migrate(adapter: SqliteAdapter, *definitions: Any) -> None:  # noqa: ANN401 -- any JSON
    adapter.migrate(lambda schema: grow(schema, definitions), now_ms=1, deadline=soon())


def run(path: str, *statements: str) -> None:
    """What somebody else does to the file."""
    raw = sqlite3.connect(path)
    for statement in statements:
        raw.execute(statement)
    raw.commit()
    raw.close()


def record(path: str) -> list[tuple[Any, ...]]:
    raw = sqlite3.connect(path)
    found = raw.execute("SELECT version, changes FROM dbal_schema ORDER BY version").fetchall()
    raw.close()
    return [(version, json.loads(changes)) for version, changes in found]


def test_what_was_migrated_is_there_at_the_next_start(schema: Schema, path: str) -> None:
    adapter = SqliteAdapter(schema, path)
    migrate(adapter, TAG, wider(schema, more={"type": "string", "default": "d"}))
    service = Service(schema, adapter)
    service.call("Tag.create", {"data": {"name": "t"}}, SYSTEM)
    service.call("Probe.create", {"data": {"code": "A"}}, SYSTEM)
    adapter.close()
    adapter = SqliteAdapter(schema, path)
    service = Service(schema, adapter)
    assert service.call("Tag.list", {}, SYSTEM)["data"] == [{"name": "t"}]
    assert service.call("Probe.read", {"id": "A"}, SYSTEM)["more"] == "d"
    adapter.close()
    assert record(path) == [
        (1, []),
        (
            2,
            [
                {"entity": "Tag", "change": "add_entity"},
                {"entity": "Probe", "change": "add_field", "field": "more"},
            ],
        ),
    ]


def test_a_folder_that_has_grown_brings_the_database_forward(schema: Schema, path: str) -> None:
    adapter = SqliteAdapter(schema, path)
    Service(schema, adapter).call("Probe.create", {"data": {"code": "A"}}, SYSTEM)
    adapter.close()
    grown = grow(schema, [TAG, wider(schema, more={"type": "boolean", "default": False})]).schema
    adapter = SqliteAdapter(grown, path)
    service = Service(grown, adapter)
    assert service.call("Probe.read", {"id": "A"}, SYSTEM)["more"] is False
    assert service.call("Tag.count", {}, SYSTEM) == 0
    adapter.close()
    assert [version for version, _ in record(path)] == [1, 2]
    SqliteAdapter(grown, path).close()
    assert [version for version, _ in record(path)] == [1, 2]


def test_an_older_folder_keeps_what_the_database_has_more(schema: Schema, path: str) -> None:
    grown = grow(schema, [wider(schema, more={"type": "string", "nullable": True})]).schema
    SqliteAdapter(grown, path).close()
    adapter = SqliteAdapter(schema, path)
    assert "more" in adapter.schema.entities["Probe"].fields
    adapter.close()


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        (['ALTER TABLE "Probe" ADD COLUMN own TEXT'], "Probe: column own is not of the schema"),
        (['ALTER TABLE "Probe" DROP COLUMN "secretNote"'], "Probe: column secretNote is missing"),
        (['DROP TABLE "InstalledPackage"'], "InstalledPackage: it is missing"),
        (
            [
                'ALTER TABLE "Probe" DROP COLUMN ratio',
                'ALTER TABLE "Probe" ADD COLUMN ratio TEXT',
            ],
            "Probe: column ratio is TEXT, and should be DOUBLE",
        ),
        (
            [
                'ALTER TABLE "Probe" DROP COLUMN label',
                "ALTER TABLE \"Probe\" ADD COLUMN label TEXT NOT NULL DEFAULT ''",
            ],
            "Probe: column label is TEXT NOT NULL, and should be TEXT",
        ),
    ],
)
def test_a_table_that_somebody_changed_is_told_by_table_and_column(
    schema: Schema, path: str, statements: list[str], told: str
) -> None:
    SqliteAdapter(schema, path).close()
    run(path, *statements)
    with pytest.raises(SchemaError, match=told):
        SqliteAdapter(schema, path)


def test_an_index_that_somebody_dropped_is_made_again(schema: Schema, path: str) -> None:
    SqliteAdapter(schema, path).close()
    run(path, 'DROP INDEX "u_User_username"')
    SqliteAdapter(schema, path).close()
    raw = sqlite3.connect(path)
    names = {name for (name,) in raw.execute("SELECT name FROM sqlite_master")}
    raw.close()
    assert "u_User_username" in names


def test_a_database_without_a_record_is_taken_over(schema: Schema, path: str) -> None:
    SqliteAdapter(schema, path).close()
    run(path, "DROP TABLE dbal_schema")
    SqliteAdapter(schema, path).close()
    assert record(path) == [(1, [])]


def test_a_record_of_a_newer_release_stops_the_start(schema: Schema, path: str) -> None:
    SqliteAdapter(schema, path).close()
    run(path, "UPDATE dbal_schema SET form = 2")
    with pytest.raises(SchemaError, match="newer release"):
        SqliteAdapter(schema, path)


def test_folder_and_database_that_contradict_stop_the_start(schema: Schema, path: str) -> None:
    SqliteAdapter(schema, path).close()
    narrower = copy.deepcopy(schema.entities["Probe"].definition)
    narrower["fields"]["amount"]["max"] = 5
    narrower["fields"]["label"]["max_length"] = 100
    files = {**{n: e.definition for n, e in schema.entities.items()}, "Probe": narrower}
    with pytest.raises(SchemaError, match=r"Probe.fields.amount.max"):
        SqliteAdapter(on_record(schema, files), path)
    SqliteAdapter(schema, path).close()  # untouched


def test_many_starts_at_once_are_one(schema: Schema, path: str) -> None:
    grown = grow(schema, [TAG]).schema
    SqliteAdapter(schema, path).close()
    failures: list[BaseException] = []

    def start() -> None:
        try:
            SqliteAdapter(grown, path).close()
        except BaseException as error:  # noqa: BLE001 -- told below
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert [version for version, _ in record(path)] == [1, 2]


def test_another_process_follows_before_it_writes(schema: Schema, path: str) -> None:
    first, second = SqliteAdapter(schema, path), SqliteAdapter(schema, path)
    here, there = Service(schema, first), Service(schema, second)
    there.call("Probe.create", {"data": {"code": "A"}}, SYSTEM)
    definition = wider(schema, more={"type": "string", "default": "d"})
    here_says = here.call("Probe.create", {"data": {"code": "B"}}, SYSTEM)
    assert "more" not in here_says
    migrate(first, TAG, definition)
    # What it knew of the table is outdated: judged by it, the row would have no `more`.
    made = there.call("Probe.create", {"data": {"code": "C"}}, SYSTEM)
    assert made["more"] == "d"
    assert there.call("Tag.count", {}, SYSTEM) == 0
    tx = here.call("dbal.begin", {}, SYSTEM)
    migrate(second, {**TAG, "entity": "Other"})
    here.call("Probe.create", {"data": {"code": "D"}, "meta": tx}, SYSTEM)
    assert here.call("Other.count", {"meta": tx}, SYSTEM) == 0
    here.call("dbal.commit", tx, SYSTEM)
    migrate(first, {**TAG, "entity": "Other"})  # which is no change
    assert [version for version, _ in record(path)] == [1, 2, 3]
    first.close()
    second.close()


def test_a_change_that_fails_leaves_everything_as_it_was(schema: Schema, path: str) -> None:
    adapter = SqliteAdapter(schema, path)
    before = adapter.schema

    def fail(_schema: Schema) -> Growth:
        raise KeyError

    with pytest.raises(KeyError):
        adapter.migrate(fail, now_ms=1, deadline=soon())
    with pytest.raises(OverdueError):
        adapter.migrate(lambda s: grow(s, [TAG]), now_ms=1, deadline=soon(-1))
    assert adapter.schema is before
    assert [version for version, _ in record(path)] == [1]
    migrate(adapter, TAG)
    adapter.close()


def test_references_are_judged_again_after_a_migration(schema: Schema, path: str) -> None:
    adapter = SqliteAdapter(schema, path)
    migrate(adapter, wider(schema, more={"type": "string", "default": "d"}))
    raw = adapter._writer.query("PRAGMA foreign_keys")  # noqa: SLF001 -- behind the scenes
    assert raw == [(1,)]
    assert adapter._writer.query("PRAGMA foreign_key_check") == []  # noqa: SLF001
    assert adapter._writer.query("PRAGMA integrity_check") == [("ok",)]  # noqa: SLF001
    adapter.close()


def test_a_migrated_table_is_what_a_new_one_would_be(schema: Schema, tmp_path: Path) -> None:
    grown = grow(schema, [TAG, wider(schema, more={"type": "boolean", "default": True})]).schema
    old, new = str(tmp_path / "old.db"), str(tmp_path / "new.db")
    SqliteAdapter(schema, old).close()
    SqliteAdapter(grown, old).close()
    SqliteAdapter(grown, new).close()

    def catalog(path: str) -> list[tuple[Any, ...]]:
        raw = sqlite3.connect(path)
        found = raw.execute("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2").fetchall()
        raw.close()
        return [(kind, name, " ".join((text or "").split())) for kind, name, text in found]

    assert catalog(old) == catalog(new)


def test_a_reset_leaves_the_tables_and_indexes_of_a_new_database(schema: Schema, path: str) -> None:
    adapter = SqliteAdapter(schema, path)
    before = layout(path)
    more = wider(schema, more={"type": "string", "nullable": True})
    more["indexes"] = [*more.get("indexes", ()), ["more"]]
    migrate(adapter, TAG, more)
    indexed = copy.deepcopy(schema.entities["Post"].definition)
    indexed["indexes"] = [*indexed.get("indexes", ()), ["title"]]
    migrate(adapter, indexed)
    assert layout(path) != before
    adapter.clear()
    assert layout(path) == before
    assert adapter.schema is schema
    adapter.close()


def layout(path: str) -> set[tuple[Any, ...]]:
    """Every table and index as it was made."""
    raw = sqlite3.connect(path)
    found = raw.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
    raw.close()
    return set(found)

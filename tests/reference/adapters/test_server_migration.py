"""What stays of a migration on a server, and what is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.reference.adapters.migrated import (
    MORE,
    SYSTEM,
    TAG,
    Server,
    migrate,
    new,
    server,
    wider,
)
from tests.reference.adapters.world import soon

from dbal_reference.adapters import OverdueError
from dbal_reference.errors import SchemaError
from dbal_reference.model import Schema
from dbal_reference.schema.growth import Growth, grow, on_record
from dbal_reference.service import Service

__all__ = ["new", "server"]


def test_what_was_migrated_is_there_at_the_next_start(schema: Schema, server: Server) -> None:
    adapter = server.open(schema)
    service = Service(schema, adapter)
    service.call("Probe.create", {"data": {"code": "OLD"}}, SYSTEM)
    migrate(adapter, TAG, wider(schema, **MORE))
    service.call("Tag.create", {"data": {"name": "t"}}, SYSTEM)
    row = service.call("Probe.create", {"data": {"code": "A", "mark": "m"}}, SYSTEM)
    adapter.close()
    service = Service(schema, server.open(schema))
    assert service.call("Tag.list", {}, SYSTEM)["data"] == [{"name": "t"}]
    assert service.call("Probe.read", {"id": "A"}, SYSTEM) == row
    old = service.call("Probe.read", {"id": "OLD"}, SYSTEM)
    told = {name: old[name] for name in MORE}
    assert told == {name: members.get("default") for name, members in MORE.items()}
    assert server.record() == [
        (1, []),
        (
            2,
            [
                {"entity": "Tag", "change": "add_entity"},
                *({"entity": "Probe", "change": "add_field", "field": name} for name in MORE),
            ],
        ),
    ]


def test_migrated_tables_are_what_new_ones_would_be(
    schema: Schema, new: Callable[[], Server]
) -> None:
    folder = grow(
        schema,
        [
            TAG,
            wider(schema, **MORE, active={"nullable": True}),
            wider(schema, "User", username={"max_length": 60}),
            wider(schema, "Session", userId={"required": False, "nullable": True}),
        ],
    ).schema
    old, fresh = new(), new()
    Service(schema, old.open(schema)).call("Probe.create", {"data": {"code": "A"}}, SYSTEM)
    old.open(folder)
    fresh.open(folder)
    assert old.catalog() == fresh.catalog() != []
    defaults = "SELECT column_name FROM information_schema.columns WHERE table_name = 'Probe'"
    defaults += " AND column_default IS NOT NULL AND column_default <> 'NULL'"
    assert old.run(defaults) == []


def test_a_reset_takes_away_what_was_migrated(schema: Schema, server: Server) -> None:
    adapter = server.open(schema)
    before = server.catalog()
    migrate(adapter, TAG, wider(schema, **MORE, active={"nullable": True}))
    service = Service(schema, adapter)
    service.call("Probe.create", {"data": {"code": "A", "active": None}}, SYSTEM)
    service.call("Tag.create", {"data": {"name": "t"}}, SYSTEM)
    adapter.clear()
    assert adapter.schema is schema
    assert server.catalog() == before
    assert not adapter.holds_rows()
    assert server.record() == [(3, [])]  # a new number, which other processes notice
    migrate(adapter, TAG)
    assert server.versions() == [3, 4]


def test_a_folder_that_has_grown_brings_the_database_forward(
    schema: Schema, server: Server
) -> None:
    grown = grow(schema, [TAG, wider(schema, more={"type": "boolean", "default": False})]).schema
    adapter = server.open(schema)
    Service(schema, adapter).call("Probe.create", {"data": {"code": "A"}}, SYSTEM)
    service = Service(grown, server.open(grown))
    assert service.call("Probe.read", {"id": "A"}, SYSTEM)["more"] is False
    server.open(grown)
    assert server.versions() == [1, 2]
    assert "more" in server.open(schema).schema.entities["Probe"].fields  # an older folder


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (['ALTER TABLE "Probe" ADD COLUMN own INTEGER'], "Probe: column own is not of the schema"),
        (['ALTER TABLE "Probe" DROP COLUMN "secretNote"'], "Probe: column secretNote is missing"),
        (['DROP TABLE "InstalledPackage"'], "InstalledPackage: it is missing"),
        (
            [
                'ALTER TABLE "Probe" DROP COLUMN revision',
                'ALTER TABLE "Probe" ADD COLUMN revision BIGINT NOT NULL',
            ],
            "Probe: column revision is BIGINT NOT NULL, and should be INTEGER NOT NULL",
        ),
        (
            [
                'ALTER TABLE "Probe" DROP COLUMN "expiresAt"',
                'ALTER TABLE "Probe" ADD COLUMN "expiresAt" BIGINT NOT NULL',
            ],
            "Probe: column expiresAt is BIGINT NOT NULL, and should be BIGINT$|BIGINT;",
        ),
    ],
)
def test_a_table_that_somebody_changed_is_told_by_table_and_column(
    schema: Schema, server: Server, texts: list[str], told: str
) -> None:
    server.open(schema).close()
    server.run(*texts)
    before = server.catalog()
    with pytest.raises(SchemaError, match=told):
        server.open(schema)
    assert server.catalog() == before


def test_an_index_that_somebody_dropped_is_made_again(schema: Schema, server: Server) -> None:
    server.open(schema).close()
    before = server.catalog()
    on = ' ON "Post"' if server.image.startswith("mariadb") else ""
    server.run(f'DROP INDEX "u_Post_slug"{on}')
    assert server.catalog() != before
    server.open(schema)
    assert server.catalog() == before


def test_a_database_without_a_record_is_taken_over(schema: Schema, server: Server) -> None:
    server.open(schema).close()
    server.run("DROP TABLE dbal_schema")
    server.open(schema)
    assert server.record() == [(1, [])]


def test_a_record_of_a_newer_release_stops_the_start(schema: Schema, server: Server) -> None:
    server.open(schema).close()
    server.run("UPDATE dbal_schema SET form = 2")
    with pytest.raises(SchemaError, match="newer release"):
        server.open(schema)


def test_folder_and_database_that_contradict_stop_the_start(schema: Schema, server: Server) -> None:
    server.open(schema).close()
    narrower = wider(schema, label={"max_length": 100}, amount={"max": 5})
    files = {**{n: e.definition for n, e in schema.entities.items()}, "Probe": narrower}
    with pytest.raises(SchemaError, match=r"Probe.fields.amount.max"):
        server.open(on_record(schema, files))
    server.open(schema)  # untouched


def test_a_table_that_the_server_cannot_have_changes_nothing(
    schema: Schema, server: Server
) -> None:
    adapter = server.open(schema)
    before = server.catalog()
    fields: dict[str, Any] = {f"f{n}": {"type": "integer", "nullable": True} for n in range(1700)}
    with pytest.raises(SchemaError, match="cannot have a table"):
        migrate(adapter, TAG, wider(schema, **fields))
    assert server.catalog() == before
    assert server.versions() == [1]
    migrate(adapter, TAG)
    assert "Tag" in adapter.schema.entities


def test_a_change_that_fails_leaves_everything_as_it_was(schema: Schema, server: Server) -> None:
    adapter = server.open(schema)
    before = server.catalog()

    def fail(_schema: Schema) -> Growth:
        raise KeyError

    with pytest.raises(KeyError):
        adapter.migrate(fail, now_ms=1, deadline=soon())
    with pytest.raises(OverdueError):
        migrate(adapter, TAG, deadline=soon(-1))
    assert (adapter.schema, server.versions(), server.catalog()) == (schema, [1], before)
    migrate(adapter, TAG)
    assert server.versions() == [1, 2]

"""The tables, as SQLite gets them and as a database with real booleans would."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects.postgresql.psycopg import dialect as psycopg
from tests.reference.adapters.world import WORLD, entity, field, points, schema_of, select

from dbal_reference.adapters.sql import ddl
from dbal_reference.adapters.sql.dialect import Dialect, Expression
from dbal_reference.adapters.sql.statements import Statements
from dbal_reference.adapters.sqlite import SqliteDialect
from dbal_reference.query.predicate import In, Not, Order


class Elsewhere(Dialect):
    """As small as a dialect can be."""

    def __init__(self) -> None:
        super().__init__(psycopg(paramstyle="format"))  # type: ignore[no-untyped-call]  # SQLAlchemy types it not

    def pack(self, values: Sequence[Any]) -> list[Any]:
        return list(values)

    def member(self, column: Expression, packed: Expression) -> Expression:
        return column.bool_op("= ANY")(packed)


def texts(dialect: Dialect) -> list[str]:
    made = ddl.create(Statements(WORLD, dialect).metadata, dialect)
    return [" ".join(text.split()) for text in made]


def test_creating_twice_changes_nothing() -> None:
    raw = sqlite3.connect(":memory:")
    for text in texts(SqliteDialect()) * 2:
        raw.execute(text)
    names = [row[0] for row in raw.execute("SELECT name FROM sqlite_master ORDER BY name")]
    raw.close()
    assert [name for name in names if not name.startswith("sqlite_")] == sorted(
        [
            *("Badge", "Lock", "Note", "Owner", "Thing", "dbal_schema"),
            *("i_Lock_thingId", "i_Note_fixed", "i_Note_handle", "i_Note_ownerCode"),
            *("i_Thing_ownerCode", "i_Thing_parentId", "i_Thing_tenantId_id"),
            *("u_Owner_handle", "u_Thing_kind_at"),
            *("u_Thing_name", "u_Thing_path", "u_Thing_path_no_tenant"),
        ]
    )


def test_a_null_tenant_is_one_tenant_by_an_index_of_its_own() -> None:
    assert (
        'CREATE UNIQUE INDEX IF NOT EXISTS "u_Thing_path_no_tenant" ON "Thing" (path) '
        'WHERE "tenantId" IS NULL'
    ) in texts(SqliteDialect())


def test_what_must_not_be_null_cannot_be_and_booleans_are_checked() -> None:
    table = next(text for text in texts(SqliteDialect()) if 'EXISTS "Thing"' in text)
    assert "amount INTEGER NOT NULL" in table
    assert "label TEXT," in table
    assert 'CONSTRAINT "c_Thing_flag" CHECK (flag IN (0, 1))' in table


def test_another_dialect_needs_no_more_than_two_methods() -> None:
    table = next(text for text in texts(Elsewhere()) if 'EXISTS "Thing"' in text)
    assert "flag BOOLEAN" in table
    assert "ratio DOUBLE PRECISION" in table
    assert "CHECK" not in table
    text, operands = Statements(WORLD, Elsewhere()).select(
        select("Thing", Not(In("label", ("a", "b"))), Order("label"))
    )
    assert 'ORDER BY "Thing".label ASC NULLS FIRST' in text
    assert "coalesce(" in text
    assert operands == [["a", "b"]]


def test_references_in_a_ring_are_added_after_their_tables() -> None:
    ring = schema_of(
        entity("Hen", field("id", primary=True), points("eggId", "Egg", "id", "set_null")),
        entity("Egg", field("id", primary=True), points("henId", "Hen", "id", "set_null")),
    )
    for dialect, altered in ((SqliteDialect(), 0), (Elsewhere(), 2)):
        made = ddl.create(Statements(ring, dialect).metadata, dialect)
        assert sum("ALTER TABLE" in text for text in made) == altered

"""What is compiled of a schema is kept while it is likely to be asked for again."""

from dbal_reference.adapters.sql.editions import Editions
from dbal_reference.adapters.sql.statements import Statements
from dbal_reference.adapters.sqlite import SqliteDialect
from dbal_reference.model import Schema
from dbal_reference.schema.growth import grow


def grown(schema: Schema, number: int) -> Schema:
    name = {"type": "string", "primary": True, "required": True, "max_length": 9}
    definition = {"entity": f"Tag{number}", "version": "1.0", "fields": {"name": name}}
    return grow(schema, [definition]).schema


def test_the_first_schema_keeps_its_statements_whatever_came_after(schema: Schema) -> None:
    first = Statements(schema, SqliteDialect())
    editions = Editions(schema, first)
    others = [grown(schema, number) for number in range(9)]
    made = [editions.of(other) for other in others]
    assert editions.of(schema) is first
    assert editions.of(others[-1]) is made[-1]
    assert editions.of(others[0]) is not made[0]  # forgotten: schemas may come without end


def test_each_schema_has_statements_of_its_own_tables(schema: Schema) -> None:
    editions = Editions(schema, Statements(schema, SqliteDialect()))
    assert "Tag1" in editions.of(grown(schema, 1)).metadata.tables
    assert "Tag1" not in editions.of(schema).metadata.tables

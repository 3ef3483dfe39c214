"""Servers index no text without end: what has no max_length is refused, and named."""

import pytest
from tests.reference.adapters.world import entity, field, schema_of

from dbal_reference.adapters.schema_text import schema_text
from dbal_reference.errors import SchemaError
from dbal_reference.model import Field, ForeignKey, Unique

ID = field("id", "uuid", primary=True)
SERVERS = ("postgres", "mariadb", "mysql")


def unbounded(name: str, *, unique: bool = False) -> Field:
    return Field(name=name, type="string", unique=unique)


@pytest.mark.parametrize("dialect", SERVERS)
def test_a_unique_text_without_end_is_refused(dialect: str) -> None:
    schema = schema_of(entity("Tag", ID, unbounded("slug", unique=True)))
    with pytest.raises(SchemaError, match=r"Tag\.slug: give it a max_length"):
        schema_text(schema, dialect)
    assert "slug TEXT" in schema_text(schema, "sqlite")


@pytest.mark.parametrize("dialect", SERVERS)
def test_an_index_that_is_too_wide_is_refused(dialect: str) -> None:
    wide = [Field(name=name, type="string", max_length=500) for name in ("a", "b")]
    schema = schema_of(entity("Tag", ID, *wide, unique=(Unique(fields=("a", "b")),)))
    with pytest.raises(SchemaError, match="Tag: a, b can be 4000 bytes"):
        schema_text(schema, dialect)


def test_text_that_is_not_indexed_has_no_end() -> None:
    schema = schema_of(entity("Tag", ID, unbounded("note")))
    assert "note LONGTEXT" in schema_text(schema, "mariadb")
    assert 'note TEXT COLLATE "C"' in schema_text(schema, "postgres")


def test_a_reference_is_as_wide_as_what_it_points_at() -> None:
    link = Field(name="of", type="string", foreign_key=ForeignKey("Tag", "slug"))
    schema = schema_of(
        entity("Tag", ID, Field(name="slug", type="string", max_length=77, unique=True)),
        entity("Use", ID, link),
    )
    assert "of VARCHAR(77)" in schema_text(schema, "mariadb").replace("`", "")

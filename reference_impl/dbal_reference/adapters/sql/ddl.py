"""The statements that make what is missing of tables, indexes and references."""

from collections.abc import Collection, Iterator

from sqlalchemy import MetaData, Table
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable, ExecutableDDLElement
from sqlalchemy.schema import sort_tables_and_constraints as sort

from dbal_reference.adapters.sql.dialect import Dialect


def create(
    metadata: MetaData,
    dialect: Dialect,
    there: Collection[str] = frozenset(),
    only: Collection[str] | None = None,
) -> list[str]:
    """SQL texts, to be executed in order.

    References in a ring are added after their tables, where the database can alter tables.

    Args:
        metadata: every table.
        dialect: what the texts are written for.
        there: names of tables, indexes and references that exist already, and are left alone.
        only: names of the tables to make, with what belongs to each; all, if None.
    """
    furniture = [text for name, text in dialect.furniture.items() if name not in there]
    return furniture + [
        str(element.compile(dialect=dialect.compiler)).strip()
        for name, element in _elements(metadata, dialect, only)
        if name not in there
    ]


def _elements(
    metadata: MetaData, dialect: Dialect, only: Collection[str] | None
) -> Iterator[tuple[str, ExecutableDDLElement]]:
    tables = [t for name, t in metadata.tables.items() if only is None or name in only]
    unless = dialect.creates_if_missing
    late = []
    if not dialect.compiler.supports_alter:
        for table in tables:
            yield table.name, CreateTable(table, if_not_exists=unless)
            yield from _indexes(table, unless=unless)
        return
    for table, keys in sort(tables):  # type: ignore[no-untyped-call]  # SQLAlchemy types it not
        if table is None:
            late += [(str(key.name), AddConstraint(key)) for key in keys]
            continue
        yield (
            table.name,
            CreateTable(table, if_not_exists=unless, include_foreign_key_constraints=list(keys)),
        )
        yield from _indexes(table, unless=unless)  # the next table may refer to what is unique here
    yield from late


def _indexes(table: Table, *, unless: bool) -> Iterator[tuple[str, ExecutableDDLElement]]:
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        yield str(index.name), CreateIndex(index, if_not_exists=unless)

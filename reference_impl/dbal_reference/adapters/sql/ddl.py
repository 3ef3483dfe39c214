"""The statements that make the tables which are missing."""

from collections.abc import Iterator

from sqlalchemy import MetaData
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable, ExecutableDDLElement
from sqlalchemy.schema import sort_tables_and_constraints as sort

from dbal_reference.adapters.sql.dialect import Dialect


def create(metadata: MetaData, dialect: Dialect) -> list[str]:
    """SQL texts, to be executed in order; what exists already is left alone.

    References in a ring are added after their tables, where the database can alter tables.
    """
    return [
        str(element.compile(dialect=dialect.compiler)) for element in _elements(metadata, dialect)
    ]


def _elements(metadata: MetaData, dialect: Dialect) -> Iterator[ExecutableDDLElement]:
    tables = list(metadata.tables.values())
    if not dialect.compiler.supports_alter:
        yield from (CreateTable(table, if_not_exists=True) for table in tables)
    else:
        for table, keys in sort(tables):  # type: ignore[no-untyped-call]  # SQLAlchemy types it not
            if table is None:
                yield from (AddConstraint(key) for key in keys)
            else:
                yield CreateTable(
                    table, if_not_exists=True, include_foreign_key_constraints=list(keys)
                )
    for table in tables:
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            yield CreateIndex(index, if_not_exists=True)

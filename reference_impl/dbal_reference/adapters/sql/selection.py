"""How a SELECT of whole rows is put together: joins for its order, parts of groups, paging."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, FromClause, MetaData, and_, func, select, type_coerce
from sqlalchemy.sql import Select as Statement

from dbal_reference.adapters.sql.dialect import Dialect, Expression
from dbal_reference.adapters.sql.expressions import Builder
from dbal_reference.adapters.sql.shape import Shape, Shaper
from dbal_reference.query.predicate import Link, Order

_RANK = "_rank"  # no field begins with _


class Join(NamedTuple):
    """One row for each row: `parent` is the number of an earlier join, or -1 for the row itself."""

    parent: int
    field: str
    entity: str
    key: str
    seen: Shape


class Entry(NamedTuple):
    """One entry of the order; `join` is a number as in `Join.parent`."""

    column: str
    descending: bool
    join: int


class Ordering(NamedTuple):
    """An order without operands, and the joins that it needs."""

    entries: tuple[Entry, ...]
    joins: tuple[Join, ...]


class Selection(NamedTuple):
    """What a statement is built from, once, and found again by."""

    entity: str
    shape: Shape
    ordering: Ordering
    limited: bool
    offset: bool
    each: str | None
    total: bool
    carried: int  # how many of the last entries of the ordering are not sorted by
    fields: tuple[str, ...] | None


_Found: TypeAlias = dict[tuple[str, ...], int]


def take_ordering(shaper: Shaper, order: Sequence[Order], operands: list[Any]) -> Ordering:
    """Give the ordering, and append the operands of its joins; a path is joined once."""
    joins: list[Join] = []
    numbers: _Found = {}
    entries = []
    for entry in order:
        number = -1
        walked: tuple[str, ...] = ()
        for link in entry.via:
            walked = (*walked, link.field)
            if walked not in numbers:
                joins.append(_join(shaper, number, link, operands))
                numbers[walked] = len(joins) - 1
            number = numbers[walked]
        entries.append(Entry(entry.column, entry.descending, number))
    return Ordering(tuple(entries), tuple(joins))


def _join(shaper: Shaper, parent: int, link: Link, operands: list[Any]) -> Join:
    if link.seen is None:
        raise ValueError("nobody has said which related rows count")
    seen = shaper.take(link.entity, link.seen, operands)
    return Join(parent, link.field, link.entity, link.key, seen)


class SelectionBuilder:
    """Builds the statement of one selection: the columns of these names, then carried values."""

    def __init__(self, metadata: MetaData, dialect: Dialect) -> None:
        self._tables = metadata.tables
        self._dialect = dialect
        self._builder = Builder(metadata, dialect)

    def build(self, selection: Selection, names: Sequence[str], key: str) -> Statement[Any]:
        """Operands come in the order: condition, joins, limit, offset, most of each."""
        table = self._tables[selection.entity]
        source, condition = self._builder.source(selection.shape, table)
        if selection.each is not None:
            ranked = self._ranked(selection.each, table, names, key)
            return self._first(ranked.select_from(source).where(condition), names, key)
        unjoined = source
        joined, source = self._join(selection.ordering.joins, table, source)
        columns = [_column(entry, table, joined) for entry in selection.ordering.entries]
        carried = [
            column.label(f"_{place}")
            for place, column in enumerate(columns)
            if selection.ordering.entries[place].join >= 0
        ]
        counted = [_total(unjoined, condition)] if selection.total else []
        rows = select(*(table.c[name] for name in names), *carried, *counted)
        rows = rows.select_from(source).where(condition)
        entries = selection.ordering.entries
        for entry, column in list(zip(entries, columns, strict=True))[
            : len(entries) - selection.carried
        ]:
            rows = rows.order_by(
                self._dialect.descending(column)
                if entry.descending
                else self._dialect.ascending(column)
            )
        rows = rows.limit(self._builder.parameter()) if selection.limited else rows
        return rows.offset(self._builder.parameter()) if selection.offset else rows

    def _join(
        self, joins: Sequence[Join], table: FromClause, source: FromClause
    ) -> tuple[list[FromClause], FromClause]:
        """Give the tables joined, and all of them together."""
        joined: list[FromClause] = []
        for join in joins:
            there = self._tables[join.entity].alias()
            here = table if join.parent < 0 else joined[join.parent]
            linked = there.c[join.key] == here.c[join.field]
            source = source.outerjoin(there, and_(linked, self._builder.build(join.seen, there)))
            joined.append(there)
        return joined, source

    def _ranked(
        self, field: str, table: FromClause, names: Sequence[str], key: str
    ) -> Statement[Any]:
        """Rows, numbered by key within those of one value."""
        by_key = self._dialect.ascending(table.c[key])
        rank = func.row_number().over(partition_by=table.c[field], order_by=by_key).label(_RANK)
        return select(*(table.c[name] for name in names), rank)

    def _first(self, ranked: Statement[Any], names: Sequence[str], key: str) -> Statement[Any]:
        """Those up to a number (a parameter), by key."""
        rows = ranked.subquery()
        first = rows.c[_RANK] <= self._builder.parameter()
        found = select(*(rows.c[name] for name in names)).where(first)
        return found.order_by(self._dialect.ascending(rows.c[key]))


def _total(source: FromClause, condition: Expression) -> ColumnElement[int]:
    """How many rows there are, which databases find out once."""
    counted = select(func.count()).select_from(source).where(condition)
    return counted.correlate(None).scalar_subquery().label("_total")


def _column(entry: Entry, table: FromClause, joined: Sequence[FromClause]) -> Expression:
    if entry.join < 0:
        return table.c[entry.column]
    column = joined[entry.join].c[entry.column]
    return type_coerce(column, column.type)  # null where no row is joined, whatever the schema says

"""SQL texts with the order of their parameters, built with SQLAlchemy Core once and then reused."""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Table as SqlTable
from sqlalchemy import bindparam, delete, exists, func, insert, literal, or_, select, update
from sqlalchemy.sql import ClauseElement

from dbal_reference.adapters import Row
from dbal_reference.adapters.constraints import references
from dbal_reference.adapters.sql.cascade import Cascade
from dbal_reference.adapters.sql.dialect import Dialect
from dbal_reference.adapters.sql.expressions import Builder
from dbal_reference.adapters.sql.groups import Grouping, build_grouping, read_groups
from dbal_reference.adapters.sql.rows import Codec
from dbal_reference.adapters.sql.selection import Selection, SelectionBuilder, take_ordering
from dbal_reference.adapters.sql.shape import Shaper, behind
from dbal_reference.adapters.sql.tables import make_tables
from dbal_reference.model import Field, Schema
from dbal_reference.query.groups import Aggregate, Group
from dbal_reference.query.predicate import And, Order, Predicate, Select

Bound: TypeAlias = tuple[str, Sequence[Any]]
"""An SQL text and its parameters in order."""

_OPERAND = re.compile("p[0-9]+")
_CACHED = 2000  # texts of about 1 kB; callers choose the shapes of filters, so there must be an end


class Statement(NamedTuple):
    """`places`, in the order of the parameters, are indexes of operands, or (below 0) constants."""

    text: str
    places: tuple[int, ...]
    constants: tuple[Any, ...] = ()

    def bind(self, operands: Sequence[Any]) -> Bound:
        """Put operands in place; those that the text has no use for are left out."""
        values = (*operands, *self.constants) if self.constants else operands
        return self.text, [values[place] for place in self.places]


class Statements:
    """Every statement of one schema in one dialect; safe to share between threads."""

    def __init__(self, schema: Schema, dialect: Dialect) -> None:
        self.dialect = dialect
        self.metadata = make_tables(schema, dialect)
        self.codecs = {name: Codec(entity, dialect) for name, entity in schema.entities.items()}
        self.cascade = Cascade(
            references(schema), {name: e.primary.name for name, e in schema.entities.items()}
        )
        self._entities = schema.entities
        self._shaper = Shaper(schema, dialect)
        self._parts: dict[tuple[str, tuple[str, ...]], Codec] = {}  # the service's own, so few
        self._cache: dict[Hashable, Statement] = {}

    def select(self, query: Select) -> Bound:
        """Rows of every column, in order, and behind them what the order takes of other rows."""
        return self._selected(query, total=False)

    def page(self, query: Select) -> Bound:
        """As `select`; behind all, in each record, how many rows satisfy the condition."""
        return self._selected(query, total=True)

    def _selected(self, query: Select, *, total: bool) -> Bound:
        where, fields = query.where, self._entities[query.entity].fields
        order = _decisive(query.order, fields)
        if query.after is not None:
            where = And((where, behind(order, query.after[: len(order)], fields)))
        operands: list[Any] = []
        shape = self._shaper.take(query.entity, where, operands)
        ordering = take_ordering(self._shaper, (*order, *query.carry), operands)
        each = None if query.each is None else query.each.field
        selection = Selection(
            query.entity,
            shape,
            ordering,
            query.limit is not None,
            query.offset > 0,
            each,
            total,
            len(query.carry),
            query.fields,
        )
        most = None if query.each is None else query.each.most
        operands += [n for n in (query.limit, query.offset or None, most) if n is not None]
        return self._found(selection, lambda: self._select(selection)).bind(operands)

    def aggregate(self, query: Aggregate) -> Bound:
        """A record for each group, for `read_groups`."""
        operands: list[Any] = []
        shape = self._shaper.take(query.entity, query.where, operands)
        limited = query.limit is not None
        operands += [query.limit] if limited else []
        grouping = Grouping(query.entity, shape, query.metrics, query.by, limited)
        build = lambda: build_grouping(grouping, self.metadata, self.dialect)  # noqa: E731 -- as elsewhere here
        return self._found(grouping, build).bind(operands)

    def count(self, entity: str, where: Predicate) -> Bound:
        """The number of rows."""
        operands: list[Any] = []
        shape = self._shaper.take(entity, where, operands)

        def build() -> ClauseElement:
            table = self._table(entity)
            source, condition = Builder(self.metadata, self.dialect).source(shape, table)
            return select(func.count()).select_from(source).where(condition)

        return self._found(("count", entity, shape), build).bind(operands)

    def decode(self, query: Select, records: Sequence[Sequence[Any]]) -> list[Row]:
        """The rows of a select."""
        codec = self._codec(query.entity, query.fields)
        carried = [entry for entry in (*query.order, *query.carry) if entry.via]
        if not carried:
            return codec.decode(records)
        width = len(codec.names)
        rows = codec.decode([record[:width] for record in records])
        for place, entry in enumerate(carried, start=width):
            field = self._entities[entry.via[-1].entity].fields[entry.column]
            convert = self.dialect.decoders.get(field.type)
            for row, record in zip(rows, records, strict=True):
                value = record[place]
                row[entry.field] = value if value is None or convert is None else convert(value)
        return rows

    def read_groups(self, query: Aggregate, records: Sequence[Sequence[Any]]) -> list[Group]:
        """The groups of an aggregate."""
        return read_groups(query, self._entities[query.entity], self.dialect, records)

    def insert(self, entity: str) -> str:
        """Parameters: every column, in the order of the schema."""
        names = self.codecs[entity].names
        return self._found(
            ("insert", entity),
            lambda: insert(self._table(entity)).values(_numbered(names)),
        ).text

    def update(self, entity: str, names: tuple[str, ...], *, one: bool) -> str:
        """Parameters: these columns, named in the schema's order, then the key or packed keys."""

        def build() -> ClauseElement:
            change = update(self._table(entity)).values(_numbered(names))
            return change.where(self._keyed(entity, len(names), one=one))

        return self._found(("update", entity, names, one), build).text

    def delete(self, entity: str, *, one: bool) -> str:
        """Parameter: the key or the packed keys."""
        return self._found(
            ("delete", entity, one),
            lambda: delete(self._table(entity)).where(self._keyed(entity, 0, one=one)),
        ).text

    def empty(self, entity: str) -> str:
        """Delete every row."""
        return self._found(("empty", entity), lambda: delete(self._table(entity))).text

    def any_rows(self) -> Bound:
        """One record of one value: whether any table has a row."""

        def build() -> ClauseElement:
            tables = [exists(select(literal(1)).select_from(t)) for t in self._tables()]
            return select(or_(*tables))

        return self._found(("any_rows",), build).bind(())

    def rows_in(self, entities: tuple[str, ...]) -> Bound:
        """One record of a value for each of these entities: whether it has a row."""

        def build() -> ClauseElement:
            return select(
                *(exists(select(literal(1)).select_from(self._table(e))) for e in entities)
            )

        return self._found(("rows_in", entities), build).bind(())

    def key(self, entity: str) -> str:
        """The name of the key."""
        return self._entities[entity].primary.name

    def _table(self, entity: str) -> SqlTable:
        return self.metadata.tables[entity]

    def _tables(self) -> list[SqlTable]:
        return list(self.metadata.tables.values())

    def _keyed(self, entity: str, place: int, *, one: bool) -> Any:  # noqa: ANN401 -- SQLAlchemy's own union
        key = self._table(entity).c[self.key(entity)]
        operand = bindparam(f"p{place}", type_=key.type)
        return key == operand if one else self.dialect.member(key, operand)

    def _select(self, selection: Selection) -> ClauseElement:
        names = self._codec(selection.entity, selection.fields).names
        key = self.key(selection.entity)
        return SelectionBuilder(self.metadata, self.dialect).build(selection, names, key)

    def _codec(self, entity: str, fields: tuple[str, ...] | None) -> Codec:
        if fields is None:
            return self.codecs[entity]
        found = self._parts.get((entity, fields))
        if found is None:
            found = Codec(self._entities[entity], self.dialect, fields)
            self._parts[entity, fields] = found
        return found

    def _found(self, key: Hashable, build: Callable[[], ClauseElement]) -> Statement:
        found = self._cache.get(key)
        return self._keep(key, build) if found is None else found

    def _keep(self, key: Hashable, build: Callable[[], ClauseElement]) -> Statement:
        compiled = build().compile(dialect=self.dialect.compiler)
        names: Sequence[str] = getattr(compiled, "positiontup", None) or ()
        constants = [name for name in names if _OPERAND.fullmatch(name) is None]
        places = (
            constants.index(name) - len(constants) if name in constants else int(name[1:])
            for name in names
        )
        values = getattr(compiled, "params", {})
        statement = Statement(str(compiled), tuple(places), tuple(values[n] for n in constants))
        if len(self._cache) >= _CACHED:
            self._cache.clear()
        self._cache[key] = statement
        return statement


def _decisive(order: tuple[Order, ...], fields: Mapping[str, Field]) -> tuple[Order, ...]:
    """Leave out what stands behind a field that no two rows share, and would hide its index."""
    if any(entry.via for entry in order):
        return order  # whose values the rows carry
    for place, entry in enumerate(order, start=1):
        field = fields[entry.field]
        if field.primary or (field.unique and not field.nullable):
            return order[:place]
    return order


def _numbered(names: Sequence[str]) -> dict[str, Any]:
    return {name: bindparam(f"p{place}") for place, name in enumerate(names)}

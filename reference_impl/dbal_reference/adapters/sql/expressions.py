"""From a shape to SQL: two-valued at every `not` (QRY-FLT-008), operands as parameters p0, p1 ...

SQL knows a third value where a null is compared. At the top and below AND and OR it counts as
false by itself; below NOT it is made false first.
"""

import operator
from collections.abc import Callable, Hashable, Mapping
from itertools import count
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Double,
    FromClause,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    true,
)
from sqlalchemy.types import TypeEngine

from dbal_reference.adapters.sql.dialect import Dialect, Expression
from dbal_reference.adapters.sql.shape import Shape, true_of_nothing
from dbal_reference.query.predicate import Kind

_RELATIONS: Mapping[str, Callable[[Any, Any], Expression]] = {
    "eq": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


_TURNED = {"eq": "eq", "gt": "lt", "gte": "lte", "lt": "gt", "lte": "gte"}
_BEYOND = 2.0**63  # no integer is so large


class Builder:
    """Builds the expressions of one statement, and numbers its parameters."""

    def __init__(self, metadata: MetaData, dialect: Dialect) -> None:
        self._tables = metadata.tables
        self._dialect = dialect
        self._number = count()

    def parameter(self, kind: TypeEngine[Any] | None = None) -> BindParameter[Any]:
        """Name the next parameter; an integer, unless said otherwise."""
        return bindparam(f"p{next(self._number)}", type_=BigInteger() if kind is None else kind)

    def build(self, shape: Shape, row: FromClause) -> Expression:  # noqa: C901, PLR0911, PLR0912 -- one case a kind
        """Build a condition on a row of this table (or alias of one)."""
        match shape:
            case ("always", value):
                return true() if value else false()
            case ("null", field):
                return row.c[field].is_(None)
            case ("compare", field, op):
                return self._compare(row.c[field], op)
            case ("fields", left, op, right):
                return self._fields(row.c[left], op, row.c[right])
            case ("packed", field):
                return self._dialect.member(row.c[field], self.parameter(row.c[field].type))
            case ("listed", field, size):
                kind = row.c[field].type
                return row.c[field].in_([self.parameter(kind) for _ in range(size)])
            case ("and", parts):
                return and_(true(), *(self.build(part, row) for part in parts))
            case ("or", parts):
                return or_(false(), *(self.build(part, row) for part in parts))
            case ("not", part):
                return not_(self._settled(part, row))
            case ("inside", field, signature, kind, op, size):
                return self._inside(row.c[field], signature, kind, op, size)
            case ("word", field):
                return self._dialect.functions.has_word(row.c[field], self.parameter(Text()))
            case ("through" | "joined", field, entity, key, part, seen):
                return self._through(row.c[field], entity, key, part, seen)
            case _:
                raise AssertionError(shape)

    def source(self, shape: Shape, table: Table) -> tuple[FromClause, Expression]:
        """Give what to select from and the condition on it, as the WHERE of a statement.

        Where every row must have a related row, they are joined, and the database may begin at
        whichever end has less to look at; elsewhere the related row is looked at row by row.
        """
        joins: list[tuple[FromClause, Expression]] = []
        conditions = self._conditions(shape, table, joins)
        source: FromClause = table
        for there, linked in joins:
            source = source.join(there, linked)
        return source, conditions[0] if len(conditions) == 1 else and_(true(), *conditions)

    def _conditions(
        self, shape: Shape, row: FromClause, joins: list[tuple[FromClause, Expression]]
    ) -> list[Expression]:
        """Build all that must hold, and append what is joined for it."""
        conditions: list[Expression] = []
        for part in shape[1] if shape[0] == "and" else (shape,):
            if part[0] != "joined":
                conditions.append(self.build(part, row))
                continue
            _, field, entity, key, inner, seen = part
            there = self._tables[entity].alias()
            linked = there.c[key] == row.c[field]
            joins.append((there, linked))
            place = len(joins) - 1
            conditions += self._conditions(inner, there, joins)
            joins[place] = (there, and_(linked, self.build(seen, there)))
        return conditions

    def _inside(
        self,
        column: Expression,
        signature: tuple[Hashable, ...],
        kind: Kind,
        op: str,
        size: int,
    ) -> Expression:
        """Look at a place inside JSON (QRY-JSON)."""
        places = self._dialect.places
        if places is None:
            raise AssertionError("no shape looks inside JSON here")
        path = [self.parameter(each) for each in places.path_types(signature)]
        if op == "isNull":
            return places.place_is_null(column, path)
        value = places.place(column, path, kind)
        if op == "in":
            return value.in_([self.parameter(value.type) for _ in range(size)])
        return self._compare(value, op)

    def _compare(self, column: Expression, op: str) -> Expression:
        operand = self.parameter(column.type)
        match op:
            case "contains":
                return self._dialect.contains(column, operand)
            case "startsWith":
                return self._dialect.starts_with(column, operand, self.parameter(Integer()))
            case "endsWith":
                return self._dialect.ends_with(column, operand, self.parameter(Integer()))
            case _:
                return _RELATIONS[op](column, operand)

    def _fields(self, left: Expression, op: str, right: Expression) -> Expression:
        """Compare exactly also where one is an integer and the other a double (QRY-FLT-015)."""
        if self._dialect.mixes_exactly:
            return _RELATIONS[op](left, right)
        if isinstance(left.type, Integer) and isinstance(right.type, Double):
            return self._mixed(left, op, right)
        if isinstance(left.type, Double) and isinstance(right.type, Integer):
            return self._mixed(right, _TURNED[op], left)
        return _RELATIONS[op](left, right)

    def _mixed(self, integer: Expression, op: str, double: Expression) -> Expression:
        """As doubles, two integers above 2^53 can be one; so the double is made an integer."""
        floor, ceiling = (
            self._dialect.whole(func.floor(double)),
            self._dialect.whole(func.ceil(double)),
        )
        relation = {
            "eq": and_(floor == ceiling, integer == floor),
            "gt": integer > floor,
            "gte": integer >= ceiling,
            "lt": integer < ceiling,
            "lte": integer <= floor,
        }[op]
        return case(
            (integer.is_(None), null()),
            (double >= literal(_BEYOND, Double()), true() if op in {"lt", "lte"} else false()),
            (double < literal(-_BEYOND, Double()), true() if op in {"gt", "gte"} else false()),
            (double.is_not(None), relation),
        )

    def _settled(self, part: Shape, row: FromClause) -> Expression:
        """Build an expression that is never null."""
        built = self.build(part, row)
        return func.coalesce(built, false()) if _unsettled(part, row) else built

    def _through(
        self, column: Expression, entity: str, key: str, part: Shape, seen: Shape
    ) -> Expression:
        """Look at the row referenced; where there is none, everything in it is null."""
        there = self._tables[entity].alias()
        holds = self.build(part, there)
        linked = and_(there.c[key] == column, self.build(seen, there))
        found = exists().select_from(there).where(linked, holds)
        missing = not_(exists().select_from(there).where(linked))
        return or_(found, missing) if true_of_nothing(part) else found


def _unsettled(shape: Shape, row: FromClause) -> bool:
    """Whether a null in the row can make the expression null."""
    match shape:
        case ("compare" | "packed" | "listed", field, *_):
            return bool(row.c[field].nullable)
        case ("inside", _, _, _, op, _):
            return bool(op != "isNull")
        case ("word", field):
            return bool(row.c[field].nullable)
        case ("fields", left, _, right):
            return bool(row.c[left].nullable or row.c[right].nullable)
        case ("and" | "or", parts):
            return any(_unsettled(part, row) for part in parts)
        case _:
            return False

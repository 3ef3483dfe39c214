"""From a shape to SQL: two-valued at every `not` (QRY-FLT-008), operands as parameters p0, p1 ...

SQL knows a third value where a null is compared. At the top and below AND and OR it counts as
false by itself; below NOT it is made false first.
"""

import operator
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from sqlalchemy import (
    FromClause,
    Integer,
    MetaData,
    and_,
    bindparam,
    exists,
    false,
    func,
    not_,
    or_,
    true,
)
from sqlalchemy.types import TypeEngine

from dbal_reference.adapters.sql.dialect import Dialect, Expression
from dbal_reference.adapters.sql.shape import Shape, true_of_nothing

_RELATIONS: Mapping[str, Callable[[Any, Any], Expression]] = {
    "eq": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


class Builder:
    """Builds the expressions of one statement, and numbers its parameters."""

    def __init__(self, metadata: MetaData, dialect: Dialect) -> None:
        self._tables = metadata.tables
        self._dialect = dialect
        self._number = count()

    def parameter(self, kind: TypeEngine[Any] | None = None) -> Expression:
        """Name the next parameter."""
        return bindparam(f"p{next(self._number)}", type_=Integer() if kind is None else kind)

    def build(self, shape: Shape, row: FromClause) -> Expression:  # noqa: C901, PLR0911 -- one case a kind
        """Build a condition on a row of this table (or alias of one)."""
        match shape:
            case ("always", value):
                return true() if value else false()
            case ("null", field):
                return row.c[field].is_(None)
            case ("compare", field, op):
                return self._compare(row.c[field], op)
            case ("fields", left, op, right):
                return _RELATIONS[op](row.c[left], row.c[right])
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
            case ("through", field, entity, key, part):
                return self._through(row.c[field], entity, key, part)
            case _:
                raise AssertionError(shape)

    def _compare(self, column: Expression, op: str) -> Expression:
        operand = self.parameter(column.type)
        match op:
            case "contains":
                return self._dialect.contains(column, operand)
            case "startsWith":
                return self._dialect.starts_with(column, operand, self.parameter())
            case "endsWith":
                return self._dialect.ends_with(column, operand, self.parameter())
            case _:
                return _RELATIONS[op](column, operand)

    def _settled(self, part: Shape, row: FromClause) -> Expression:
        """Build an expression that is never null."""
        built = self.build(part, row)
        return func.coalesce(built, false()) if _unsettled(part, row) else built

    def _through(self, column: Expression, entity: str, key: str, part: Shape) -> Expression:
        """Look at the row referenced; where there is none, everything in it is null."""
        there = self._tables[entity].alias()
        linked = there.c[key] == column
        found = exists().where(linked, self.build(part, there))
        return or_(found, not_(exists().where(linked))) if true_of_nothing(part) else found


def _unsettled(shape: Shape, row: FromClause) -> bool:
    """Whether a null in the row can make the expression null."""
    match shape:
        case ("compare" | "packed" | "listed", field, *_):
            return bool(row.c[field].nullable)
        case ("fields", left, _, right):
            return bool(row.c[left].nullable or row.c[right].nullable)
        case ("and" | "or", parts):
            return any(_unsettled(part, row) for part in parts)
        case _:
            return False

"""What a row must satisfy, as a tree that every adapter understands; two-valued (QRY-FLT-008).

A comparison with a null on the row's side is false; `IsNull` asks for null itself, and `ne`, `nin`
are `Not` of their opposites. Strings compare by code point; numbers exactly.
"""

from typing import Any, Literal, TypeAlias

import msgspec

Operator: TypeAlias = Literal["eq", "gt", "gte", "lt", "lte", "contains", "startsWith", "endsWith"]


class Always(msgspec.Struct, frozen=True):
    """True or false, whatever the row."""

    value: bool


class IsNull(msgspec.Struct, frozen=True):
    """The field is null."""

    field: str


class Compare(msgspec.Struct, frozen=True):
    """The field is not null and stands in this relation to the operand (never null)."""

    field: str
    op: Operator
    operand: Any


class CompareFields(msgspec.Struct, frozen=True):
    """Two fields of the row, both not null, are equal or ordered (row filters only)."""

    left: str
    op: Operator
    right: str


class In(msgspec.Struct, frozen=True):
    """The field is not null and equals one of the operands (none of them null; may be empty)."""

    field: str
    operands: tuple[Any, ...]


class And(msgspec.Struct, frozen=True):
    """All hold; of none: true."""

    parts: tuple["Predicate", ...]


class Or(msgspec.Struct, frozen=True):
    """At least one holds; of none: false."""

    parts: tuple["Predicate", ...]


class Not(msgspec.Struct, frozen=True):
    """It does not hold."""

    part: "Predicate"


class Through(msgspec.Struct, frozen=True):
    """The row that `field` references by `key` of `entity` satisfies `part`; none: all null."""

    field: str
    entity: str
    key: str
    part: "Predicate"


Predicate: TypeAlias = Always | IsNull | Compare | CompareFields | In | And | Or | Not | Through

TRUE = Always(value=True)
FALSE = Always(value=False)


class Order(msgspec.Struct, frozen=True):
    """One entry of a sort; null is less than every value (QRY-SORT-004)."""

    field: str
    descending: bool = False


class Select(msgspec.Struct, frozen=True):
    """Rows of one entity that satisfy `where`, in a total order (`order` ends with the key).

    `after` is the sort values of the last row seen, one for each of `order`: only rows behind it.
    """

    entity: str
    where: Predicate
    order: tuple[Order, ...]
    limit: int | None = None
    offset: int = 0
    after: tuple[Any, ...] | None = None

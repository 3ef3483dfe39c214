"""What a row must satisfy, as a tree that every adapter understands; two-valued (QRY-FLT-008).

A comparison with a null on the row's side is false; `IsNull` asks for null itself, and `ne`, `nin`
are `Not` of their opposites. Strings compare by code point; numbers exactly.
"""

from typing import Any, Literal, TypeAlias

import msgspec

Operator: TypeAlias = Literal["eq", "gt", "gte", "lt", "lte", "contains", "startsWith", "endsWith"]
PlaceOperator: TypeAlias = Operator | Literal["in", "isNull"]
Kind: TypeAlias = Literal["string", "number", "boolean"]
Path: TypeAlias = tuple[str | int, ...]


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


class Inside(msgspec.Struct, frozen=True):
    """What stands at a place inside JSON is of this kind and passes (QRY-JSON).

    `path` leads there by member names and places in lists; where it leads nowhere, or to JSON
    null, is null. `isNull` asks for that and has no operand (`kind` does not matter); `in` has a
    tuple of operands, all of the kind. Numbers are binary64, so their operands are floats.
    """

    field: str
    path: Path
    op: PlaceOperator
    operand: Any = None
    kind: Kind = "string"
    text: bool = False  # the field holds JSON as text (`format: json`)


class HasWord(msgspec.Struct, frozen=True):
    """The text has this run of ASCII letters and digits (in lower case), whole, in any case."""

    field: str
    word: str


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
    """The row that `field` references by `key` of `entity` satisfies `part`; none: all null.

    A row that does not satisfy `seen` counts as none. `seen` is None while nobody has said who
    asks (`visibility.bind` says it): such a predicate may not be evaluated. `joined` says that a
    caller asked for it, which changes nothing but where a database may begin to look.
    """

    field: str
    entity: str
    key: str
    part: "Predicate"
    seen: "Predicate | None" = Always(value=True)
    joined: bool = False


Predicate: TypeAlias = (
    Always | IsNull | Compare | CompareFields | In | Inside | HasWord | And | Or | Not | Through
)

TRUE = Always(value=True)
FALSE = Always(value=False)


class Link(msgspec.Struct, frozen=True):
    """One step from a row to the one that `field` references; `seen` is as in `Through`."""

    field: str
    entity: str
    key: str
    seen: Predicate | None = None


class Order(msgspec.Struct, frozen=True):
    """One entry of a sort; null is less than every value (QRY-SORT-004).

    With `via`, `field` is a relation path (`owner.username`) and its last part a field of the
    entity at the end of the links. Rows selected in such an order carry the value under this name.
    """

    field: str
    descending: bool = False
    via: tuple[Link, ...] = ()

    @property
    def column(self) -> str:
        """The field that is compared, of the row at the end of the links."""
        return self.field.rpartition(".")[2]


class Each(msgspec.Struct, frozen=True):
    """Of the rows that agree in `field`, the first `most` by key."""

    field: str
    most: int


class Select(msgspec.Struct, frozen=True):
    """Rows of one entity that satisfy `where`, in a total order (`order` ends with the key).

    No order at all is for what can be one row at most. `fields` are those that the rows must have
    (None: all); `carry` are values of related rows to be given besides, as those of `order` are.
    `after` is the sort values of the last row seen, one for each of `order`: only rows behind it.
    With `each` the order is that of the key, and there is neither limit, offset nor `after`.
    """

    entity: str
    where: Predicate
    order: tuple[Order, ...]
    limit: int | None = None
    offset: int = 0
    after: tuple[Any, ...] | None = None
    each: Each | None = None
    fields: tuple[str, ...] | None = None
    carry: tuple[Order, ...] = ()

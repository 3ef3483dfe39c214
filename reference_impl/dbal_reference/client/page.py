"""What lists and aggregates give: a page of rows, groups with their values."""

from collections.abc import Iterator
from typing import Any, TypeAlias

import msgspec

Row: TypeAlias = dict[str, Any]


class Page(msgspec.Struct, frozen=True):
    """Rows and where they stand; iterating gives the rows (QRY-PAGE-001).

    `total` and `page` are None where the page was reached by a cursor; `next_cursor` is None on the
    last page.
    """

    data: list[Row]
    total: int | None
    page: int | None
    limit: int
    has_more: bool
    next_cursor: str | None

    def __iter__(self) -> Iterator[Row]:
        return iter(self.data)

    def __len__(self) -> int:
        return len(self.data)


class Group(msgspec.Struct, frozen=True):
    """The rows that agree in the fields of `key`, and what was asked of them, by name.

    Sums of integers are integers, however long; averages are floats. None: there was no value.
    """

    key: dict[str, Any]
    values: dict[str, Any]


class Groups(msgspec.Struct, frozen=True):
    """Groups by key, null first; iterating gives them. `has_more`: the limit left some out."""

    groups: list[Group]
    has_more: bool

    def __iter__(self) -> Iterator[Group]:
        return iter(self.groups)

    def __len__(self) -> int:
        return len(self.groups)

"""One page of a list."""

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

"""Where on the way to a database a fault lies in wait: `commit`, `write`, `statement 3 reply`."""

import re
from typing import Literal, NamedTuple, TypeAlias, get_args

What: TypeAlias = Literal["statement", "write", "commit"]
FORM = r"(statement|write|commit)( [1-9][0-9]{0,3})?( reply)?"
_FORM = re.compile(FORM, re.ASCII)


class Point(NamedTuple):
    """The `number`th statement of a kind from now on; with `reply`, the answer to it.

    `statement` is every message that has the database do something, `write` one that changes
    rows, `commit` whatever makes what was written last.
    """

    what: What
    number: int = 1
    reply: bool = False

    def __str__(self) -> str:
        number = f" {self.number}" if self.number > 1 else ""
        return f"{self.what}{number}{' reply' if self.reply else ''}"


def point_of(text: str) -> Point:
    """Read what an author writes.

    Raises:
        ValueError: it is no point; the message says what is one.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError("at is statement, write or commit, as in `write`, `statement 3 reply`")
    what = next(each for each in get_args(What) if each == found[1])
    return Point(what, int(found[2] or 1), found[3] is not None)

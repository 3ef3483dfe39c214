"""One thing that lint has to say."""

from typing import NamedTuple

from dbal_conform.core.suite import Case


class Problem(NamedTuple):
    """`place` is `file:line`, the file told from the root of the corpus; `rule` names the rule."""

    place: str
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message} ({self.rule})"


def at(case: Case, line: int, rule: str, message: str) -> Problem:
    """Return a problem of `case`, told at `line`, or at the case where that is not known."""
    return Problem(f"{case.source}:{line or case.line}", rule, f"{written_id(case)}: {message}")


def written_id(case: Case) -> str:
    """Return the id as written: of all rows of a matrix the same."""
    return case.id.partition("[")[0]


def place(text: str) -> tuple[str, int]:
    """Return `file:line` as a key to sort by."""
    file, _, line = text.rpartition(":")
    return file, int(line)

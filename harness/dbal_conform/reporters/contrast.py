"""Two values side by side, with the lines that only one of them has."""

from difflib import SequenceMatcher
from typing import TypeAlias

LONGEST = 2_000  # lines; comparing takes time that grows with their square
Side: TypeAlias = list[tuple[str, bool]]


def sides(wanted: str, came: str) -> tuple[Side, Side]:
    """Return the lines of both, each with whether the other lacks it.

    A side of one line differs as a whole, and that is said already: nothing is marked then, nor in
    what is too long to be compared.
    """
    left, right = wanted.split("\n"), came.split("\n")
    if min(len(left), len(right)) == 1 or max(len(left), len(right)) > LONGEST:
        return [(line, False) for line in left], [(line, False) for line in right]
    lefts = [(line, True) for line in left]
    rights = [(line, True) for line in right]
    matcher = SequenceMatcher(a=_bare(left), b=_bare(right), autojunk=False)
    for start, other, size in matcher.get_matching_blocks():
        for place in range(size):
            lefts[start + place] = (left[start + place], False)
            rights[other + place] = (right[other + place], False)
    return lefts, rights


def _bare(side: list[str]) -> list[str]:
    """Return lines without the comma at their end, which says only that another follows."""
    return [line.rstrip(",") for line in side]

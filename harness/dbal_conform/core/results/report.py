"""What is found in one reply while it is held against its form."""

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from dbal_conform.core.messages import Json
from dbal_conform.core.verdict import Mismatch

UNSET = msgspec.UNSET
Actual: TypeAlias = Json | msgspec.UnsetType


class Asked(msgspec.Struct):
    """The call that a reply answers, and what of its surroundings its form depends on.

    `role` is None where it is not certain; `alone` is false where others may write meanwhile;
    `loose` names entities whose form is not known any more.
    """

    method: str
    args: dict[str, Json] = {}
    role: str | None = None
    system: bool = False
    alone: bool = True
    loose: frozenset[str] = frozenset()


class Report:
    """The breaches found so far, each with the requirement that it is one of."""

    __slots__ = ("asked", "found", "pages")

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.found: list[Mismatch] = []
        self.pages = 0  # envelopes that were added up

    def differ(
        self,
        path: str,
        requirement: str,
        why: str,
        expected: Actual = UNSET,
        actual: Actual = UNSET,
    ) -> None:
        """Note one breach."""
        self.found.append(Mismatch(path, why, expected, actual, requirement))


# Checks the value at a path, and returns it decoded (a tagged bigint as the integer it means).
Form: TypeAlias = Callable[[Json, str, Report], Json]

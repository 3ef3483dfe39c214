"""What a match is made in: where mismatches go, and what they are judged by."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

import msgspec

from dbal_conform.core.binding import Scope
from dbal_conform.core.contract import Tolerances
from dbal_conform.core.messages import Json
from dbal_conform.core.verdict import Mismatch

UNSET = msgspec.UNSET
Actual: TypeAlias = Json | msgspec.UnsetType


class Context(msgspec.Struct):
    """One match in progress.

    `now_ms` is the target's clock when the reply was in; `slack_ms` how long the call took: by so
    much a server-made timestamp may be older.
    """

    tolerances: Tolerances
    scope: Scope
    now_ms: int | None = None
    slack_ms: float = 0.0
    found: list[Mismatch] = []

    def differ(self, path: str, why: str, expected: Actual = UNSET, actual: Actual = UNSET) -> None:
        """Note one mismatch."""
        self.found.append(Mismatch(path, why, expected, actual))

    def trial(self) -> "Context":
        """Return a context like this one with nothing found in it yet."""
        return Context(self.tolerances, self.scope, self.now_ms, self.slack_ms)


# Notes in the context what is wrong with a value at a path; UNSET is a value that is not there.
Check: TypeAlias = Callable[[Actual, str, Context], None]


class Compile(Protocol):
    """Makes a check of a pattern; `exact` if its mappings take no members beyond those named."""

    def __call__(self, node: Json, *, exact: bool) -> Check:
        """Compile `node`."""
        ...


def holds(check: Check, actual: Actual, path: str, context: Context) -> bool:
    """Whether `check` finds nothing wrong; nothing is noted."""
    trial = context.trial()
    check(actual, path, trial)
    return not trial.found


def below(path: str, key: str) -> str:
    """Return the JSON Pointer of member `key` (RFC 6901)."""
    if "~" in key or "/" in key:
        key = key.replace("~", "~0").replace("/", "~1")
    return f"{path}/{key}"

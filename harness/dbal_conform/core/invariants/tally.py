"""How often each invariant was evaluated, and how often it could not be."""

from typing import Final

REPLY = "reply"  # well formed, carries the id of its request
RESULT = "result"  # fits the operation's closed result schema
PAGE = "page"  # the envelope adds up
ERROR = "error"  # registered, with its own code, `retryable` and details
SECRET = "secret"  # noqa: S105 -- a name: no sensitive field, no planted value
UNCHANGED = "unchanged"  # a failed call changed nothing
AUDIT = "audit"  # every call left one record
INVARIANTS: Final = (REPLY, RESULT, PAGE, ERROR, SECRET, UNCHANGED, AUDIT)


class Tally:
    """Counts of one flow."""

    __slots__ = ("could_not", "evaluated")

    def __init__(self) -> None:
        self.evaluated = dict.fromkeys(INVARIANTS, 0)
        self.could_not = dict.fromkeys(INVARIANTS, 0)

    def add(self, other: "Tally") -> None:
        """Count what another flow counted."""
        for name in INVARIANTS:
            self.evaluated[name] += other.evaluated[name]
            self.could_not[name] += other.could_not[name]

    def counts(self) -> dict[str, tuple[int, int]]:
        """Return, for each invariant, how often it was evaluated and how often it could not be."""
        return {name: (self.evaluated[name], self.could_not[name]) for name in INVARIANTS}

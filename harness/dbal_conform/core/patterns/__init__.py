"""Compare what was expected with what came; the only place that knows what `matches` means.

A mapping matches as a subset, a list exactly and in order, a scalar by value: numbers
mathematically, booleans apart from numbers, text by code point. `operators` and `combinators` hold
all `$operators`, one function each in a table; `errors` compares failures.
"""

from dbal_conform.core.binding import Scope
from dbal_conform.core.contract import Tolerances
from dbal_conform.core.messages import Json
from dbal_conform.core.patterns.context import Context
from dbal_conform.core.patterns.engine import Pattern
from dbal_conform.core.patterns.errors import ErrorCheck
from dbal_conform.core.verdict import Mismatch

__all__ = ["Context", "ErrorCheck", "Pattern", "match"]


def match(
    pattern: Json,
    actual: Json,
    *,
    tolerances: Tolerances,
    now_ms: int | None = None,
    scope: Scope | None = None,
) -> list[Mismatch]:
    """Return every mismatch between a pattern and a value; none means that it matches.

    Raises:
        InputError: the pattern is malformed, which the loader should have refused.
        UnboundError: a reference in it names nothing in `scope`.
        ClockNeededError: it speaks of `$now`, and `now_ms` was not given.
    """
    scope = Scope(now_ms=now_ms) if scope is None else scope
    context = Context(tolerances, scope, now_ms)
    Pattern(pattern).apply(actual, context)
    return context.found

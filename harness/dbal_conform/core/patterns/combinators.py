"""Operators made of patterns: each makes a check of its operand, and is a row of `COMBINATORS`."""

from typing import Final, Protocol

from dbal_conform.core.errors import InputError
from dbal_conform.core.messages import Json
from dbal_conform.core.patterns.context import UNSET, Actual, Check, Compile, Context, holds
from dbal_conform.core.patterns.literals import kind_of


class Combinator(Protocol):
    """Makes a check of the patterns in its operand."""

    def __call__(self, operand: Json, compile_: Compile, *, exact: bool) -> Check:
        """Compile `operand`."""
        ...


def unordered(operand: Json, compile_: Compile, *, exact: bool) -> Check:
    """`$unordered: [p, …]`: a list of just these, in any order."""
    patterns = _list_of("$unordered", operand)
    checks = [compile_(pattern, exact=exact) for pattern in patterns]

    def check(actual: Actual, path: str, context: Context) -> None:
        if not isinstance(actual, list):
            _no_list(actual, path, operand, context)
            return
        partner = _pair(checks, actual, path, context)
        lonely = [index for index in range(len(checks)) if index not in partner.values()]
        extra = [index for index in range(len(actual)) if index not in partner]
        if len(lonely) == len(extra) == 1:  # then it is plain which was meant
            checks[lonely[0]](actual[extra[0]], f"{path}/{extra[0]}", context)
            return
        for index in lonely:
            context.differ(path, "no item matches", patterns[index], actual)
        for index in extra:
            context.differ(f"{path}/{index}", "no pattern is left for it", UNSET, actual[index])

    return check


def contains(operand: Json, compile_: Compile, *, exact: bool) -> Check:
    """`$contains: p` or `[p, …]`: a list with an item for each of these; text with this in it."""
    patterns = operand if isinstance(operand, list) else [operand]
    checks = [compile_(pattern, exact=exact) for pattern in patterns]

    def check(actual: Actual, path: str, context: Context) -> None:
        if isinstance(actual, str) and isinstance(operand, str):
            if operand not in actual:
                context.differ(path, "does not contain it", {"$contains": operand}, actual)
            return
        if not isinstance(actual, list):
            _no_list(actual, path, {"$contains": operand}, context)
            return
        found = _pair(checks, actual, path, context).values()
        for index, pattern in enumerate(patterns):
            if index not in found:
                context.differ(path, "no item matches", pattern, actual)

    return check


def each(operand: Json, compile_: Compile, *, exact: bool) -> Check:
    """`$each: p`: a list, not empty, of which every item matches."""
    item = compile_(operand, exact=exact)

    def check(actual: Actual, path: str, context: Context) -> None:
        if not isinstance(actual, list):
            _no_list(actual, path, {"$each": operand}, context)
        elif not actual:
            context.differ(path, "is empty, so $each shows nothing", {"$each": operand}, actual)
        else:
            for index, value in enumerate(actual):
                item(value, f"{path}/{index}", context)

    return check


def exact_(operand: Json, compile_: Compile, *, exact: bool) -> Check:  # noqa: ARG001 -- is set here
    """`$exact: p`: mappings, however deep in the pattern, have no members but those named."""
    return compile_(operand, exact=True)


def not_(operand: Json, compile_: Compile, *, exact: bool) -> Check:
    """`$not: p`: it is there, and does not match."""
    inner = compile_(operand, exact=exact)

    def check(actual: Actual, path: str, context: Context) -> None:
        if actual is UNSET:
            context.differ(path, "is missing", {"$not": operand})
        elif holds(inner, actual, path, context):
            context.differ(path, "matches what it must not", {"$not": operand}, actual)

    return check


def all_of(operand: Json, compile_: Compile, *, exact: bool) -> Check:
    """`$all_of: [p, …]`: it matches each."""
    checks = [compile_(pattern, exact=exact) for pattern in _list_of("$all_of", operand)]

    def check(actual: Actual, path: str, context: Context) -> None:
        for part in checks:
            part(actual, path, context)

    return check


def one_of(operand: Json, compile_: Compile, *, exact: bool) -> Check:
    """`$one_of: [p, …]`: it matches at least one."""
    checks = [compile_(pattern, exact=exact) for pattern in _list_of("$one_of", operand)]

    def check(actual: Actual, path: str, context: Context) -> None:
        if not any(holds(part, actual, path, context) for part in checks):
            context.differ(path, "matches none of them", {"$one_of": operand}, actual)

    return check


def _pair(checks: list[Check], actual: list[Json], path: str, context: Context) -> dict[int, int]:
    """Return item -> pattern, each once, for as many patterns as can be paired (Kuhn's method)."""
    fits = [
        [at for at, item in enumerate(actual) if holds(check, item, f"{path}/{at}", context)]
        for check in checks
    ]
    partner: dict[int, int] = {}

    def settle(pattern: int, seen: set[int]) -> bool:
        for at in fits[pattern]:
            if at not in seen:
                seen.add(at)
                if at not in partner or settle(partner[at], seen):
                    partner[at] = pattern
                    return True
        return False

    for pattern in range(len(checks)):
        settle(pattern, set())
    return partner


def _list_of(name: str, operand: Json) -> list[Json]:
    if isinstance(operand, list) and (operand or name == "$unordered"):
        return operand
    raise InputError(f"{name} takes a list of patterns, not {operand!r}")


def _no_list(actual: Actual, path: str, expected: Json, context: Context) -> None:
    why = "is missing" if actual is UNSET else f"is {kind_of(actual)}, not array"
    context.differ(path, why, expected, actual)


COMBINATORS: Final[dict[str, Combinator]] = {
    "$unordered": unordered,
    "$contains": contains,
    "$each": each,
    "$exact": exact_,
    "$not": not_,
    "$all_of": all_of,
    "$one_of": one_of,
}

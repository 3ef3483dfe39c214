"""Operators about one value: each makes a check of its operand, and is a row of `OPERATORS`."""

import operator
from collections.abc import Callable
from typing import Any, Final

import re2

from dbal_conform.core.binding import ClockNeededError, bind, offset_ms
from dbal_conform.core.errors import InputError
from dbal_conform.core.messages import Json
from dbal_conform.core.patterns.context import UNSET, Actual, Check, Compile, Context
from dbal_conform.core.patterns.literals import is_number, kind_of, same_number

TYPES: Final = ("string", "number", "integer", "boolean", "null", "array", "object")
_UUID4 = re2.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_ORDERINGS: Final[dict[str, tuple[Callable[[Any, Any], bool], str]]] = {
    "$gt": (operator.gt, "greater"),
    "$gte": (operator.ge, "greater or equal"),
    "$lt": (operator.lt, "less"),
    "$lte": (operator.le, "less or equal"),
}


def any_(operand: Json, _compile: Compile) -> Check:
    """`$any`: it is there, null included."""
    demand_true("$any", operand)

    def check(actual: Actual, path: str, context: Context) -> None:
        if actual is UNSET:
            context.differ(path, "is missing", {"$any": True})

    return check


def absent(operand: Json, _compile: Compile) -> Check:
    """`$absent`: the mapping has no such member."""
    demand_true("$absent", operand)

    def check(actual: Actual, path: str, context: Context) -> None:
        if actual is not UNSET:
            context.differ(path, "must be absent", {"$absent": True}, actual)

    return check


def type_(operand: Json, _compile: Compile) -> Check:
    """`$type: string`, or a list of which one must be: `integer` is a whole `number` too."""
    names = operand if isinstance(operand, list) else [operand]
    for name in names:
        if name not in TYPES:
            raise InputError(f"$type is one of {', '.join(TYPES)}, not {name!r}")

    def check(actual: Actual, path: str, context: Context) -> None:
        if actual is UNSET:
            context.differ(path, "is missing", {"$type": operand})
            return
        kind = kind_of(actual)
        if kind not in names and not (kind == "integer" and "number" in names):
            wanted = " or ".join(str(name) for name in names)
            context.differ(path, f"is {kind}, not {wanted}", {"$type": operand}, actual)

    return check


def uuid(operand: Json, _compile: Compile) -> Check:
    """`$uuid`: a generated uuid, version 4 and lower case (CPT-TOL-003)."""
    demand_true("$uuid", operand)

    def good(actual: Json) -> str | None:
        made = isinstance(actual, str) and _UUID4.fullmatch(actual) is not None
        return None if made else "is no uuid of version 4 in lower case"

    return _present({"$uuid": True}, good)


def now(operand: Json, _compile: Compile) -> Check:
    """`$now: "+1h"`: epoch ms of the target's clock, within the tolerance (CPT-TOL-001)."""
    offset = offset_ms(operand)

    def check(actual: Actual, path: str, context: Context) -> None:
        if context.now_ms is None:
            raise ClockNeededError("the target's clock was not read yet")
        if isinstance(actual, bool) or not isinstance(actual, int | float):
            why = "is missing" if actual is UNSET else f"is {kind_of(actual)}, not epoch ms"
            context.differ(path, why, {"$now": operand}, actual)
            return
        wanted = context.now_ms + offset
        tolerance = context.tolerances.timestamp_ms
        if not wanted - tolerance - context.slack_ms <= actual <= wanted + tolerance:
            off = actual - wanted
            why = f"is {off:+g} ms from the target's clock, more than {tolerance} ms"
            context.differ(path, why, wanted, actual)

    return check


def match_(operand: Json, _compile: Compile) -> Check:
    """`$match: regex`: the whole string matches; RE2, which is linear in its length."""
    if not isinstance(operand, str):
        raise InputError(f"$match takes a regular expression, not {operand!r}")
    try:
        pattern = re2.compile(operand)
    except re2.error as error:
        raise InputError(f"$match: {operand!r} is no regular expression of RE2: {error}") from error

    def good(actual: Json) -> str | None:
        if not isinstance(actual, str):
            return f"is {kind_of(actual)}, not string"
        try:
            matched = pattern.fullmatch(actual) is not None
        except UnicodeEncodeError:  # a lone surrogate has no UTF-8, so no expression matches it
            matched = False
        return None if matched else "does not match"

    return _present({"$match": operand}, good)


def ordering(name: str) -> Callable[[Json, Compile], Check]:
    """`$gt`, `$gte`, `$lt`, `$lte`: of two numbers, or of two strings by code point."""
    in_order, word = _ORDERINGS[name]

    def make(operand: Json, _compile: Compile) -> Check:
        def check(actual: Actual, path: str, context: Context) -> None:
            bound = value_of(operand, context)
            expected: Json = {name: bound}
            if actual is UNSET:
                context.differ(path, "is missing", expected)
            elif not _comparable(actual, bound):
                why = f"is {kind_of(actual)}, which has no order with {kind_of(bound)}"
                context.differ(path, why, expected, actual)
            elif not in_order(actual, bound):
                context.differ(path, f"is not {word}", expected, actual)

        return check

    return make


def approx(operand: Json, _compile: Compile) -> Check:
    """`$approx: 0.1`: a number equal within the contract's tolerance for doubles, whole or not."""

    def check(actual: Actual, path: str, context: Context) -> None:
        wanted = value_of(operand, context)
        if actual is UNSET:
            context.differ(path, "is missing", {"$approx": wanted})
        elif (
            isinstance(actual, bool)
            or isinstance(wanted, bool)
            or not isinstance(actual, int | float)
            or not isinstance(wanted, int | float)
            or not same_number(_double(actual), _double(wanted), context.tolerances)
        ):
            context.differ(path, "is not about that", {"$approx": wanted}, actual)

    return check


def len_(operand: Json, compile_: Compile) -> Check:
    """`$len: 3` or a pattern: code points of text, items of a list, members of a mapping."""
    size = compile_(operand, exact=False)

    def check(actual: Actual, path: str, context: Context) -> None:
        if not isinstance(actual, str | list | dict):
            why = "is missing" if actual is UNSET else f"is {kind_of(actual)}, which has no length"
            context.differ(path, why, {"$len": operand}, actual)
            return
        trial = context.trial()
        size(len(actual), path, trial)
        for miss in trial.found:
            context.differ(path, f"its length {miss.why}", miss.expected, miss.actual)

    return check


def bigint(operand: Json, _compile: Compile) -> Check:
    """`$bigint: "9007199254740993"`: that very integer."""
    try:
        wanted = int(str(operand))
    except ValueError as error:
        raise InputError(f"$bigint takes digits, not {operand!r}") from error

    def good(actual: Json) -> str | None:
        same = isinstance(actual, int | float) and not isinstance(actual, bool) and actual == wanted
        return None if same else "differs"

    return _present(wanted, good)


def demand_true(name: str, operand: Json) -> None:
    """Refuse any operand but true, for operators that take none.

    Raises:
        InputError: it is another.
    """
    if operand is not True:
        raise InputError(f"{name} takes true, not {operand!r}")


def value_of(operand: Json, context: Context) -> Json:
    """Return an operand with its references put in, a tagged bigint being the integer it means."""
    bound = bind(operand, context.scope)
    match bound:
        case {"$bigint": str() as digits} if digits.lstrip("-").isdecimal():
            return int(digits)
        case _:
            return bound


def _present(expected: Json, good: Callable[[Json], str | None]) -> Check:
    def check(actual: Actual, path: str, context: Context) -> None:
        if actual is UNSET:
            context.differ(path, "is missing", expected)
        elif (why := good(actual)) is not None:
            context.differ(path, why, expected, actual)

    return check


def _comparable(actual: Json, bound: Json) -> bool:
    both_text = isinstance(actual, str) and isinstance(bound, str)
    return both_text or (is_number(actual) and is_number(bound))


def _double(number: float) -> float:
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


OPERATORS: Final[dict[str, Callable[[Json, Compile], Check]]] = {
    "$any": any_,
    "$absent": absent,
    "$type": type_,
    "$uuid": uuid,
    "$now": now,
    "$match": match_,
    "$gt": ordering("$gt"),
    "$gte": ordering("$gte"),
    "$lt": ordering("$lt"),
    "$lte": ordering("$lte"),
    "$approx": approx,
    "$len": len_,
    "$bigint": bigint,
}

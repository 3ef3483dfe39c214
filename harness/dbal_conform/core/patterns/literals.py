"""Values against values: mappings as subsets, lists in order, scalars by type and value."""

import math
from collections.abc import Collection
from typing import Final

from dbal_conform.core.contract import Tolerances
from dbal_conform.core.messages import Json
from dbal_conform.core.patterns.context import UNSET, Actual, Check, Context, below

_KINDS: Final = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    str: "string",
    list: "array",
    dict: "object",
}


def kind_of(value: Json) -> str:
    """Return the word for a JSON value's type: a whole number is `integer`, however written."""
    if isinstance(value, float):
        return "integer" if value.is_integer() else "number"
    return _KINDS[type(value)]


def is_number(value: Actual) -> bool:
    """Whether it is a number, which a boolean is in Python alone."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def same_number(one: float, other: float, tolerances: Tolerances) -> bool:
    """Whether two numbers are equal: whole ones exactly, doubles about (CPT-TOL-002)."""
    if one == other:
        return True
    if isinstance(one, int):
        one, other = other, one
    if isinstance(one, int) or (isinstance(other, int) and one.is_integer()):
        return False
    try:
        return math.isclose(
            one, other, rel_tol=tolerances.double_relative, abs_tol=tolerances.double_absolute
        )
    except OverflowError:  # an integer beyond every double
        return False


def literal(expected: Json, *, exact: bool) -> Check:
    """Return a check against a value that holds neither operators nor references."""

    def check(actual: Actual, path: str, context: Context) -> None:
        compare(expected, actual, path, context, exact=exact)

    return check


def compare(expected: Json, actual: Actual, path: str, context: Context, *, exact: bool) -> None:
    """Note every difference between what was expected and what is there."""
    if actual is UNSET:
        context.differ(path, "is missing", expected)
    elif isinstance(expected, dict) and isinstance(actual, dict):
        for key, wanted in expected.items():
            compare(wanted, actual.get(key, UNSET), below(path, key), context, exact=exact)
        if exact:
            refuse_others(expected.keys(), actual, path, context)
    elif isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            differ_in_length(expected, actual, path, context)
        for index, (wanted, got) in enumerate(zip(expected, actual, strict=False)):
            compare(wanted, got, f"{path}/{index}", context, exact=exact)
    elif not _same_scalar(expected, actual, context.tolerances):
        context.differ(path, _why(expected, actual), expected, actual)


def refuse_others(
    named: Collection[str], actual: dict[str, Json], path: str, context: Context
) -> None:
    """Note each member of `actual` that is not among `named`."""
    for key, value in actual.items():
        if key not in named:
            context.differ(below(path, key), "must not be there", UNSET, value)


def differ_in_length(expected: list[Json], actual: list[Json], path: str, context: Context) -> None:
    """Note that two lists differ in length."""
    why = f"has {len(actual)} items, not {len(expected)}"
    context.differ(path, why, expected, actual)


def _same_scalar(expected: Json, actual: Json, tolerances: Tolerances) -> bool:
    if isinstance(expected, int | float) and isinstance(actual, int | float):
        if isinstance(expected, bool) or isinstance(actual, bool):
            return expected is actual
        return same_number(expected, actual, tolerances)
    return type(expected) is type(actual) and expected == actual


def _why(expected: Json, actual: Json) -> str:
    wanted, got = kind_of(expected), kind_of(actual)
    if wanted == got or {wanted, got} == {"integer", "number"}:
        return "differs"
    return f"is {got}, not {wanted}"

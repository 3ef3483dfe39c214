"""From a pattern to a check, made once and used on every reply that it is for."""

from typing import Final

from dbal_conform.core.binding import Scope, bind, bind_text, is_late, unescaped
from dbal_conform.core.errors import InputError
from dbal_conform.core.messages import Json
from dbal_conform.core.patterns.combinators import COMBINATORS
from dbal_conform.core.patterns.context import UNSET, Actual, Check, Context, below
from dbal_conform.core.patterns.literals import (
    compare,
    differ_in_length,
    kind_of,
    literal,
    refuse_others,
)
from dbal_conform.core.patterns.operators import OPERATORS

WORDS: Final = ("$any", "$absent", "$uuid", "$now")  # operators that may stand alone, as text


class Pattern:
    """A pattern, compiled. `asks_clock` says that the target's clock must be known to apply it."""

    __slots__ = ("_check", "asks_clock")

    def __init__(self, node: Json, *, exact: bool = False) -> None:
        """Compile `node`.

        Raises:
            InputError: an operator is unknown, mixed with plain keys, or has a malformed operand.
        """
        self._check = _compile(node, exact=exact)
        self.asks_clock = _mentions_now(node)

    def apply(self, actual: Actual, context: Context, path: str = "") -> None:
        """Note in `context` every mismatch between this pattern and `actual`.

        Raises:
            UnboundError: a reference in the pattern names nothing.
        """
        self._check(actual, path, context)


def _compile(node: Json, *, exact: bool) -> Check:
    match node:
        case str():
            return _text(node, exact=exact)
        case dict():
            return _mapping(node, exact=exact)
        case list():
            return _list(node, exact=exact)
        case _:
            return literal(node, exact=exact)


def _text(node: str, *, exact: bool) -> Check:
    if node in WORDS:
        return OPERATORS[node](True, _compile)  # noqa: FBT003 -- as if written {$any: true}
    if not is_late(node):
        return literal(bind(node, Scope()), exact=exact)

    def check(actual: Actual, path: str, context: Context) -> None:
        compare(bind_text(node, context.scope), actual, path, context, exact=exact)

    return check


def _mapping(node: dict[str, Json], *, exact: bool) -> Check:
    operators = [key for key in node if key.startswith("$") and not key.startswith("$$")]
    if not operators:
        return _members(node, exact=exact)
    if len(operators) != len(node):
        raise InputError(f"operators and plain keys in one mapping: {', '.join(node)}")
    checks = [_operator(name, node[name], exact=exact) for name in operators]

    def check(actual: Actual, path: str, context: Context) -> None:
        for part in checks:
            part(actual, path, context)

    return checks[0] if len(checks) == 1 else check


def _members(node: dict[str, Json], *, exact: bool) -> Check:
    if not _has_dollar(node):
        return literal(node, exact=exact)
    members = {unescaped(key): _compile(part, exact=exact) for key, part in node.items()}

    def check(actual: Actual, path: str, context: Context) -> None:
        if not isinstance(actual, dict):
            _wrong_kind("object", node, actual, path, context)
            return
        for key, member in members.items():
            member(actual.get(key, UNSET), below(path, key), context)
        if exact:
            refuse_others(members.keys(), actual, path, context)

    return check


def _list(node: list[Json], *, exact: bool) -> Check:
    if not _has_dollar(node):
        return literal(node, exact=exact)
    items = [_compile(part, exact=exact) for part in node]

    def check(actual: Actual, path: str, context: Context) -> None:
        if not isinstance(actual, list):
            _wrong_kind("array", node, actual, path, context)
            return
        if len(items) != len(actual):
            differ_in_length(node, actual, path, context)
        for index, (item, value) in enumerate(zip(items, actual, strict=False)):
            item(value, f"{path}/{index}", context)

    return check


def _operator(name: str, operand: Json, *, exact: bool) -> Check:
    if name in OPERATORS:
        return OPERATORS[name](operand, _compile)
    if name in COMBINATORS:
        return COMBINATORS[name](operand, _compile, exact=exact)
    if name != "$repeat":
        raise InputError(f"{name} is no operator")

    def check(actual: Actual, path: str, context: Context) -> None:
        compare(bind({name: operand}, context.scope), actual, path, context, exact=exact)

    return check


def _wrong_kind(kind: str, node: Json, actual: Actual, path: str, context: Context) -> None:
    why = "is missing" if actual is UNSET else f"is {kind_of(actual)}, not {kind}"
    context.differ(path, why, node, actual)


def _has_dollar(node: Json) -> bool:
    match node:
        case str():
            return "$" in node
        case dict():
            return any("$" in key or _has_dollar(part) for key, part in node.items())
        case list():
            return any(map(_has_dollar, node))
        case _:
            return False


def _mentions_now(node: Json) -> bool:
    match node:
        case str():
            return node == "$now" or "${now}" in node
        case dict():
            return "$now" in node or any(map(_mentions_now, node.values()))
        case list():
            return any(map(_mentions_now, node))
        case _:
            return False

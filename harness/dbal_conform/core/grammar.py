"""What may stand inside `args`, patterns and texts: dollars, generators and operators.

The rule on dollars of docs/vector-language.md. All is decided without knowing what was saved.
"""

import difflib
import re
from collections.abc import Callable, Iterator
from typing import Final

import re2

from dbal_conform.core.finding import Finding, Where
from dbal_conform.core.messages import Json

NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
WORDS: Final = frozenset(
    {"$any", "$absent", "$uuid", "$now"}
)  # operators that stand alone, as text
TYPES: Final = ("string", "number", "integer", "boolean", "null", "array", "object")

_PATH = r"([A-Za-z][A-Za-z0-9_]*)(?:\.[A-Za-z_][A-Za-z0-9_-]*|\.[0-9]+|\[[0-9]+\])*"
_REFERENCE = re.compile(rf"\${_PATH}")
_INSIDE = re.compile(r"\$\$\{|\$\{([^}]*)(\}?)")
_BODY = re.compile(_PATH)
_OFFSET = re.compile(r"[+-]?(?:[0-9]+(?:ms|s|m|h|d))+")
GENERATORS: Final = ("$now", "$bigint", "$repeat")


def value(node: Json, at: Where, *, patch: bool = False) -> Iterator[Finding]:
    """Yield what is wrong in something to send; `patch`: `$set` may stand in it (twins)."""
    match node:
        case str():
            if "$" in node:
                yield from text(node, at)
        case list():
            for i, item in enumerate(node):
                yield from value(item, (*at, i), patch=patch)
        case dict():
            dollars = [key for key in node if key[:1] == "$" and key[:2] != "$$"]
            if dollars:
                yield from _generator(node, dollars, at, patch=patch)
                return
            for key, member in node.items():
                yield from value(member, (*at, key), patch=patch)
        case _:
            return


def fixture(row: dict[str, Json], at: Where) -> Iterator[Finding]:
    """Yield what is wrong in a fixture, which may have `$as` beside its fields."""
    name = row.get("$as")
    if "$as" in row and (not isinstance(name, str) or not NAME.fullmatch(name)):
        yield Finding(
            (*at, "$as"), "a name is made of letters, digits and _, and begins with a letter"
        )
    yield from value({key: member for key, member in row.items() if key != "$as"}, at)


def text(node: str, at: Where) -> Iterator[Finding]:
    """Yield what is wrong with the dollars of a text."""
    rest = node
    if node.startswith("$$") and not node.startswith("$${"):
        rest = node[2:]
    elif node[:1] == "$" and node[:2] not in ("${", "$$") and not _REFERENCE.fullmatch(node):
        yield Finding(
            at,
            f"{_short(node)} begins like a reference and is none: write "
            f"{_short('$' + node)} for the text, or $name.member",
        )
    for found in _INSIDE.finditer(rest):
        if found[1] is not None and not (found[2] and _BODY.fullmatch(found[1])):
            yield Finding(
                at,
                f"{_short(found[0])} names nothing: write ${{name.member}}, or "
                "$${ for the text ${",
            )


def pattern(node: Json, at: Where) -> Iterator[Finding]:
    """Yield what is wrong in a pattern."""
    match node:
        case str():
            if "$" in node and node not in WORDS:
                yield from text(node, at)
        case list():
            for i, item in enumerate(node):
                yield from pattern(item, (*at, i))
        case dict():
            dollars = [key for key in node if key[:1] == "$" and key[:2] != "$$"]
            if dollars:
                yield from _operators(node, dollars, at)
                return
            for key, member in node.items():
                yield from pattern(member, (*at, key))
        case _:
            return


def references(node: Json, at: Where = ()) -> Iterator[tuple[Where, str, str]]:
    """Yield path, root name and whole of each reference in `node`, operators' operands included."""
    match node:
        case str():
            if "$" not in node or node in WORDS:
                return
            if found := _REFERENCE.fullmatch(node):
                yield at, found[1], node
                return
            rest = node[2:] if node.startswith("$$") and not node.startswith("$${") else node
            for inside in _INSIDE.finditer(rest):
                if inside[1] is not None and (body := _BODY.fullmatch(inside[1])):
                    yield at, body[1], f"${inside[1]}"
        case list():
            for i, item in enumerate(node):
                yield from references(item, (*at, i))
        case dict():
            for key, member in node.items():
                yield from references(member, (*at, key))
        case _:
            return


def _generator(
    node: dict[str, Json], dollars: list[str], at: Where, *, patch: bool
) -> Iterator[Finding]:
    known = (*GENERATORS, "$set") if patch else GENERATORS
    name = dollars[0]
    if name not in known:
        hint = (
            "`$set` stands only in a twin's patch"
            if name == "$set"
            else (f"generators are {', '.join(known)}; a member of that name is written ${name}")
        )
        yield Finding((*at, name), f"{name} is no generator: {hint}", key=True)
    elif len(node) > 1:
        yield Finding(
            (*at, name),
            f"{name} stands alone in its mapping: give the rest another place",
            key=True,
        )
    elif name == "$set":
        yield from value(node[name], (*at, name))
    else:
        yield from _GENERATOR_CHECKS[name](node[name], (*at, name))


def _operators(node: dict[str, Json], dollars: list[str], at: Where) -> Iterator[Finding]:
    if len(dollars) < len(node):
        plain = next(key for key in node if key not in dollars)
        yield Finding(
            (*at, plain),
            f"operators ({dollars[0]}) and plain keys in one mapping: put the "
            "operator below a key, or write a key that is data $$key",
            key=True,
        )
        return
    for name in dollars:
        check = _OPERATOR_CHECKS.get(name)
        if check is None:
            near = difflib.get_close_matches(name, _OPERATOR_CHECKS, n=1, cutoff=0.75)
            hint = (
                f"did you mean {near[0]}?" if near else f"known are {', '.join(_OPERATOR_CHECKS)}."
            )
            yield Finding(
                (*at, name),
                f"{name} is no operator: {hint} A member of that name is written ${name}",
                key=True,
            )
        else:
            yield from check(node[name], (*at, name))


def _true(operand: Json, at: Where) -> Iterator[Finding]:
    if operand is not True:
        yield Finding(at, f"{at[-1]} takes true")


def _type(operand: Json, at: Where) -> Iterator[Finding]:
    names = operand if isinstance(operand, list) else [operand]
    if not names or any(name not in TYPES for name in names):
        yield Finding(at, f"$type takes one of {', '.join(TYPES)}, or a list of these")


def _now(operand: Json, at: Where) -> Iterator[Finding]:
    if operand is not True and not (isinstance(operand, str) and _OFFSET.fullmatch(operand)):
        yield Finding(at, '$now takes true or an offset such as "+1h" or "-500ms"')


def _bigint(operand: Json, at: Where) -> Iterator[Finding]:
    # Any text: malformed digits are sent on purpose (TYP-NUM-005).
    if not isinstance(operand, str):
        yield Finding(at, '$bigint takes text, as in {$bigint: "9007199254740993"}')


def _repeat(operand: Json, at: Where) -> Iterator[Finding]:
    match operand:
        case [what, int(times)] if not isinstance(times, bool) and times >= 0:
            yield from value(what, (*at, 0))
        case _:
            yield Finding(at, "$repeat takes [what, how often]")


def _match(operand: Json, at: Where) -> Iterator[Finding]:
    if not isinstance(operand, str):
        yield Finding(at, "$match takes a regular expression in quotes")
        return
    try:
        re2.compile(operand, QUIET)
    except re2.error as error:
        yield Finding(at, f"RE2 refuses the expression: {said(error)}")


def said(error: Exception) -> str:
    """Return the words of an error of RE2, which are bytes."""
    words = error.args[0]
    return words.decode(errors="replace") if isinstance(words, bytes) else str(words)


def _bound(operand: Json, at: Where) -> Iterator[Finding]:
    if isinstance(operand, bool) or operand is None or isinstance(operand, list):
        yield Finding(at, f"{at[-1]} takes a number or a text")
    else:
        yield from value(operand, at)


def _length(operand: Json, at: Where) -> Iterator[Finding]:
    whole = isinstance(operand, int) and not isinstance(operand, bool) and operand >= 0
    if not whole and not isinstance(operand, str | dict):
        yield Finding(at, "$len takes a number from 0, or a pattern for one")
    else:
        yield from pattern(operand, at)


def _approx(operand: Json, at: Where) -> Iterator[Finding]:
    if isinstance(operand, bool) or not isinstance(operand, int | float | str):
        yield Finding(at, "$approx takes a number")
    else:
        yield from value(operand, at)


def _any_list(operand: Json, at: Where) -> Iterator[Finding]:
    if not isinstance(operand, list):
        yield Finding(at, f"{at[-1]} takes a list of patterns")
    else:
        yield from pattern(operand, at)


def _full_list(operand: Json, at: Where) -> Iterator[Finding]:
    if not isinstance(operand, list) or not operand:
        yield Finding(at, f"{at[-1]} takes a list of at least one pattern")
    else:
        yield from pattern(operand, at)


QUIET = re2.Options()
QUIET.log_errors = False  # RE2 writes to stderr otherwise

_GENERATOR_CHECKS: Final[dict[str, Callable[[Json, Where], Iterator[Finding]]]] = {
    "$now": _now,
    "$bigint": _bigint,
    "$repeat": _repeat,
}
_OPERATOR_CHECKS: Final[dict[str, Callable[[Json, Where], Iterator[Finding]]]] = {
    "$any": _true,
    "$absent": _true,
    "$type": _type,
    "$uuid": _true,
    "$now": _now,
    "$match": _match,
    "$gt": _bound,
    "$gte": _bound,
    "$lt": _bound,
    "$lte": _bound,
    "$approx": _approx,
    "$len": _length,
    "$unordered": _any_list,
    "$contains": pattern,
    "$each": pattern,
    "$exact": pattern,
    "$not": pattern,
    "$all_of": _full_list,
    "$one_of": _full_list,
    "$repeat": _repeat,
    "$bigint": _bigint,
}


OPERATORS: Final = tuple(_OPERATOR_CHECKS)
"""Every operator of patterns."""


def _short(text_: str) -> str:
    return text_ if len(text_) <= 40 else text_[:37] + "..."  # noqa: PLR2004 -- one line for people

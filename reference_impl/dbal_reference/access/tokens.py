"""The words of a row filter, with the place of each."""

import re
from collections.abc import Iterator
from typing import Literal, TypeAlias

import msgspec

Kind: TypeAlias = Literal["keyword", "field", "user", "text", "integer", "operator", "mark", "end"]

KEYWORDS = frozenset({"AND", "OR", "NOT", "IN", "TRUE", "FALSE", "NULL"})

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    |(?P<text>'(?:[^']|'')*')
    |(?P<integer>-?[0-9]+)
    |(?P<user>\$user\.[A-Za-z]+)
    |(?P<word>[A-Za-z][A-Za-z0-9_]*)
    |(?P<operator><=|>=|!=|=|<|>)
    |(?P<mark>[(),])""",
    re.VERBOSE,
)

_PLAIN: dict[str, Kind] = {
    "word": "field",
    "integer": "integer",
    "operator": "operator",
    "mark": "mark",
}


class FilterSyntaxError(ValueError):
    """The filter is not of the grammar; `at` counts characters from 1."""

    def __init__(self, at: int, problem: str) -> None:
        super().__init__(f"character {at}: {problem}")
        self.at = at


class Token(msgspec.Struct, frozen=True):
    """One word: a keyword in upper case, a text without quotes, an attribute without `$user.`."""

    kind: Kind
    text: str
    at: int  # from 1


def tokens(source: str) -> Iterator[Token]:
    """Split a filter; the last token is `end`.

    Raises:
        FilterSyntaxError: a character belongs to no word, or a text has no end.
    """
    at = 0
    while at < len(source):
        found = _TOKEN.match(source, at)
        if found is None:
            raise FilterSyntaxError(at + 1, _stray(source[at:]))
        if found.lastgroup != "space":
            yield _token(found, at + 1)
        at = found.end()
    yield Token("end", "the end", len(source) + 1)


def _token(found: re.Match[str], at: int) -> Token:
    text = found.group()
    match found.lastgroup:
        case "text":
            return Token("text", text[1:-1].replace("''", "'"), at)
        case "user":
            return Token("user", text.removeprefix("$user."), at)
        case "word" if text.upper() in KEYWORDS:
            return Token("keyword", text.upper(), at)
        case group:
            return Token(_PLAIN[group or ""], text, at)


def _stray(rest: str) -> str:
    if rest.startswith("'"):
        return "this text has no closing quote (a quote inside is written twice)"
    if rest.startswith("$"):
        return "only $user.id, username, role, level, tenantId and roles are known"
    return f"{rest[0]!r} has no meaning here"

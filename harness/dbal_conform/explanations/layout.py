"""Names beside values, in lines that a terminal of 100 columns holds."""

import json
import textwrap
from collections.abc import Iterable, Iterator
from typing import TypeAlias

import msgspec

from dbal_conform.core.messages import Json
from dbal_conform.reporters.plain import clip, plain

WIDTH = 100
NAME = 60  # characters of a name: those of the contract are shorter
Pairs: TypeAlias = Iterable[tuple[str, str]]


def beside(pairs: Pairs, *, indent: int = 2, left: int | None = None) -> Iterator[str]:
    """Yield `name  value` lines; a long value goes on below itself, an empty one is left out.

    `left` is the width of the names; that of the longest where not given.
    """
    told = [(clip(name, NAME), value) for name, value in pairs if value]
    if left is None:
        left = max((len(name) for name, _ in told), default=0)
    gap = 2 if left else 0
    room = max(WIDTH - indent - left - gap, 30)
    for name, value in told:
        lines = [part for line in plain(value).split("\n") for part in wrapped(line, room)]
        for place, line in enumerate(lines):
            yield f"{'':{indent}}{'' if place else name:<{left}}{'':{gap}}{line}".rstrip()


def wrapped(line: str, room: int) -> list[str]:
    """Split a line at blanks; its own indentation stays."""
    inner = " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(line, room, subsequent_indent=inner[: room // 2], tabsize=4) or [""]


def flow(value: Json | msgspec.UnsetType) -> str:
    """Return a value as a case writes it: `{id: $bob.id, sort: [{name: asc}]}`."""
    match value:
        case dict():
            members = (f"{name}: {flow(item)}" for name, item in value.items())
            return "{" + ", ".join(members) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(flow, value)) + "]"
        case str() if value and value.strip() == value and not set(value) & set('{}[]:,#"\n\t'):
            return value
        case _:
            return json.dumps(value, ensure_ascii=False)


def heading(text: str) -> Iterator[str]:
    """Yield a blank line and a heading."""
    yield ""
    yield text

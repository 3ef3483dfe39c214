"""What a filter or sort needs beyond the basics, told by syntax alone (CAP-CLAIM-004)."""

from collections.abc import Iterator
from typing import Any, TypeAlias

Json: TypeAlias = Any

_LOGIC = frozenset({"and", "or", "not"})
_PATH = "path"  # the member that makes a condition one on a place inside JSON


def needs_capability(filter_: Json, sort: Json = None) -> str | None:
    """The first capability that the syntax asks for: `joins` or `jsonQueries`; else None.

    Nothing else is judged, neither whether fields exist nor whether the actor may read them:
    `a.b` is a relation path, and a member with `path` a place inside JSON, whatever `a` is.
    Malformed parts need nothing; they are for check 5.
    """
    return next(_of_filter(filter_), None) or next(_of_sort(sort), None)


def _of_filter(root: Json) -> Iterator[str]:
    """In the order of the request; without recursion, since depth is judged later."""
    waiting = [root]
    while waiting:
        current = waiting.pop()
        if not isinstance(current, dict):
            continue
        nested: list[Json] = []
        for key, value in current.items():
            if key in _LOGIC:
                nested += value if isinstance(value, list) else [value]
            elif isinstance(key, str) and "." in key:
                yield "joins"
            elif isinstance(value, dict) and _PATH in value:
                yield "jsonQueries"
        waiting += reversed(nested)


def _of_sort(sort: Json) -> Iterator[str]:
    match sort:
        case dict() if len(sort) == 1:
            names = list(sort)
        case list():
            entries = [entry for entry in sort if isinstance(entry, dict)]
            names = [n for e in entries for n in ([e["field"]] if "field" in e else e)]
        case _:
            return
    for name in names:
        if isinstance(name, str) and "." in name:
            yield "joins"

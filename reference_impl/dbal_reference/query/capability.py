"""What a filter or sort needs beyond the basics, told by syntax alone (CAP-CLAIM-004)."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any, TypeAlias

Json: TypeAlias = Any

_LOGIC = frozenset({"and", "or", "not"})
_PATH = "path"  # the member that makes a condition one on a place inside JSON


def needs_capability(
    filter_: Json, sort: Json = None, claims: AbstractSet[str] = frozenset()
) -> str | None:
    """The first capability that the syntax asks for and that is not claimed; else None.

    `joins` or `jsonQueries`. Nothing else is judged, neither whether fields exist nor whether the
    actor may read them: `a.b` is a relation path, and a member with `path` a place inside JSON,
    whatever `a` is. Malformed parts need nothing; they are for check 5.
    """
    needed = (*_of_filter(filter_), *("joins" for name in sort_names(sort) if "." in name))
    return next((name for name in needed if name not in claims), None)


def member_names(filter_: Json) -> Iterator[str]:
    """The names of all members that are no logic, however deep."""
    return (name for name, _ in _members(filter_))


def sort_names(sort: Json) -> Iterator[str]:
    """The names that a sort orders by, in either notation."""
    match sort:
        case dict() if len(sort) == 1:
            names: list[Json] = list(sort)
        case list():
            entries = [entry for entry in sort if isinstance(entry, dict)]
            names = [n for e in entries for n in ([e["field"]] if "field" in e else e)]
        case _:
            return
    yield from (name for name in names if isinstance(name, str))


def _of_filter(root: Json) -> Iterator[str]:
    for name, value in _members(root):
        if "." in name:
            yield "joins"
        if isinstance(value, dict) and _PATH in value:
            yield "jsonQueries"


def _members(root: Json) -> Iterator[tuple[str, Json]]:
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
            elif isinstance(key, str):
                yield key, value
        waiting += reversed(nested)

"""Finding one thing by a name that may be half remembered."""

import difflib
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase


def matching(wanted: str, names: Iterable[str]) -> list[str]:
    """Return the names that `wanted` stands for, in their order.

    The exact one alone; else those that a glob (`users.*/bad-*`) fits, or that begin so; else the
    same with letters of either case. Brackets are those of a matrix cell and mean themselves.
    """
    known = list(names)
    if wanted in known:
        return [wanted]
    if found := _fitting(wanted, {name: name for name in known}):
        return found
    lowered = {name: name.lower() for name in known}
    same = [name for name in known if lowered[name] == wanted.lower()]
    return same or _fitting(wanted.lower(), lowered)


def _fitting(wanted: str, names: Mapping[str, str]) -> list[str]:
    """Return the keys of `names` whose spelling fits."""
    if "*" in wanted or "?" in wanted:
        pattern = wanted.replace("[", "[[]")
        return [name for name, spelled in names.items() if fnmatchcase(spelled, pattern)]
    return [name for name, spelled in names.items() if spelled.startswith(wanted)]


def similar(wanted: str, names: Iterable[str], count: int = 5) -> list[str]:
    """Return the names most like `wanted`, the nearest first; those that contain it come first."""
    known = list(dict.fromkeys(names))
    lowered = wanted.lower()
    inside = [name for name in known if lowered in name.lower()] if lowered else []
    near = difflib.get_close_matches(wanted, known, count, cutoff=0.6)
    return list(dict.fromkeys([*inside[:count], *near]))[:count]

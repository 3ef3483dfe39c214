"""Work that is done once for each model object: closures compiled from an entity or a field."""

from collections.abc import Callable
from typing import TypeVar

S = TypeVar("S")
R = TypeVar("R")

_MOST = 4096  # many times a schema's fields; schemas come and go in tests and migrations


def per_object(build: Callable[[S], R]) -> Callable[[S], R]:
    """Keep what `build` made of an object, by identity: models hold dicts and cannot be hashed.

    Threads may build the same thing twice, which is harmless.
    """
    made: dict[int, tuple[S, R]] = {}

    def get(source: S) -> R:
        hit = made.get(id(source))
        if hit is not None and hit[0] is source:
            return hit[1]
        if len(made) >= _MOST:
            made.clear()
        result = build(source)
        made[id(source)] = (source, result)  # holds the object, so that its id stays its own
        return result

    return get

"""Work that is done once for each model object: closures compiled from an entity or a field."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast


class _Model(Protocol):
    @property
    def __dict__(self) -> dict[str, Any]: ...  # type: ignore[override]  # of one object, not a class


S = TypeVar("S", bound=_Model)
R = TypeVar("R")


def per_object(build: Callable[[S], R]) -> Callable[[S], R]:
    """Keep what `build` made of an object beside the fields of that very object.

    So it goes when the object goes: schemas come and go in migrations, tests and conformance runs,
    and a compiled pattern is large. Threads may build the same thing twice, which is harmless.
    """
    place = f"{build.__module__}.{build.__qualname__}#{id(build)}"  # no field is called so

    def get(source: S) -> R:
        made = source.__dict__
        if place in made:
            return cast("R", made[place])
        result = made[place] = build(source)
        return result

    return get

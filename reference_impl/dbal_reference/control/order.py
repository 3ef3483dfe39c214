"""Which entities of a reset are filled first: over gRPC a map of fixtures has no order."""

from collections.abc import Iterable, Mapping

from dbal_reference.model import Entity


def referenced_first(names: Iterable[str], entities: Mapping[str, Entity]) -> list[str]:
    """`names` with those first that others refer to, else as they stand; unknown ones too."""
    levels: dict[str, int] = {}

    def level(name: str, above: frozenset[str]) -> int:
        if name in above or name not in entities:  # a ring has no first, so it stays as it stands
            return 0
        if name not in levels:
            keys = (field.foreign_key for field in entities[name].fields.values())
            others = {key.entity for key in keys if key is not None} - {name}
            levels[name] = max((level(each, above | {name}) + 1 for each in others), default=0)
        return levels[name]

    return sorted(names, key=lambda name: level(name, frozenset()))

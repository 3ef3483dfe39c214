"""Who asks decides which related rows count (QRY-JOIN-001); said after a query was parsed.

A filter is parsed without it, since a cursor is bound to what was asked and not to who asked it or
when (QRY-PAGE-011): what is visible changes with the actor, and what has expired with the clock.
"""

from collections.abc import Callable
from typing import TypeAlias

from msgspec.structs import replace

from dbal_reference.query.predicate import And, Not, Or, Order, Predicate, Through

See: TypeAlias = Callable[[str], Predicate]
"""The rows of an entity that count for the one who asks."""


def bind(predicate: Predicate, see: See) -> Predicate:
    """The same condition, where rows that are not seen count as missing."""
    match predicate:
        case Through(part=part, seen=seen, entity=entity):
            return replace(
                predicate, part=bind(part, see), seen=see(entity) if seen is None else seen
            )
        case And(parts=parts):
            return And(tuple([bind(part, see) for part in parts]))
        case Or(parts=parts):
            return Or(tuple([bind(part, see) for part in parts]))
        case Not(part=part):
            return Not(bind(part, see))
        case _:
            return predicate


def bind_order(order: tuple[Order, ...], see: See) -> tuple[Order, ...]:
    """The same order, where rows that are not seen count as missing."""
    if not any(entry.via for entry in order):
        return order
    return tuple(
        replace(entry, via=tuple(replace(link, seen=see(link.entity)) for link in entry.via))
        for entry in order
    )

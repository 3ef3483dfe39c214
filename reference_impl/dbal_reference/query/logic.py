"""Joining predicates, with what is already decided folded away.

Two-valued logic makes these laws hold for every row (QRY-FLT-008), null included.
"""

from collections.abc import Iterable

from dbal_reference.query.predicate import (
    FALSE,
    TRUE,
    Always,
    And,
    Link,
    Not,
    Or,
    Predicate,
    Through,
)


def all_of(parts: Iterable[Predicate]) -> Predicate:
    """Every part holds; of none: true."""
    kept: list[Predicate] = []
    for part in parts:
        match part:
            case Always(value=True):
                pass
            case Always(value=False):
                return FALSE
            case And(parts=inner):
                kept.extend(inner)
            case _:
                kept.append(part)
    if not kept:
        return TRUE
    return kept[0] if len(kept) == 1 else And(tuple(kept))


def any_of(parts: Iterable[Predicate]) -> Predicate:
    """At least one part holds; of none: false."""
    kept: list[Predicate] = []
    for part in parts:
        match part:
            case Always(value=False):
                pass
            case Always(value=True):
                return TRUE
            case Or(parts=inner):
                kept.extend(inner)
            case _:
                kept.append(part)
    if not kept:
        return FALSE
    return kept[0] if len(kept) == 1 else Or(tuple(kept))


def negate(part: Predicate) -> Predicate:
    """The part does not hold."""
    match part:
        case Always(value=value):
            return FALSE if value else TRUE
        case Not(part=inner):
            return inner
        case _:
            return Not(part)


def through(via: tuple[Link, ...], part: Predicate) -> Predicate:
    """The condition on the row at the end of the links."""
    for link in reversed(via):
        part = Through(link.field, link.entity, link.key, part, link.seen, joined=True)
    return part

"""Relations between saved values: what a single reply cannot show.

| relation         | operands          | holds when                                            |
|------------------|-------------------|-------------------------------------------------------|
| `eq`             | two or more       | each is equal to the first                            |
| `distinct`       | a list            | no two of its items are equal                         |
| `sorted_by`      | `rows`, `by`      | no row is less than the one before; `-field` descends |
| `permutation_of` | two lists         | they hold the same items                              |
| `union_of`       | two or more lists | the first holds just the items of the others          |

Null is less than every value, `false` than `true`, text goes by code point (QRY-SORT).
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Final

import msgspec

from dbal_conform.core.binding import UnboundError, bind
from dbal_conform.core.messages import Json
from dbal_conform.core.patterns.context import Context
from dbal_conform.core.patterns.literals import compare, is_number, kind_of
from dbal_conform.core.play.stage import Stage
from dbal_conform.core.suite import Check

UNSET = msgspec.UNSET


def relate(stage: Stage, step: Check, place: str) -> None:
    """Judge one relation; paths are pointers into its operands.

    Raises:
        UnboundError: a reference names nothing, or what is no list where one is needed.
    """
    stage.notes.steps += 1
    operands = bind(step.operands, stage.scope)
    context = stage.context()
    RELATIONS[step.relation](operands, context)
    for mismatch in context.found:
        stage.breach(mismatch, place, stage.setting.proves(step.proves))


def _eq(operands: Json, context: Context) -> None:
    first, *others = _list(operands)
    for place, other in enumerate(others, 1):
        compare(first, other, f"/{place}", context, exact=True)


def _distinct(operands: Json, context: Context) -> None:
    items = _list(operands)
    for place, item in enumerate(items):
        for before in range(place):
            if _same(items[before], item, context):
                context.differ(f"/{place}", f"is the same as item {before}", UNSET, item)
                break


def _sorted_by(operands: Json, context: Context) -> None:
    rows = _list(operands.get("rows") if isinstance(operands, dict) else None)
    by = _list(operands.get("by") if isinstance(operands, dict) else None)
    fields = [str(name) for name in by]
    for place, (before, after) in enumerate(pairwise(rows), 1):
        for written in fields:
            field = written.removeprefix("-")
            less = _order(_member(before, field), _member(after, field))
            if less == 0:
                continue
            if (less > 0) is not written.startswith("-"):
                why = f"comes after a row with {field} {_member(before, field)!r}"
                context.differ(f"/{place}/{field}", why, UNSET, _member(after, field))
            break


def _permutation_of(operands: Json, context: Context) -> None:
    one, other = _list(operands)
    _same_items(_list(one), _list(other), context)


def _union_of(operands: Json, context: Context) -> None:
    whole, *parts = _list(operands)
    _same_items(_list(whole), [item for part in parts for item in _list(part)], context)


def _same_items(whole: list[Json], parts: list[Json], context: Context) -> None:
    left = list(parts)
    for place, item in enumerate(whole):
        found = next((at for at, other in enumerate(left) if _same(item, other, context)), None)
        if found is None:
            context.differ(f"/0/{place}", "is not among the others", UNSET, item)
        else:
            del left[found]
    for item in left:
        context.differ("/0", "lacks an item of the others", item)


def _same(one: Json, other: Json, context: Context) -> bool:
    trial = context.trial()
    compare(one, other, "", trial, exact=True)
    return not trial.found


def _order(one: Json, other: Json) -> int:
    """Return -1, 0 or 1 as `one` is less, equal or greater; other kinds have no order: 0."""
    if one is None or other is None:
        return (one is not None) - (other is not None)
    if is_number(one) and is_number(other):
        return (one > other) - (one < other)  # type: ignore[operator]  # both are numbers
    if kind_of(one) == kind_of(other) and isinstance(one, bool | str):
        return (one > other) - (one < other)  # type: ignore[operator]  # both are of one kind
    return 0


def _member(row: Json, field: str) -> Json:
    return row.get(field) if isinstance(row, dict) else None


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise UnboundError(f"a check needs a list, and not {kind_of(value)}")
    return value


RELATIONS: Final[dict[str, Callable[[Json, Context], None]]] = {
    "eq": _eq,
    "distinct": _distinct,
    "sorted_by": _sorted_by,
    "permutation_of": _permutation_of,
    "union_of": _union_of,
}

"""Related rows in replies: one statement a relation, however many rows there are (QRY-INC)."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from dbal_reference.adapters import Row
from dbal_reference.operations.call import Call
from dbal_reference.operations.engine import Engine
from dbal_reference.query.include import Branch
from dbal_reference.query.logic import all_of
from dbal_reference.query.predicate import Each, In, Order, Select
from dbal_reference.query.relations import Relation

Shown: TypeAlias = dict[str, Any]


def add_related(
    engine: Engine,
    call: Call,
    rows: Sequence[Row],
    shown: Sequence[Shown],
    branches: Sequence[Branch],
) -> None:
    """Add a member for each relation to what is shown of each row, and so on below it.

    Rows that are not visible are left out, and where there can be one only, it is null.
    """
    for branch in branches:
        call.check_deadline()
        relation = branch.relation
        found = _find(engine, call, relation, rows)
        entity = engine.schema.entities[relation.entity]
        view = engine.view(entity, engine.access.readable(call.actor, entity.name))
        views = [view(row) for row in found]
        if branch.below:
            add_related(engine, call, found, views, branch.below)
        by_key: dict[Any, list[Shown]] = {}
        for row, seen in zip(found, views, strict=True):
            by_key.setdefault(row[relation.key], []).append(seen)
        for row, whole in zip(rows, shown, strict=True):
            of_row = by_key.get(row[relation.field], [])
            whole[relation.name] = of_row if relation.many else next(iter(of_row), None)


def _find(engine: Engine, call: Call, relation: Relation, rows: Sequence[Row]) -> list[Row]:
    """The related rows of all these rows, by key; of those that lead to many, the first of each."""
    values = {row[relation.field]: None for row in rows if row[relation.field] is not None}
    if not values:
        return []
    entity = engine.schema.entities[relation.entity]
    seen = engine.seen(call.actor, entity.name, call.now_ms)
    each = Each(relation.key, entity.max_limit) if relation.many else None
    where = all_of((In(relation.key, tuple(values)), seen))
    return call.unit.select(Select(entity.name, where, (Order(entity.primary.name),), each=each))

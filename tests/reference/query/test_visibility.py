from collections.abc import Mapping
from typing import Any

import pytest

from dbal_reference.adapters.memory import MemoryAdapter
from dbal_reference.adapters.sql.statements import Statements
from dbal_reference.adapters.sqlite import SqliteDialect
from dbal_reference.model import Schema
from dbal_reference.query.evaluate import compile_value, holds
from dbal_reference.query.logic import through
from dbal_reference.query.predicate import (
    FALSE,
    TRUE,
    And,
    Compare,
    Link,
    Not,
    Or,
    Order,
    Predicate,
    Select,
    Through,
)
from dbal_reference.query.visibility import bind, bind_order

OWNER = Link("ownerId", "User", "id")
BY_KEY = Order("id")
ANN = {"id": "u1", "username": "ann"}


def lookup(entity: str, key: str, value: Any) -> Mapping[str, Any] | None:  # noqa: ANN401 -- any key
    return ANN if (entity, key, value) == ("User", "id", "u1") else None


def test_whoever_asks_is_said_at_every_step_and_under_every_not() -> None:
    part = through((OWNER, OWNER), TRUE)
    asked = bind(And((Not(part), Or((part, FALSE)))), lambda entity: Compare("tag", "eq", entity))
    said: list[object] = []

    def walk(predicate: Predicate) -> None:
        match predicate:
            case Through(part=inner, seen=seen):
                said.append(seen)
                walk(inner)
            case And(parts=parts) | Or(parts=parts):
                for each in parts:
                    walk(each)
            case Not(part=inner):
                walk(inner)
            case _:
                pass

    walk(asked)
    assert said == [Compare("tag", "eq", "User")] * 4


def test_what_was_said_before_stays() -> None:
    tenant = Through("ownerId", "User", "id", TRUE)
    assert bind(tenant, lambda _: FALSE) == tenant


def test_a_row_that_is_not_seen_is_all_null() -> None:
    where = through((OWNER,), Compare("username", "eq", "ann"))
    order = (Order("owner.username", via=(OWNER,)), BY_KEY)
    for seen in (TRUE, FALSE):
        row = {"ownerId": "u1"}
        assert holds(bind(where, lambda _, seen=seen: seen), row, lookup) is seen.value  # type: ignore[misc]  # mypy cannot type a lambda's default
        bound = bind_order(order, lambda _, seen=seen: seen)  # type: ignore[misc]  # likewise
        assert compile_value(bound[0], lookup)(row) == ("ann" if seen.value else None)
        assert bound[1] == BY_KEY


def test_nothing_is_evaluated_while_nobody_has_asked(schema: Schema) -> None:
    where = through((OWNER,), TRUE)
    order = (Order("owner.username", via=(OWNER,)), BY_KEY)
    memory, statements = MemoryAdapter(schema), Statements(schema, SqliteDialect())
    for query in (Select("Post", where, (BY_KEY,)), Select("Post", TRUE, order)):
        with pytest.raises(ValueError, match="nobody has said"):
            statements.select(query)
    with (
        memory.unit(write=False, deadline=float("inf")) as unit,
        pytest.raises(ValueError, match="nobody"),
    ):
        unit.select(Select("Post", where, (BY_KEY,)))
    with pytest.raises(ValueError, match="nobody has said"):
        compile_value(order[0], lookup)

"""Statements are built once a shape, hold no operand, and find their rows by index."""

import sqlite3

import pytest
from tests.reference.adapters.world import WORLD, select

from dbal_reference.adapters.sql import ddl
from dbal_reference.adapters.sql.statements import Statements
from dbal_reference.adapters.sqlite import SqliteDialect
from dbal_reference.query.predicate import (
    FALSE,
    TRUE,
    And,
    Compare,
    In,
    IsNull,
    Not,
    Operator,
    Or,
    Order,
    Predicate,
    Through,
)


@pytest.fixture(scope="module")
def statements() -> Statements:
    return Statements(WORLD, SqliteDialect())


def by_label(operand: str) -> Predicate:
    return And((Compare("label", "eq", operand), Not(In("amount", (1, 2)))))


def test_one_shape_has_one_text_whatever_the_operands(statements: Statements) -> None:
    one = statements.select(select("Thing", by_label("a"), limit=5))
    two = statements.select(select("Thing", by_label("b"), limit=6))
    assert one[0] is two[0]
    assert (one[1], two[1]) == (["a", "[1,2]", 5, 0], ["b", "[1,2]", 6, 0])


@pytest.mark.parametrize(
    "where",
    [
        Compare("label", "gt", "a"),
        Compare("amount", "eq", 1),
        IsNull("label"),
        Or((IsNull("label"), FALSE)),
        Through("parentId", "Thing", "id", IsNull("label")),
    ],
)
def test_another_shape_has_another_text(statements: Statements, where: Predicate) -> None:
    base = statements.select(select("Thing", Compare("label", "eq", "a")))[0]
    assert statements.select(select("Thing", where))[0] != base


def test_order_and_paging_are_part_of_the_shape(statements: Statements) -> None:
    texts = {
        statements.select(query)[0]
        for query in (
            select("Thing"),
            select("Thing", limit=1),
            select("Thing", limit=1, offset=1),
            select("Thing", TRUE, Order("label")),
            select("Thing", TRUE, Order("label", descending=True)),
            select("Thing", TRUE, Order("label"), after=("a", "1")),
            select("Thing", TRUE, Order("label"), after=(None, "1")),
        )
    }
    assert len(texts) == 6


def test_lists_of_doubles_are_never_written_as_decimals(statements: Statements) -> None:
    text, operands = statements.count("Thing", In("ratio", (0.1, 0.2, 0.3)))
    assert "json_each" not in text
    assert operands == [0.1, 0.2, 0.3, 0.3]  # padded, so that few lengths make few texts
    assert "json_each" in statements.count("Thing", In("big", (1, 2, 3)))[0]


@pytest.mark.parametrize("evil", ['\'; DROP TABLE "Thing"; --', '"', "?", ":p0", "%s", "%"])
@pytest.mark.parametrize("op", ["eq", "gt", "contains", "startsWith", "endsWith"])
def test_no_operand_changes_the_text(statements: Statements, op: Operator, evil: str) -> None:
    text, operands = statements.select(select("Thing", Compare("label", op, evil)))
    assert text == statements.select(select("Thing", Compare("label", op, "x")))[0]
    assert evil in operands


def test_the_cache_of_texts_does_not_grow_without_end() -> None:
    statements = Statements(WORLD, SqliteDialect())
    for n in range(2050):  # each member of a list in another place of the tree is another shape
        parts = [IsNull("label") if n >> bit & 1 else IsNull("big") for bit in range(12)]
        statements.count("Thing", And(tuple(parts)))
    assert len(statements._cache) < 100  # noqa: SLF001 -- emptied once on the way


@pytest.mark.parametrize(
    ("where", "index"),
    [
        (Compare("id", "eq", "1"), "sqlite_autoindex_Thing_1"),
        (In("id", ("1", "2")), "sqlite_autoindex_Thing_1"),
        (Compare("name", "eq", "x"), "u_Thing_name"),
        (And((Compare("tenantId", "eq", "t"), Compare("path", "eq", "/"))), "u_Thing_path"),
        (And((IsNull("tenantId"), Compare("path", "eq", "/"))), "u_Thing_path"),
        (Compare("parentId", "eq", "1"), "i_Thing_parentId"),
    ],
)
def test_rows_are_found_by_index(statements: Statements, where: Predicate, index: str) -> None:
    raw = sqlite3.connect(":memory:")
    for text in ddl.create(statements.metadata, statements.dialect):
        raw.execute(text)
    text, parameters = statements.count("Thing", where)
    plan = " / ".join(row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {text}", parameters))
    raw.close()
    assert f"INDEX {index}" in plan, plan


def test_walking_by_key_reads_no_more_than_the_page(statements: Statements) -> None:
    raw = sqlite3.connect(":memory:")
    for text in ddl.create(statements.metadata, statements.dialect):
        raw.execute(text)
    text, parameters = statements.select(select("Thing", after=("1",), limit=5))
    plan = " / ".join(row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {text}", parameters))
    raw.close()
    assert "SEARCH" in plan, plan
    assert "TEMP B-TREE" not in plan, plan

"""The plain meaning of a predicate, without a database (QRY-FLT-008/009)."""

from collections.abc import Mapping
from typing import Any

import pytest

from dbal_reference.query.evaluate import compile_predicate, holds, true_of_nothing
from dbal_reference.query.predicate import (
    FALSE,
    TRUE,
    And,
    Compare,
    CompareFields,
    In,
    IsNull,
    Not,
    Operator,
    Or,
    Predicate,
    Through,
)

ROW = {"a": "abc", "n": 2, "m": 3, "null": None, "ref": "k"}


@pytest.mark.parametrize(
    "predicate",
    [
        TRUE,
        And(()),
        IsNull("null"),
        Compare("a", "eq", "abc"),
        Compare("a", "gt", "Z"),
        Compare("a", "contains", "b"),
        Compare("a", "startsWith", ""),
        Compare("a", "endsWith", "bc"),
        Compare("n", "gte", 2),
        Compare("n", "lt", 2.5),
        CompareFields("n", "lt", "m"),
        In("n", (1, 2)),
        Or((FALSE, IsNull("null"))),
        And((TRUE, Not(FALSE), Compare("n", "lte", 2))),
    ],
)
def test_these_hold_and_their_opposites_do_not(predicate: Predicate) -> None:
    assert holds(predicate, ROW)
    assert not holds(Not(predicate), ROW)


@pytest.mark.parametrize(
    "predicate",
    [
        FALSE,
        Or(()),
        IsNull("a"),
        Compare("a", "eq", "ABC"),
        Compare("a", "contains", "%"),
        In("a", ()),
        In("null", ("x",)),
        CompareFields("null", "eq", "null"),
        CompareFields("n", "eq", "null"),
        And((TRUE, FALSE)),
    ],
)
def test_these_do_not_hold_and_their_opposites_do(predicate: Predicate) -> None:
    assert not holds(predicate, ROW)
    assert holds(Not(predicate), ROW)


@pytest.mark.parametrize(
    "op", ["eq", "gt", "gte", "lt", "lte", "contains", "startsWith", "endsWith"]
)
def test_no_comparison_holds_on_null(op: Operator) -> None:
    assert not holds(Compare("null", op, ""), ROW)
    assert holds(Not(Compare("null", op, "")), ROW)


def lookup(entity: str, key: str, value: object) -> Mapping[str, Any] | None:
    assert (entity, key) == ("Other", "id")
    return {"id": "k", "name": "x", "up": None} if value == "k" else None


def through(part: Predicate, field: str = "ref") -> Predicate:
    return Through(field, "Other", "id", part)


def test_a_reference_leads_to_its_row() -> None:
    assert holds(through(Compare("name", "eq", "x")), ROW, lookup)
    assert not holds(through(IsNull("name")), ROW, lookup)
    assert holds(through(through(IsNull("name"), "up")), ROW, lookup)


@pytest.mark.parametrize("row", [{"ref": None}, {"ref": "gone"}])
def test_a_reference_to_nothing_leads_to_nulls(row: dict[str, Any]) -> None:
    assert holds(through(IsNull("name")), row, lookup)
    assert holds(through(Not(Compare("name", "eq", "x"))), row, lookup)
    assert not holds(through(Compare("name", "eq", "x")), row, lookup)
    assert holds(through(IsNull("name")), row)  # and so without a lookup


def test_a_null_reference_is_not_looked_up() -> None:
    def never(entity: str, key: str, value: object) -> None:
        raise AssertionError(entity, key, value)

    assert holds(through(IsNull("name")), {"ref": None}, never)


def test_nothing_is_all_nulls_at_any_distance() -> None:
    assert true_of_nothing(And((IsNull("a"), Not(In("b", (1,))), through(IsNull("c")))))
    assert not true_of_nothing(Or((Compare("a", "eq", 1), CompareFields("a", "eq", "b"))))


def test_a_compiled_predicate_judges_many_rows() -> None:
    test = compile_predicate(And((Compare("n", "gt", 1), Not(IsNull("a")))))
    assert [test({"n": n, "a": a}) for n, a in ((1, "x"), (2, "x"), (2, None))] == [0, 1, 0]


def test_a_field_that_is_not_there_is_a_defect_not_a_null() -> None:
    with pytest.raises(KeyError):
        holds(IsNull("nmae"), ROW)

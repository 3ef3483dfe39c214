"""Operands that no row can have are put so that a database answers as memory would."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reference.adapters.world import field

from dbal_reference.adapters.sql.operands import members, settle
from dbal_reference.query.evaluate import holds
from dbal_reference.query.predicate import Compare, Operator

TEXT, BIG = field("f"), field("f", "bigint")
POSSIBLE = st.text(st.sampled_from("\x01a\ud7ff\ue000\U0001f600"), max_size=3)
ASKED = st.text(st.sampled_from("\0\x01a\ud7ff\ud800\udfff\ue000\U0001f600"), max_size=3)
ORDERED = st.sampled_from(["eq", "gt", "gte", "lt", "lte"])
TEXTUAL = ORDERED | st.sampled_from(["contains", "startsWith", "endsWith"])
EDGES = st.sampled_from([-(2**63), -1, 0, 1, 2**53, 2**63 - 1])
NUMBERS = EDGES | st.sampled_from([2**63, -(2**63) - 1, 10**400, -(10**400), 1e300, -1e300])
FRACTIONS = st.floats(-3, 3) | st.sampled_from([2.0**53, 2.0**63, -(2.0**63), 0.5, -0.5])


def answer(op: str, operand: Any, value: Any) -> bool:  # noqa: ANN401 -- any field value
    return holds(Compare("f", op, operand), {"f": value})  # type: ignore[arg-type]  # drawn as str


@given(op=TEXTUAL, operand=ASKED, value=POSSIBLE)
def test_text_is_answered_as_before(op: Operator, operand: str, value: str) -> None:
    settled = settle(TEXT, op, operand)
    assert answer(op, operand, value) is (
        settled if isinstance(settled, bool) else answer(*settled, value)
    )


@given(op=ORDERED, operand=NUMBERS | FRACTIONS, value=EDGES)
def test_numbers_are_answered_as_before(op: Operator, operand: float, value: int) -> None:
    settled = settle(BIG, op, operand)
    assert answer(op, operand, value) is (
        settled if isinstance(settled, bool) else answer(*settled, value)
    )


@given(operand=ASKED)
def test_what_is_left_of_a_text_is_possible(operand: str) -> None:
    settled = settle(TEXT, "lte", operand)
    assert not isinstance(settled, bool)
    settled[1].encode()
    assert "\0" not in settled[1]


@pytest.mark.parametrize(
    ("kind", "operands", "left"),
    [
        (TEXT, ["a", "a\0", "\ud800", ""], ["a", ""]),
        (BIG, [1, 2.0, 2.5, 2**63, -(2**63)], [1, 2, -(2**63)]),
        (field("f", "double"), [0.5, 1e300], [0.5, 1e300]),
    ],
)
def test_a_list_keeps_what_a_row_could_have(
    kind: Any,  # noqa: ANN401 -- a Field
    operands: list[Any],
    left: list[Any],
) -> None:
    assert members(kind, operands) == left

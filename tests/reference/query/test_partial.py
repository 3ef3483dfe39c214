"""What some fields of a row already decide (check 7 of an update)."""

from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dbal_reference.query.evaluate import holds
from dbal_reference.query.partial import may_hold
from dbal_reference.query.predicate import (
    FALSE,
    TRUE,
    And,
    Compare,
    CompareFields,
    In,
    IsNull,
    Not,
    Or,
    Predicate,
)

VALUES = (None, 1, 2)
SIMPLE: list[Predicate] = [
    TRUE,
    FALSE,
    IsNull("a"),
    IsNull("b"),
    Compare("a", "eq", 1),
    Compare("b", "lt", 2),
    In("a", (1, 2)),
    CompareFields("a", "eq", "b"),
]
LEAVES: st.SearchStrategy[Predicate] = st.sampled_from(SIMPLE)
PREDICATES: st.SearchStrategy[Predicate] = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(And, st.tuples(inner, inner))
        | st.builds(Or, st.tuples(inner, inner))
    ),
    max_leaves=6,
)
KNOWN = st.dictionaries(st.sampled_from("ab"), st.sampled_from(VALUES))


@given(PREDICATES, KNOWN)
def test_what_may_not_hold_holds_for_no_row(predicate: Predicate, known: dict[str, Any]) -> None:
    if not may_hold(predicate, known):
        rows = ({"a": a, "b": b, **known} for a, b in product(VALUES, VALUES))
        assert not any(holds(predicate, row) for row in rows)


@given(PREDICATES, st.sampled_from(VALUES), st.sampled_from(VALUES))
def test_a_whole_row_decides_everything(predicate: Predicate, a: int | None, b: int | None) -> None:
    row = {"a": a, "b": b}
    assert may_hold(predicate, row) is holds(predicate, row)


def test_unknown_fields_leave_it_open_and_known_ones_may_not() -> None:
    both = And((Compare("a", "eq", 1), Compare("b", "eq", 1)))
    assert may_hold(both, {})
    assert may_hold(both, {"a": 1})
    assert not may_hold(both, {"a": 2})

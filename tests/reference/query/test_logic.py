"""The folding laws, against the plain evaluation."""

from hypothesis import given
from hypothesis import strategies as st

from dbal_reference.query.evaluate import holds
from dbal_reference.query.logic import all_of, any_of, negate
from dbal_reference.query.predicate import FALSE, TRUE, And, Compare, IsNull, Not, Or, Predicate

ROWS = [{"a": a, "b": b} for a in (None, 0, 1) for b in (None, 0, 1)]

leaves: st.SearchStrategy[Predicate] = st.one_of(
    st.sampled_from([TRUE, FALSE]),
    st.builds(IsNull, st.sampled_from("ab")),
    st.builds(Compare, st.sampled_from("ab"), st.sampled_from(["eq", "lt", "gte"]), st.just(1)),
)


def _joined(inner: st.SearchStrategy[Predicate]) -> st.SearchStrategy[Predicate]:
    parts = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(st.builds(And, parts), st.builds(Or, parts), st.builds(Not, inner))


predicates = st.recursive(leaves, _joined, max_leaves=8)


@given(st.lists(predicates, max_size=4))
def test_joining_means_what_it_says(parts: list[Predicate]) -> None:
    for row in ROWS:
        assert holds(all_of(parts), row) == all(holds(part, row) for part in parts)
        assert holds(any_of(parts), row) == any(holds(part, row) for part in parts)


@given(predicates)
def test_a_predicate_and_its_opposite_divide_the_rows(part: Predicate) -> None:
    for row in ROWS:
        assert holds(negate(part), row) != holds(part, row)
        assert holds(negate(negate(part)), row) == holds(part, row)


def test_what_is_decided_is_folded_away() -> None:
    some = IsNull("a")
    assert all_of([TRUE, some, And((some, some))]) == And((some, some, some))
    assert any_of([FALSE, some]) == some
    assert all_of([]) == TRUE
    assert any_of([]) == FALSE
    assert all_of([some, FALSE]) == FALSE
    assert any_of([some, TRUE]) == TRUE
    assert negate(negate(some)) == some

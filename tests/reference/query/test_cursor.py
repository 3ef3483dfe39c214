import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbal_reference.query.cursor import Cursors
from dbal_reference.query.predicate import TRUE, And, Compare, Not, Or, Order

CURSORS = Cursors(b"a secret")
ORDER = (Order("title", descending=True), Order("id"))
WHERE = Or((Compare("title", "gt", "a"), Not(And((Compare("views", "eq", 1), TRUE)))))
VALUES = ("Ünïcode title", "01234567-89ab-4def-8123-456789abcdef")

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
)


@given(st.lists(scalars, min_size=1, max_size=9))
def test_a_cursor_gives_back_what_was_sealed(values: list[object]) -> None:
    sealed = CURSORS.seal("Post.list", WHERE, ORDER, values)
    found = CURSORS.open("Post.list", WHERE, ORDER, sealed)
    assert found == tuple(values)
    assert [type(value) for value in found or ()] == [type(value) for value in values]


def test_equal_positions_give_equal_cursors() -> None:
    seal = CURSORS.seal
    assert seal("Post.list", WHERE, ORDER, VALUES) == seal("Post.list", WHERE, ORDER, VALUES)


def test_members_in_another_order_are_the_same_filter() -> None:
    turned = Or((Not(And((TRUE, Compare("views", "eq", 1)))), Compare("title", "gt", "a")))
    sealed = CURSORS.seal("Post.list", WHERE, ORDER, VALUES)
    assert CURSORS.open("Post.list", turned, ORDER, sealed) == VALUES


@pytest.mark.parametrize(
    ("method", "where", "order"),
    [
        ("User.list", WHERE, ORDER),
        ("Post.listByLevel", WHERE, ORDER),
        ("Post.list", TRUE, ORDER),
        ("Post.list", Compare("title", "gt", "b"), ORDER),
        ("Post.list", WHERE, ORDER[::-1]),
        ("Post.list", WHERE, (Order("title"), Order("id"))),
    ],
)
def test_a_cursor_from_elsewhere_is_none(
    method: str, where: Compare | Or, order: tuple[Order, ...]
) -> None:
    sealed = CURSORS.seal("Post.list", WHERE, ORDER, VALUES)
    assert CURSORS.open("Post.list", WHERE, ORDER, sealed) == VALUES
    assert CURSORS.open(method, where, order, sealed) is None


def test_the_types_of_operands_are_part_of_the_filter() -> None:
    one = CURSORS.seal("Post.list", Compare("views", "eq", 1), ORDER, VALUES)
    assert CURSORS.open("Post.list", Compare("views", "eq", operand=True), ORDER, one) is None


def test_another_secret_opens_nothing() -> None:
    sealed = CURSORS.seal("Post.list", WHERE, ORDER, VALUES)
    assert Cursors(b"another").open("Post.list", WHERE, ORDER, sealed) is None


def test_every_altered_character_is_noticed() -> None:
    sealed = CURSORS.seal("Post.list", WHERE, ORDER, VALUES)
    for place, old in enumerate(sealed):
        for new in {"A", "z", "-", "="} - {old}:
            altered = sealed[:place] + new + sealed[place + 1 :]
            assert CURSORS.open("Post.list", WHERE, ORDER, altered) is None, place


@given(st.one_of(st.text(), st.binary().map(lambda b: base64.urlsafe_b64encode(b).decode())))
def test_no_text_crashes_it(text: str) -> None:
    assert CURSORS.open("Post.list", WHERE, ORDER, text) is None


@pytest.mark.parametrize("ending", ["=", "==", "\n", " ", "A"])
def test_a_cursor_has_one_spelling(ending: str) -> None:
    sealed = CURSORS.seal("Post.list", WHERE, ORDER, VALUES)
    assert CURSORS.open("Post.list", WHERE, ORDER, sealed + ending) is None


def test_nothing_of_the_values_can_be_read() -> None:
    sealed = CURSORS.seal("Post.list", TRUE, (Order("id"),), ("a readable secret",))
    raw = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
    assert b"readable" not in raw
    other = CURSORS.seal("Post.list", TRUE, (Order("id"),), ("a readable secreT",))
    assert other[-20:] != sealed[-20:]  # no stream is used twice
    assert len(CURSORS.seal("Post.list", TRUE, (Order("id"),), ("x",))) == len(sealed)

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbal_reference.model import Field
from dbal_reference.values import MAX_SAFE, check_value
from dbal_reference.values.json_text import LostFraction

FIELD = Field("data", "json")


def nested(depth: int, *, lists: bool = True) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value] if lists else {"a": value}
    return value


@pytest.mark.parametrize(
    "value",
    [
        {"a": None, "b": {}, "c": [], "d": "", "e": False, "f": 0},
        [1, "1", True, 1.5, None],
        "text",
        0,
        -0.0,
        True,
        MAX_SAFE,
        1.5e-300,
        {"$bigint": "not a number here"},
        {"and.or": {" $x'\"": 1}},
        nested(32),
        nested(32, lists=False),
    ],
)
def test_any_json_is_kept_with_its_distinctions(value: object) -> None:
    found, code = check_value(FIELD, value)
    assert code is None
    assert repr(found) == repr(value)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (MAX_SAFE + 1, "type"),
        ({"a": [-MAX_SAFE - 1]}, "type"),
        (1e300, "type"),
        (LostFraction(2.0**53), "type"),
        (10**400, "type"),
        (math.nan, "type"),
        ([math.inf], "type"),
        ({1: 2}, "type"),
        ([b"bytes"], "type"),
        ("\x00", "charset"),
        (["\ud800"], "charset"),
        ({"\x00": 1}, "charset"),
        (nested(33), "limit"),
        (nested(33, lists=False), "limit"),
        (nested(100_000), "limit"),
    ],
)
def test_what_cannot_be_kept_is_refused(value: object, code: str) -> None:
    assert check_value(FIELD, value) == (None, code)


def test_what_is_kept_shares_nothing_with_the_request() -> None:
    value = {"a": [1]}
    found, _ = check_value(FIELD, value)
    value["a"].append(2)
    assert found == {"a": [1]}


def test_a_value_that_holds_itself_is_too_deep() -> None:
    value: list[Any] = []
    value.append(value)
    assert check_value(FIELD, value) == (None, "limit")


def test_a_lost_fraction_is_its_nearest_number() -> None:
    found, code = check_value(FIELD, [LostFraction(1.0)])
    assert (found, code) == ([1.0], None)
    assert type(found[0]) is float


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(anything)
def test_what_is_accepted_is_accepted_again_and_equal(value: object) -> None:
    found, code = check_value(FIELD, value)
    if value is None:
        assert code == "null"
    elif code is None:
        assert found == value
        assert check_value(FIELD, found) == (found, None)

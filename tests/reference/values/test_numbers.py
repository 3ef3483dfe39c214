import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbal_reference.model import Field
from dbal_reference.values import MAX_SAFE, check_value, encode_value
from dbal_reference.values.json_text import LostFraction

INTEGER = Field("n", "integer", nullable=True)
BIGINT = Field("n", "bigint")
DOUBLE = Field("n", "double")


def tag(digits: object) -> dict[str, object]:
    return {"$bigint": digits}


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (0, 0),
        (1.0, 1),
        (-0.0, 0),
        (2**31 - 1, 2**31 - 1),
        (-(2**31), -(2**31)),
        (1e5, 100000),
    ],
)
def test_an_integer_is_one_however_written(value: float, stored: int) -> None:
    found, code = check_value(INTEGER, value)
    assert (found, code) == (stored, None)
    assert type(found) is int


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (1.5, "type"),
        (True, "type"),
        (False, "type"),
        ("1", "type"),
        ([1], "type"),
        ({}, "type"),
        (LostFraction(1.0), "type"),
        (tag("1"), "type"),
        (math.nan, "type"),
        (2**31, "max"),
        (-(2**31) - 1, "min"),
        (1e300, "max"),
        (math.inf, "max"),
        (-math.inf, "min"),
        (10**400, "max"),
    ],
)
def test_what_is_no_32_bit_integer_is_refused(value: object, code: str) -> None:
    assert check_value(INTEGER, value) == (None, code)


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (MAX_SAFE, MAX_SAFE),
        (-MAX_SAFE, -MAX_SAFE),
        (9007199254740991.0, MAX_SAFE),
        (tag("0"), 0),
        (tag("-0"), 0),
        (tag("9223372036854775807"), 2**63 - 1),
        (tag("-9223372036854775808"), -(2**63)),
    ],
)
def test_a_bigint_is_a_safe_number_or_tagged(value: object, stored: int) -> None:
    assert check_value(BIGINT, value) == (stored, None)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (MAX_SAFE + 1, "type"),
        (-MAX_SAFE - 1, "type"),
        (2.0**60, "type"),
        (1.5, "type"),
        (True, "type"),
        ("1", "type"),
        (math.inf, "type"),
        (tag(5), "type"),
        (tag("01"), "type"),
        (tag("+1"), "type"),
        (tag("1.0"), "type"),
        (tag("1e3"), "type"),
        (tag(" 1"), "type"),
        (tag("1\n"), "type"),
        (tag("١"), "type"),  # noqa: RUF001 -- an Arabic digit is the point
        (tag(""), "type"),
        (tag("-"), "type"),
        (tag(None), "type"),
        ({"$bigint": "1", "more": 1}, "type"),
        ({}, "type"),
        (tag("9223372036854775808"), "max"),
        (tag("-9223372036854775809"), "min"),
        (tag("9" * 100_000), "max"),
        (tag("-" + "9" * 100_000), "min"),
    ],
)
def test_what_is_no_bigint_is_refused(value: object, code: str) -> None:
    assert check_value(BIGINT, value) == (None, code)


def test_an_exact_wire_gives_64_bits_without_tags() -> None:
    assert check_value(BIGINT, 2**63 - 1, tagged=False) == (2**63 - 1, None)
    assert check_value(BIGINT, 2**63, tagged=False) == (None, "max")
    assert check_value(BIGINT, -(2**63) - 1, tagged=False) == (None, "min")
    assert check_value(BIGINT, tag("1"), tagged=False) == (None, "type")


@pytest.mark.parametrize("value", [0, 1, -1.5, 1e300, 5e-324, 2**60, LostFraction(1.0)])
def test_a_double_takes_finite_numbers(value: float) -> None:
    found, code = check_value(DOUBLE, value)
    assert (found, code) == (float(value), None)
    assert type(found) is float


def test_a_double_keeps_the_sign_of_zero() -> None:
    assert math.copysign(1, check_value(DOUBLE, -0.0)[0]) == -1


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, 10**400, True, "1.5", [], {}, tag("1")]
)
def test_what_is_no_finite_double_is_refused(value: object) -> None:
    assert check_value(DOUBLE, value) == (None, "type")


@pytest.mark.parametrize("kind", ["integer", "bigint", "double"])
def test_bounds_of_the_field_hold_at_the_bound_and_not_beyond(kind: str) -> None:
    field = Field("n", kind, min=1, max=6)
    assert check_value(field, 1)[1] is None
    assert check_value(field, 6)[1] is None
    assert check_value(field, 0) == (None, "min")
    assert check_value(field, 7) == (None, "max")
    assert check_value(field, 7, tagged=False) == (None, "max")


@given(st.integers(-(2**63), 2**63 - 1))
def test_every_bigint_comes_back_from_its_wire_form(number: int) -> None:
    wire = json.loads(json.dumps(encode_value(number)))
    assert check_value(BIGINT, wire) == (number, None)
    assert isinstance(wire, dict) == (abs(number) > MAX_SAFE)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_double_comes_back_from_its_wire_form(number: float) -> None:
    assert check_value(DOUBLE, json.loads(json.dumps(number))) == (number, None)

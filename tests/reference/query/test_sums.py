import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbal_reference.query.sums import exact_average, exact_sum

DOUBLES = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("values", "total", "average"),
    [
        ([0.1] * 10, 1.0, 0.1),
        ([1e308, 1.0, -1e308], 1.0, 1 / 3),
        ([1.7e308, 1.7e308, -1.7e308], 1.7e308, 1.7e308 / 3),  # too large on the way only
        ([1.7e308, 1.7e308], math.inf, 1.7e308),
        ([-1.7e308, -1.7e308], -math.inf, -1.7e308),
        ([5e-324], 5e-324, 5e-324),
    ],
)
def test_sums_are_the_nearest_double(values: list[float], total: float, average: float) -> None:
    assert exact_sum(values) == total
    assert exact_average(values) == pytest.approx(average, rel=1e-15)


@given(values=DOUBLES)
def test_the_order_does_not_matter(values: list[float]) -> None:
    assert exact_sum(values) == exact_sum(values[::-1])
    assert exact_average(values) == exact_average(values[::-1])

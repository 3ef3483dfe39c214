"""Sums and averages that do not depend on the order of what is summed."""

import math
from collections.abc import Sequence
from fractions import Fraction


def exact_sum(values: Sequence[float]) -> float:
    """The double nearest to the sum; infinite if there is none near (QRY-AGG-004)."""
    try:
        return math.fsum(values)
    except OverflowError:  # perhaps on the way only
        return _nearest(sum(map(Fraction, values), Fraction()))


def exact_average(values: Sequence[float]) -> float:
    """The double nearest to the average, which always is one."""
    try:
        return math.fsum(values) / len(values)
    except OverflowError:
        return _nearest(sum(map(Fraction, values), Fraction()) / len(values))


def _nearest(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf

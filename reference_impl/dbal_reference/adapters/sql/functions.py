"""What queries beyond the basics ask of a database, in one class for each kind of it.

An adapter claims `fullTextSearch` and `aggregations` when its functions are exact.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func

Expression = ColumnElement[Any]


class Functions(ABC):
    """Expressions on one column; what they are asked with are parameters, never text."""

    @abstractmethod
    def word(self, word: str) -> str:
        """Give what `has_word` takes for a word of ASCII letters and digits in lower case."""

    @abstractmethod
    def has_word(self, column: Expression, word: Expression) -> Expression:
        """Say that the text has the word, whole, in any case of ASCII (QRY-FTS-001)."""

    whole_sum_parts = 1  # how many aggregates `whole_sum` gives

    def whole_sum(self, column: Expression) -> list[Expression]:
        """Give aggregates from which the sum of integers can be told exactly, by `add_up`."""
        return [func.sum(column)]

    def add_up(self, parts: Sequence[Any]) -> int:
        """Tell the sum of one value at least."""
        return int(parts[0])

    @abstractmethod
    def double_sum(self, column: Expression) -> Expression:
        """Sum doubles; where there is no double so large, infinite or null."""

    def read_sum(self, value: Any) -> float:  # noqa: ANN401 -- what the driver gives
        """Tell the sum of doubles from what `double_sum` gave."""
        return float(value)

    @abstractmethod
    def double_average(self, column: Expression) -> Expression:
        """Give the average of doubles."""

"""What queries beyond the basics ask of MariaDB and MySQL."""

from typing import Any

from sqlalchemy import func, literal

from dbal_reference.adapters.sql.functions import Expression, Functions

_SCALE = 2.0**60  # so many doubles are summed without leaving their range; a power of 2 is exact


class MysqlFunctions(Functions):
    """Regular expressions with both cases of each letter, since LOWER folds more than ASCII."""

    def word(self, word: str) -> str:
        """A regular expression."""
        letters = "".join(f"[{each.upper()}{each}]" if each.isalpha() else each for each in word)
        return f"(^|[^0-9A-Za-z]){letters}([^0-9A-Za-z]|$)"

    def has_word(self, column: Expression, word: Expression) -> Expression:
        """The collation of all text tells cases apart."""
        return column.bool_op("REGEXP")(word)

    def double_sum(self, column: Expression) -> Expression:
        """Sum what is small enough."""
        return func.sum(column * literal(1 / _SCALE))

    def read_sum(self, value: Any) -> float:  # noqa: ANN401 -- what the driver gives
        """Make it large again, or infinite."""
        return float(value) * _SCALE

    def double_average(self, column: Expression) -> Expression:
        """Average what is small enough."""
        return func.avg(column * literal(1 / _SCALE)) * literal(_SCALE)

from typing import Any

import pytest
from tests.harness.core.play.scripted import Scripted, play
from tests.harness.core.play.written import written

from dbal_conform.core.messages import Json
from dbal_conform.core.verdict import Verdict


def related(relation: str, operands: Any) -> list[str]:  # noqa: ANN401 -- as the relation has them
    return [
        miss.path for miss in play(written({"check": {relation: operands}}), Scripted()).mismatches
    ]


def rows(*values: Json) -> list[Json]:
    return [{"a": value, "b": 1} for value in values]


@pytest.mark.parametrize(
    "values",
    [
        (None, False, True), (None, 1, 1.5, 2), (None, "A", "a", "\u00e9", "\U0001f600"),
        (1, "x", True), (1, 1, 1), ([1], [0]),
    ],
)  # fmt: skip
def test_null_comes_first_and_text_goes_by_code_point(values: tuple[Json, ...]) -> None:
    assert related("sorted_by", {"rows": rows(*values), "by": ["a", "b"]}) == []


@pytest.mark.parametrize("values", [(True, False), (2, 1), ("a", "A"), (1, None)])
def test_what_comes_too_late_is_told(values: tuple[Json, ...]) -> None:
    assert related("sorted_by", {"rows": rows(*values), "by": ["b", "a"]}) == ["/1/a"]
    assert related("sorted_by", {"rows": rows(*values), "by": ["-a"]}) == []
    assert related("sorted_by", {"rows": rows(*reversed(values)), "by": ["-a"]}) == ["/1/a"]


def test_rows_that_are_none_have_no_members() -> None:
    assert related("sorted_by", {"rows": [7, {"a": 1}], "by": ["a"]}) == []


def test_numbers_are_equal_by_value_and_mappings_exactly() -> None:
    assert related("eq", [1, 1.0, 2]) == ["/2"]
    assert related("eq", [{"a": 1}, {"a": 1, "b": 2}]) == ["/1/b"]
    assert related("distinct", [1, True, "1", None]) == []
    assert related("union_of", [[1, 2, 2], [2], [1, 2]]) == []
    assert related("union_of", [[1, 2], [2], [1, 2]]) == ["/0"]


def test_a_check_of_what_is_no_list_ends_the_trial() -> None:
    result = play(written({"check": {"permutation_of": [[1], 2]}}), Scripted())
    assert (result.verdict, result.reason) == (
        Verdict.FAIL,
        "a check needs a list, and not integer",
    )

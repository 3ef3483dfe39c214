from collections.abc import Mapping
from typing import Any

import pytest

from dbal_conform.core.expansion import MAX_ROWS, MatrixError, Substitution, expand, names, rows
from dbal_conform.core.messages import Json


def labels(matrix: Json) -> list[str]:
    return [row.label for row in rows(matrix)]


def test_a_mapping_is_the_product_of_its_values_in_the_order_written() -> None:
    assert labels({"role": ["user", "god"], "n": [1, 2]}) == [
        "role=user,n=1",
        "role=user,n=2",
        "role=god,n=1",
        "role=god,n=2",
    ]


def test_a_list_gives_rows() -> None:
    found = rows([{"role": "user", "n": 1}, {"role": "god", "n": 2, "label": "top"}])
    assert [row.label for row in found] == ["role=user,n=1", "top"]
    assert found[1].values == {"role": "god", "n": 2}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (-3, "-3"),
        (1.5, "1.5"),
        ("a.b_c-d", "a.b_c-d"),
    ],
)
def test_scalars_stand_in_ids_as_they_are_written(value: Json, text: str) -> None:
    assert labels({"x": [value]}) == [f"x={text}"]


def test_what_cannot_stand_in_an_id_has_a_label() -> None:
    found = rows({"x": [{"label": "empty", "value": ""}, {"label": "many", "value": [1, 2]}]})
    assert [row.label for row in found] == ["x=empty", "x=many"]
    assert [row.values["x"] for row in found] == ["", [1, 2]]


@pytest.mark.parametrize(
    ("matrix", "path", "complaint"),
    [
        (3, (), "a matrix is"),
        ({}, (), "a matrix is"),
        ([], (), "a matrix is"),
        ({"x": []}, ("x",), "a list of at least one value"),
        ({"x": 1}, ("x",), "a list of at least one value"),
        ({"x": ["a b"]}, ("x", 0), "cannot stand in an id"),
        ({"x": [{}]}, ("x", 0), "cannot stand in an id"),
        ({"x": [{"label": "a b", "value": 1}]}, ("x", 0, "label"), "a label is made of"),
        ({"x": [1, 1]}, (), "two rows are called [x=1]"),
        ({"x-y": [1]}, ("x-y",), "no name for a matrix value"),
        ({"label": [1]}, ("label",), "no name for a matrix value"),
        ([1], (0,), "a row is a mapping"),
        ([{"label": "a"}], (0,), "a row is a mapping"),
        ([{"x": 1}, {"y": 1}], (1,), "this one differs in x, y"),
        ([{"x": {}}], (0,), "the value of x cannot stand in an id"),
        ([{"x": 1, "label": ["a"]}], (0, "label"), "a label is made of"),
        ([{"x y": 1}], (0, "x y"), "no name for a matrix value"),
        (
            {"x": list(range(40)), "y": list(range(40))},
            (),
            f"1600 combinations are more than {MAX_ROWS}",
        ),
        ([{"x": i} for i in range(MAX_ROWS + 1)], (), "1001 rows are more than"),
    ],
)
def test_a_bad_matrix_is_refused(matrix: Json, path: tuple[str | int, ...], complaint: str) -> None:
    with pytest.raises(MatrixError) as caught:
        rows(matrix)
    assert caught.value.finding.path == path
    assert complaint in caught.value.finding.message


VALUES: Mapping[str, Json] = {
    "n": 3,
    "t": True,
    "z": None,
    "map": {"a": {"b": 1}},
    "text": "x",
    "list": [7, {"a": 2}],
}


@pytest.mark.parametrize(
    ("written", "put_in"),
    [
        ("${n}", 3),
        ("${z}", None),
        ("${map}", {"a": {"b": 1}}),
        ("${map.a.b}", 1),
        ("${map.a}", {"b": 1}),
        ("a${n}b${t}${z}", "a3btruenull"),
        ("${text}${n}", "x3"),
        ("$${n}", "$${n}"),
        ("${other}", "${other}"),
        ("a-${other.id}", "a-${other.id}"),
        ("${list[1].a}", 2),
        ("x${list[0]}", "x7"),
        ("$n", "$n"),
        (["${n}", {"k": "${t}"}], [3, {"k": True}]),
        ({"${text}": 1, "y${n}": 2, "plain": 3}, {"x": 1, "y3": 2, "plain": 3}),
        (7, 7),
    ],
)
def test_values_are_put_in(written: Json, put_in: Json) -> None:
    found = Substitution(VALUES).of(written)
    assert (found, type(found)) == (put_in, type(put_in))


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("x${map}", "${map} is a mapping or list"),
        ("${map.c}", "the matrix value has no member 'c'"),
        ("${n.a}", "the matrix value has no member 'a'"),
        ("${list[2]}", "the matrix value has no member [2]"),
        ("${map[0]}", "the matrix value has no member [0]"),
        ({"${text}": 1, "x": 2}, "the matrix makes two keys 'x'"),
    ],
)
def test_what_cannot_be_put_in_is_refused(written: Json, complaint: str) -> None:
    with pytest.raises(MatrixError) as caught:
        Substitution(VALUES).of({"args": written}, ("steps", 0))
    assert complaint in caught.value.finding.message
    assert caught.value.finding.path[:3] == ("steps", 0, "args")


def test_a_case_without_matrix_stands_for_itself() -> None:
    assert list(expand({"id": "a", "title": "${x}"})) == [("a", {"id": "a", "title": "${x}"})]


def test_each_row_is_a_case_and_its_id_is_never_touched() -> None:
    case: dict[str, Any] = {"id": "${n}", "title": "t ${n}", "matrix": {"n": [1, 2]}}
    assert list(expand(case)) == [
        ("${n}[n=1]", {"id": "${n}", "title": "t 1"}),
        ("${n}[n=2]", {"id": "${n}", "title": "t 2"}),
    ]


def test_a_value_that_is_never_used_is_refused() -> None:
    with pytest.raises(MatrixError, match=r"^m, o is never used: write \$\{m\}"):
        list(expand({"id": "a", "title": "${n}", "matrix": {"n": [1], "o": [1], "m": [1]}}))


def test_a_bad_matrix_is_told_from_its_case() -> None:
    with pytest.raises(MatrixError) as caught:
        list(expand({"id": "a", "matrix": {"n": []}}))
    assert caught.value.finding.path == ("matrix", "n")


@pytest.mark.parametrize(
    ("matrix", "found"),
    [
        ({"a": [1], "b": [2]}, ("a", "b")),
        ([{"a": 1, "label": "x"}], ("a",)),
        ([], ()),
        (None, ()),
        ([1], ()),
    ],
)
def test_names_are_told_of_any_matrix(matrix: Json, found: tuple[str, ...]) -> None:
    assert names(matrix) == found

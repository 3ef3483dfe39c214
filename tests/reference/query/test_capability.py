from typing import Any, TypeAlias

import pytest

from dbal_reference.query.capability import needs_capability

Json: TypeAlias = Any


@pytest.mark.parametrize(
    ("filter_", "sort", "wanted"),
    [
        (None, None, None),
        ({"title": "a", "and": [{"views": {"gt": 1}}]}, {"title": "asc"}, None),
        ({"owner.username": "a"}, None, "joins"),
        ({"and": [{"a": 1}, {"not": {"x.y": {"gt": 1}}}]}, None, "joins"),
        ({"data": {"path": ["a"], "eq": 1}}, None, "jsonQueries"),
        ({"title": {"path": None}}, None, "jsonQueries"),
        ({"or": [{"data": {"path": []}}, {"a.b": 1}]}, None, "jsonQueries"),
        ({"or": [{"a.b": 1}, {"data": {"path": []}}]}, None, "joins"),
        (None, [{"field": "title"}, {"field": "owner.username"}], "joins"),
        (None, {"owner.username": "desc"}, "joins"),
        (None, [{"title": "asc"}, {"owner.username": "desc"}], "joins"),
        (None, {"owner.username": "desc", "title": "asc"}, None),  # no sort: check 5 says so
        ({"path": "/home"}, None, None),  # a field of that name
        ({"title": ["path"], "and": "x", "not": 1, "or": [1]}, ["a.b", {"field": 1}], None),
        ("a.b", "a.b", None),
    ],
)
def test_syntax_alone_tells_the_capability(filter_: Json, sort: Json, wanted: str | None) -> None:
    assert needs_capability(filter_, sort) == wanted


def test_any_depth_is_read() -> None:
    deep: dict[str, Any] = {"a.b": 1}
    for _ in range(100_000):
        deep = {"not": deep}
    assert needs_capability(deep) == "joins"

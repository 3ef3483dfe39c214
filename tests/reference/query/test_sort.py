from typing import Any

import pytest

from dbal_reference.model import Schema
from dbal_reference.query.predicate import Order
from dbal_reference.query.sort import parse_sort

KEY = Order("id")

ORDERS: dict[str, tuple[Any, tuple[Order, ...]]] = {
    "none": (None, (KEY,)),
    "empty list": ([], (KEY,)),
    "ascending unless told": ([{"field": "title"}], (Order("title"), KEY)),
    "asc": ([{"field": "title", "direction": "asc"}], (Order("title"), KEY)),
    "desc": ([{"field": "title", "direction": "desc"}], (Order("title", descending=True), KEY)),
    "shorthand": ({"views": "desc"}, (Order("views", descending=True), KEY)),
    "shorthand in a list": (
        [{"views": "desc"}, {"field": "title"}, {"slug": "asc"}],
        (Order("views", descending=True), Order("title"), Order("slug"), KEY),
    ),
    "two": (
        [{"field": "published"}, {"field": "views"}],
        (Order("published"), Order("views"), KEY),
    ),
    "key descending": ({"id": "desc"}, (Order("id", descending=True),)),
    "nothing counts after the key": ([{"field": "id"}, {"field": "title"}], (KEY,)),
}

FINDINGS: dict[str, tuple[Any, list[tuple[str, str]]]] = {
    "text": ("title", [("sort", "type")]),
    "two keys": ({"title": "asc", "views": "desc"}, [("sort", "limit")]),
    "no key": ({}, [("sort", "empty")]),
    "entry with two keys": ([{"title": "asc", "views": "desc"}], [("sort[0]", "limit")]),
    "unknown shorthand in a list": (
        [{"nope": "up"}],
        [("sort[0].field", "unknown_field"), ("sort[0].direction", "enum")],
    ),
    "empty entry": ([{}], [("sort[0].field", "required")]),
    "entry is text": (["title"], [("sort[0]", "type")]),
    "no field": ([{"direction": "asc"}], [("sort[0].field", "required")]),
    "null field": ([{"field": None}], [("sort[0].field", "null")]),
    "field is a number": ([{"field": 1}], [("sort[0].field", "type")]),
    "unknown field": ([{"field": "nope"}], [("sort[0].field", "unknown_field")]),
    "unknown shorthand": ({"nope": "asc"}, [("sort[0].field", "unknown_field")]),
    "json field": ([{"field": "data"}], [("sort[0].field", "type")]),
    "direction": ({"title": "DESC"}, [("sort[0].direction", "enum")]),
    "direction is a number": ({"title": -1}, [("sort[0].direction", "type")]),
    "direction is null": ({"title": None}, [("sort[0].direction", "null")]),
    "unknown member": (
        [{"field": "title", "nulls": "last"}],
        [("sort[0].nulls", "unknown_field")],
    ),
    "repeated": ([{"field": "title"}, {"field": "title"}], [("sort[1].field", "unique")]),
    "nine": ([{"field": "title"}] * 9, [("sort", "limit")]),
    "all at once": (
        [{"field": "nope", "direction": "up"}, {"field": "views"}, {"field": "data"}],
        [
            ("sort[0].field", "unknown_field"),
            ("sort[0].direction", "enum"),
            ("sort[2].field", "type"),
        ],
    ),
}


@pytest.mark.parametrize("name", ORDERS)
def test_a_sort_means(schema: Schema, name: str) -> None:
    raw, wanted = ORDERS[name]
    post = schema.entities["Post"]
    assert parse_sort(schema, post, raw, frozenset(post.fields)) == (wanted, [])


@pytest.mark.parametrize("name", FINDINGS)
def test_a_sort_is_refused(schema: Schema, name: str) -> None:
    raw, wanted = FINDINGS[name]
    post = schema.entities["Post"]
    _, found = parse_sort(schema, post, raw, frozenset(post.fields))
    assert [(finding.field, finding.code) for finding in found] == wanted


def test_eight_entries_are_accepted(schema: Schema) -> None:
    probe = schema.entities["Probe"]
    names = [name for name in probe.fields if name != "code"][:8]
    order, found = parse_sort(schema, probe, [{"field": n} for n in names], frozenset(probe.fields))
    assert found == []
    assert [entry.field for entry in order] == [*names, "code"]


def test_hidden_and_format_json_fields_do_not_sort(schema: Schema) -> None:
    page = schema.entities["PageConfig"]
    readable = frozenset(page.fields) - {"title"}
    _, found = parse_sort(schema, page, [{"field": "title"}, {"field": "meta"}], readable)
    assert [(f.field, f.code) for f in found] == [
        ("sort[0].field", "unknown_field"),
        ("sort[1].field", "type"),
    ]

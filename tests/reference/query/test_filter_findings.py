"""What is wrong with a filter, and where; all of it at once."""

from typing import Any, TypeAlias

import pytest

from dbal_reference.model import Schema
from dbal_reference.query.filter import parse_filter

Json: TypeAlias = Any

OPERATORS = (
    "eq",
    "ne",
    "gt",
    "gte",
    "lt",
    "lte",
    "in",
    "nin",
    "contains",
    "startsWith",
    "endsWith",
)

DEEP: dict[str, Any] = {"title": "a"}
for _ in range(8):
    DEEP = {"not": DEEP}

FINDINGS: dict[str, tuple[Any, list[tuple[str, str]]]] = {
    "not an object": ([], [("filter", "type")]),
    "text": ("title = 'a'", [("filter", "type")]),
    "unknown field": ({"nope": 1}, [("filter.nope", "unknown_field")]),
    "$where": ({"$where": "1"}, [("filter.$where", "unknown_field")]),
    "$ne": ({"$ne": None}, [("filter.$ne", "unknown_field")]),
    "__proto__": ({"__proto__": {}}, [("filter.__proto__", "unknown_field")]),
    "constructor": ({"constructor": {}}, [("filter.constructor", "unknown_field")]),
    "nested unknown": (
        {"and": [{"title": "a"}, {"nope": 1}]},
        [("filter.and[1].nope", "unknown_field")],
    ),
    "unknown operator": ({"title": {"like": "a"}}, [("filter.title.like", "unknown_operator")]),
    "$gt": ({"views": {"$gt": 1}}, [("filter.views.$gt", "unknown_operator")]),
    "no order on uuid": ({"id": {"gt": "a"}}, [("filter.id.gt", "unknown_operator")]),
    "no order on boolean": (
        {"published": {"in": [True]}},
        [("filter.published.in", "unknown_operator")],
    ),
    "no parts of a number": (
        {"views": {"contains": 1}},
        [("filter.views.contains", "unknown_operator")],
    ),
    "json compares with null": ({"data": {"eq": {"a": 1}}}, [("filter.data.eq", "type")]),
    "json shorthand": ({"data": 1}, [("filter.data", "type")]),
    "json has no order": ({"data": {"gt": 1}}, [("filter.data.gt", "unknown_operator")]),
    "list as shorthand": ({"title": ["a"]}, [("filter.title", "type")]),
    "number as text": ({"title": 1}, [("filter.title", "type")]),
    "text as number": ({"views": "1"}, [("filter.views", "type")]),
    "boolean as number": ({"views": True}, [("filter.views", "type")]),
    "number as boolean": ({"published": 1}, [("filter.published", "type")]),
    "fraction": ({"views": {"gt": 1.5}}, [("filter.views.gt", "type")]),
    "untagged": ({"views": 2**53}, [("filter.views", "type")]),
    "tag with more": ({"views": {"$bigint": "1", "x": 1}}, [("filter.views", "type")]),
    "tag out of range": ({"views": {"$bigint": str(2**63)}}, [("filter.views", "max")]),
    "tag below range": (
        {"views": {"lt": {"$bigint": str(-(2**63) - 1)}}},
        [("filter.views.lt", "min")],
    ),
    "tag in text": ({"title": {"$bigint": "1"}}, [("filter.title", "type")]),
    "infinite": ({"rating": float("inf")}, [("filter.rating", "type")]),
    "datetime": ({"publishedOn": "2024-02-30T00:00:00Z"}, [("filter.publishedOn", "format")]),
    "NUL": ({"title": {"contains": "\0"}}, [("filter.title.contains", "charset")]),
    "lone surrogate": ({"title": "\ud800"}, [("filter.title", "charset")]),
    "order against null": ({"views": {"gt": None}}, [("filter.views.gt", "null")]),
    "contains null": ({"title": {"contains": None}}, [("filter.title.contains", "null")]),
    "isNull null": ({"slug": {"isNull": None}}, [("filter.slug.isNull", "null")]),
    "isNull text": ({"slug": {"isNull": "true"}}, [("filter.slug.isNull", "type")]),
    "isNull number": ({"slug": {"isNull": 1}}, [("filter.slug.isNull", "type")]),
    "in without list": ({"slug": {"in": "a"}}, [("filter.slug.in", "type")]),
    "place in a list": (
        {"slug": {"in": ["a", 1, None, True]}},
        [("filter.slug.in[1]", "type"), ("filter.slug.in[3]", "type")],
    ),
    "list too long": ({"slug": {"nin": ["a"] * 1001}}, [("filter.slug.nin", "limit")]),
    "and without list": ({"and": {"title": "a"}}, [("filter.and", "type")]),
    "empty and": ({"and": []}, [("filter.and", "empty")]),
    "empty or": ({"or": []}, [("filter.or", "empty")]),
    "empty not": ({"not": {}}, [("filter.not", "empty")]),
    "not a list": ({"not": [{"title": "a"}]}, [("filter.not", "type")]),
    "member of and": (
        {"and": [{"title": "a"}, 1, None]},
        [("filter.and[1]", "type"), ("filter.and[2]", "type")],
    ),
    "no operator": ({"title": {}}, [("filter.title", "empty")]),
    "too deep": (DEEP, [("filter", "limit")]),
    "101 members": ({"or": [{"title": "a"}] * 100}, [("filter", "limit")]),
    "all at once": (
        {"nope": 1, "title": {"eq": 1, "like": 2}, "or": [{"views": "1"}, {"not": {"pin": 1}}]},
        [
            ("filter.nope", "unknown_field"),
            ("filter.title.eq", "type"),
            ("filter.title.like", "unknown_operator"),
            ("filter.or[0].views", "type"),
            ("filter.or[1].not.pin", "unknown_field"),
        ],
    ),
}


def findings(
    schema: Schema,
    entity: str,
    raw: Json,
    *,
    hidden: str = "",
    **options: Json,
) -> list[tuple[str, str]]:
    readable = frozenset(schema.entities[entity].fields) - {hidden}
    _, found = parse_filter(schema, schema.entities[entity], raw, readable, **options)
    return [(finding.field, finding.code) for finding in found]


@pytest.mark.parametrize("name", FINDINGS)
def test_a_filter_is_refused(schema: Schema, name: str) -> None:
    raw, wanted = FINDINGS[name]
    assert findings(schema, "Post", raw) == wanted


@pytest.mark.parametrize(
    ("value", "code"), [(2**31, "max"), (2**31 - 1, None), (-(2**31), None), (-(2**31) - 1, "min")]
)
def test_an_integer_operand_has_32_bits(schema: Schema, value: int, code: str | None) -> None:
    wanted = [] if code is None else [("filter.amount", code)]
    assert findings(schema, "Probe", {"amount": value}) == wanted


def test_a_tagged_integer_operand_is_refused(schema: Schema) -> None:
    assert findings(schema, "Probe", {"amount": {"$bigint": "1"}}) == [("filter.amount", "type")]


def test_an_enum_operand_is_one_of_its_values(schema: Schema) -> None:
    raw = {"role": {"in": ["admin", "Admin", 1]}}
    assert findings(schema, "User", raw) == [
        ("filter.role.in[1]", "enum"),
        ("filter.role.in[2]", "type"),
    ]


def test_hidden_and_unknown_fields_sound_alike(schema: Schema) -> None:
    entity = schema.entities["Probe"]
    readable = frozenset(entity.fields) - {"secretNote"}
    hidden = parse_filter(schema, entity, {"secretNote": {"gt": "a"}}, readable)[1]
    unknown = parse_filter(schema, entity, {"notThere": {"gt": "a"}}, readable)[1]
    assert [(f.code, f.message) for f in hidden] == [(f.code, f.message) for f in unknown]


@pytest.mark.parametrize("operator", OPERATORS)
def test_nothing_of_a_hidden_field_is_judged(schema: Schema, operator: str) -> None:
    raw = {"secretNote": {operator: {"not": "even", "a": "value"}}}
    assert findings(schema, "Probe", raw, hidden="secretNote") == [
        ("filter.secretNote", "unknown_field")
    ]


@pytest.mark.parametrize(
    "raw", [{}, {"and": [{}]}, {"or": [{}, {"and": [{}]}]}, {"not": {"not": {"and": [{}]}}}]
)
def test_a_bulk_write_needs_a_filter_that_names_a_field(
    schema: Schema, raw: dict[str, Any]
) -> None:
    assert findings(schema, "Post", raw, empty_allowed=False) == [("filter", "empty")]
    assert findings(schema, "Post", {**raw, "id": {"isNull": False}}, empty_allowed=False) == []


def test_a_path_of_its_own_leads_every_finding(schema: Schema) -> None:
    assert findings(schema, "Post", {"title": 1}, path="where") == [("where.title", "type")]


def test_a_huge_filter_is_refused_without_reading_it_all(schema: Schema) -> None:
    raw: dict[str, Any] = {}
    for _ in range(100_000):
        raw = {"not": raw}
    assert findings(schema, "Post", raw) == [("filter", "limit")]
    assert findings(schema, "Post", {str(n): n for n in range(100_000)}) == [("filter", "limit")]


@pytest.mark.parametrize("raw", [{"title": 1}, {"title": {"in": [1]}}, {"views": "secret-operand"}])
def test_no_message_holds_the_operand(schema: Schema, raw: dict[str, Any]) -> None:
    entity = schema.entities["Post"]
    for finding in parse_filter(schema, entity, raw, frozenset(entity.fields))[1]:
        assert "secret-operand" not in finding.message
        assert finding.message

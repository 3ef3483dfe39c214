"""What a filter means, member by member; what is wrong with one is in test_filter_findings."""

from typing import Any, TypeAlias

import pytest

from dbal_reference.model import Schema
from dbal_reference.query.filter import parse_filter
from dbal_reference.query.predicate import (
    FALSE,
    TRUE,
    And,
    Compare,
    In,
    IsNull,
    Not,
    Or,
    Predicate,
)

Json: TypeAlias = Any

UUID = "01234567-89ab-4def-8123-456789abcdef"

MEANINGS: dict[str, tuple[Any, Predicate]] = {
    "nothing": ({}, TRUE),
    "shorthand": ({"title": "a"}, Compare("title", "eq", "a")),
    "eq": ({"title": {"eq": "a"}}, Compare("title", "eq", "a")),
    "ne": ({"title": {"ne": "a"}}, Not(Compare("title", "eq", "a"))),
    "order": (
        {"views": {"gt": 1, "lte": 5}},
        And((Compare("views", "gt", 1), Compare("views", "lte", 5))),
    ),
    "gte and lt": (
        {"rating": {"gte": 1, "lt": 2.5}},
        And((Compare("rating", "gte", 1.0), Compare("rating", "lt", 2.5))),
    ),
    "members": (
        {"title": "a", "published": True},
        And((Compare("title", "eq", "a"), Compare("published", "eq", operand=True))),
    ),
    "in": ({"title": {"in": ["a", "b", "a"]}}, In("title", ("a", "b"))),
    "in with null": ({"slug": {"in": ["a", None]}}, Or((In("slug", ("a",)), IsNull("slug")))),
    "in null alone": ({"slug": {"in": [None]}}, IsNull("slug")),
    "in nothing": ({"slug": {"in": []}}, FALSE),
    "nin": ({"slug": {"nin": ["a"]}}, Not(In("slug", ("a",)))),
    "nin nothing": ({"slug": {"nin": []}}, TRUE),
    "null": ({"slug": None}, IsNull("slug")),
    "eq null": ({"slug": {"eq": None}}, IsNull("slug")),
    "isNull": ({"slug": {"isNull": True}}, IsNull("slug")),
    "ne null": ({"slug": {"ne": None}}, Not(IsNull("slug"))),
    "isNull false": ({"slug": {"isNull": False}}, Not(IsNull("slug"))),
    "contains": ({"body": {"contains": "%_*"}}, Compare("body", "contains", "%_*")),
    "startsWith": ({"body": {"startsWith": ""}}, Compare("body", "startsWith", "")),
    "endsWith": ({"body": {"endsWith": "x"}}, Compare("body", "endsWith", "x")),
    "and": (
        {"and": [{"title": "a"}, {"title": "b"}]},
        And((Compare("title", "eq", "a"), Compare("title", "eq", "b"))),
    ),
    "or": (
        {"or": [{"title": "a"}, {"slug": None}]},
        Or((Compare("title", "eq", "a"), IsNull("slug"))),
    ),
    "or with everything": ({"or": [{"title": "a"}, {}]}, TRUE),
    "not": ({"not": {"title": "a"}}, Not(Compare("title", "eq", "a"))),
    "not not": ({"not": {"not": {"title": "a"}}}, Compare("title", "eq", "a")),
    "uuid in upper case": ({"ownerId": UUID.upper()}, Compare("ownerId", "eq", UUID)),
    "impossible uuid": ({"ownerId": "nobody"}, FALSE),
    "not an impossible uuid": ({"ownerId": {"ne": "nobody"}}, TRUE),
    "impossible uuids in a list": (
        {"ownerId": {"in": ["nobody", UUID, None]}},
        Or((In("ownerId", (UUID,)), IsNull("ownerId"))),
    ),
    "bigint beyond binary64": (
        {"views": {"gt": {"$bigint": "9007199254740993"}}},
        Compare("views", "gt", 9007199254740993),
    ),
    "tagged shorthand": ({"views": {"$bigint": "-1"}}, Compare("views", "eq", -1)),
    "integer written as double": ({"views": 1.0}, Compare("views", "eq", 1)),
    "datetime of another zone": (
        {"publishedOn": {"lt": "2024-01-01T01:00:00+01:00"}},
        Compare("publishedOn", "lt", "2024-01-01T00:00:00.000Z"),
    ),
    "json against null": ({"data": {"ne": None}}, Not(IsNull("data"))),
    "operand that looks like SQL": (
        {"title": "' OR 1=1 --"},
        Compare("title", "eq", "' OR 1=1 --"),
    ),
}


def meaning(schema: Schema, entity: str, raw: Json) -> Predicate:
    fields = schema.entities[entity].fields
    predicate, findings = parse_filter(schema, schema.entities[entity], raw, frozenset(fields))
    assert findings == []
    return predicate


@pytest.mark.parametrize("name", MEANINGS)
def test_a_filter_means(schema: Schema, name: str) -> None:
    raw, wanted = MEANINGS[name]
    assert meaning(schema, "Post", raw) == wanted


def test_operands_keep_their_types(schema: Schema) -> None:
    match meaning(schema, "Post", {"rating": 1, "views": 2.0}):
        case And(parts=(Compare(operand=double), Compare(operand=integer))):
            assert (type(double), type(integer)) == (float, int)
        case other:
            pytest.fail(repr(other))


def test_an_operand_beyond_the_bounds_of_the_field_is_fine(schema: Schema) -> None:
    assert meaning(schema, "Probe", {"amount": 5000}) == Compare("amount", "eq", 5000)


def test_an_operand_longer_than_the_field_is_fine(schema: Schema) -> None:
    assert meaning(schema, "User", {"username": "x" * 51}) == Compare("username", "eq", "x" * 51)


def test_an_email_of_impossible_form_is_only_unequal(schema: Schema) -> None:
    assert meaning(schema, "User", {"email": "no mail"}) == Compare("email", "eq", "no mail")


def test_format_json_takes_null_only(schema: Schema) -> None:
    assert meaning(schema, "PageConfig", {"meta": None}) == IsNull("meta")


def test_a_filter_at_each_limit_is_accepted(schema: Schema) -> None:
    deep: dict[str, Any] = {"title": "a"}
    for _ in range(7):
        deep = {"not": deep}
    meaning(schema, "Post", deep)
    meaning(schema, "Post", {"or": [{"title": "a"}] * 99})
    meaning(schema, "Post", {"title": {"in": [str(n) for n in range(1000)]}})

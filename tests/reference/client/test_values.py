"""Long integers are tagged where the contract wants it, and nowhere else."""

import datetime as dt
from typing import Any, TypeAlias
from uuid import UUID

import pytest

from dbal_reference.client.page import Group, Groups, Page
from dbal_reference.client.values import read_result, tag_arguments, to_json
from dbal_reference.model import Schema

Json: TypeAlias = Any

LONG = 2**60
TAG = {"$bigint": str(LONG)}


@pytest.mark.parametrize(
    ("params", "wanted"),
    [
        ({"data": {"views": LONG}}, {"data": {"views": TAG}}),
        ({"data": {"views": -LONG}}, {"data": {"views": {"$bigint": str(-LONG)}}}),
        ({"data": {"views": 2**53 - 1}}, {"data": {"views": 2**53 - 1}}),
        ({"data": {"views": 2**53}}, {"data": {"views": {"$bigint": str(2**53)}}}),
        ({"data": {"data": LONG, "title": LONG}}, {"data": {"data": LONG, "title": LONG}}),
        ({"data": {"views": True}}, {"data": {"views": True}}),
        ({"data": [LONG]}, {"data": [LONG]}),
        ({"create": {"views": LONG}, "update": {}}, {"create": {"views": TAG}, "update": {}}),
        ({"update": {"views": LONG}}, {"update": {"views": TAG}}),
        ({"ifMatch": {"views": LONG}}, {"ifMatch": {"views": TAG}}),
        ({"items": [{"views": LONG}, 1]}, {"items": [{"views": TAG}, 1]}),
        ({"items": LONG}, {"items": LONG}),
        ({"field": "views", "value": LONG}, {"field": "views", "value": TAG}),
        ({"field": "title", "value": LONG}, {"field": "title", "value": LONG}),
        ({"field": ["views"], "value": LONG}, {"field": ["views"], "value": LONG}),
        ({"filter": {"views": LONG}}, {"filter": {"views": TAG}}),
        ({"filter": {"views": {"gt": LONG, "in": [1, LONG, None]}}},
         {"filter": {"views": {"gt": TAG, "in": [1, TAG, None]}}}),
        ({"filter": {"or": [{"not": {"views": LONG}}, {"title": LONG}]}},
         {"filter": {"or": [{"not": {"views": TAG}}, {"title": LONG}]}}),
        ({"filter": {"owner.createdAt": {"in": [LONG, 1]}}},
         {"filter": {"owner.createdAt": {"in": [TAG, 1]}}}),
        ({"filter": {"owner.posts.views": LONG}}, {"filter": {"owner.posts.views": TAG}}),
        ({"filter": {"nobody.views": LONG}}, {"filter": {"nobody.views": LONG}}),
        ({"filter": {"and": LONG, "not": [LONG]}}, {"filter": {"and": LONG, "not": [LONG]}}),
        ({"filter": LONG, "limit": LONG}, {"filter": LONG, "limit": LONG}),
    ],
)  # fmt: skip
def test_long_integers_are_tagged_in_bigint_fields(
    schema: Schema, params: dict[str, Json], wanted: dict[str, Json]
) -> None:
    assert tag_arguments(schema, schema.entities["Post"], params) == wanted


def test_python_values_become_json() -> None:
    key = UUID("01234567-89ab-4def-8123-456789abcdef")
    noon = dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC)
    assert to_json({"a": (key, [noon])}) == {"a": [str(key), ["2024-02-29T12:00:00+00:00"]]}


def test_the_arguments_of_the_caller_are_left_alone(schema: Schema) -> None:
    data = {"views": LONG, "data": {"list": [1]}}
    tag_arguments(schema, schema.entities["Post"], {"data": to_json(data)})
    assert data == {"views": LONG, "data": {"list": [1]}}


def read(schema: Schema, method: str, result: Json) -> Json:
    operation = schema.operations[method]
    return read_result(schema, schema.entities[operation.entity or ""], operation, result)


def test_rows_come_back_with_plain_integers(schema: Schema) -> None:
    sent = {"views": TAG, "data": TAG, "title": "a"}
    plain = {"views": LONG, "data": TAG, "title": "a"}
    assert read(schema, "Post.read", sent) == plain
    assert read(schema, "Post.findFirst", None) is None
    assert read(schema, "Post.count", 3) == 3
    reply = {"data": [sent], "total": None, "page": None, "limit": 5}
    page = read(schema, "Post.list", {**reply, "hasMore": True, "nextCursor": "c"})
    assert page == Page([plain], None, None, 5, has_more=True, next_cursor="c")
    assert list(page) == [plain]
    assert len(page) == 1


def test_related_rows_come_back_with_plain_integers_too(schema: Schema) -> None:
    owner = {"createdAt": TAG, "posts": [{"views": TAG}, {"views": 1, "data": TAG}]}
    plain = {"createdAt": LONG, "posts": [{"views": LONG}, {"views": 1, "data": TAG}]}
    assert read(schema, "Post.read", {"owner": owner}) == {"owner": plain}
    assert read(schema, "Post.read", {"owner": None, "probes": []}) == {"owner": None, "probes": []}


def test_groups_come_back_with_plain_integers(schema: Schema) -> None:
    group = {"key": {"views": TAG, "slug": None}, "values": {"n": 2, "s": TAG, "a": 0.5}}
    found = read(schema, "Post.aggregate", {"groups": [group], "hasMore": True})
    plain = Group({"views": LONG, "slug": None}, {"n": 2, "s": LONG, "a": 0.5})
    assert found == Groups([plain], has_more=True)
    assert (list(found), len(found)) == ([plain], 1)


def test_a_json_value_is_the_callers_own_to_change(schema: Schema) -> None:
    stored = {"data": {"list": [1]}}
    read(schema, "Post.read", stored)["data"]["list"].append(2)
    assert stored == {"data": {"list": [1]}}


def test_trees_are_read_to_their_leaves(schema: Schema) -> None:
    leaf = {"id": "b", "children": []}
    assert read(schema, "ComponentNode.getTree", [{"id": "a", "children": [leaf]}]) == [
        {"id": "a", "children": [leaf]}
    ]


def test_what_belongs_to_no_entity_is_left_as_it_is(schema: Schema) -> None:
    assert read_result(schema, None, None, TAG) == TAG

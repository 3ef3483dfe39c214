from typing import Any

import pytest

from dbal_reference.model import Schema
from dbal_reference.query.select import parse_select

FINDINGS: dict[str, tuple[Any, list[tuple[str, str]]]] = {
    "text": ("title", [("select", "type")]),
    "empty": ([], [("select", "empty")]),
    "number": (["title", 1], [("select[1]", "type")]),
    "unknown": (["nope"], [("select[0]", "unknown_field")]),
    "hidden": (["views"], [("select[0]", "unknown_field")]),
    "repeated": (["title", "id", "title"], [("select[2]", "unique")]),
    "key twice": (["id", "id"], [("select[1]", "unique")]),
    "all at once": (
        ["nope", None, "title", "title"],
        [("select[0]", "unknown_field"), ("select[1]", "type"), ("select[3]", "unique")],
    ),
}


def test_the_key_comes_along_and_fields_come_in_order_of_the_schema(schema: Schema) -> None:
    post = schema.entities["Post"]
    chosen = parse_select(post, ["views", "title"], frozenset(post.fields))
    assert chosen == (("id", "title", "views"), [])


def test_the_key_may_be_named(schema: Schema) -> None:
    post = schema.entities["Post"]
    assert parse_select(post, ["id"], frozenset(post.fields)) == (("id",), [])


@pytest.mark.parametrize("name", FINDINGS)
def test_a_select_is_refused(schema: Schema, name: str) -> None:
    raw, wanted = FINDINGS[name]
    post = schema.entities["Post"]
    _, found = parse_select(post, raw, frozenset(post.fields) - {"views"})
    assert [(finding.field, finding.code) for finding in found] == wanted

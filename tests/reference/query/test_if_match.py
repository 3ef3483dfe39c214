from typing import Any

import pytest

from dbal_reference.model import Schema
from dbal_reference.query.evaluate import holds
from dbal_reference.query.if_match import parse_if_match
from dbal_reference.query.predicate import FALSE, And, Compare, IsNull

FINDINGS: dict[str, tuple[Any, list[tuple[str, str]]]] = {
    "list": ([], [("ifMatch", "type")]),
    "empty": ({}, [("ifMatch", "empty")]),
    "unknown": ({"nope": 1}, [("ifMatch.nope", "unknown_field")]),
    "hidden": ({"views": 1}, [("ifMatch.views", "unknown_field")]),
    "json": ({"data": None}, [("ifMatch.data", "type")]),
    "type": ({"title": 1}, [("ifMatch.title", "type")]),
    "operators": ({"title": {"ne": "a"}}, [("ifMatch.title", "type")]),
    "all at once": (
        {"nope": 1, "rating": "1"},
        [("ifMatch.nope", "unknown_field"), ("ifMatch.rating", "type")],
    ),
}


def test_every_named_field_must_hold_its_value(schema: Schema) -> None:
    post = schema.entities["Post"]
    predicate, found = parse_if_match(post, {"title": "a", "slug": None}, frozenset(post.fields))
    assert found == []
    assert predicate == And((Compare("title", "eq", "a"), IsNull("slug")))
    assert holds(predicate, {"title": "a", "slug": None})
    assert not holds(predicate, {"title": "a", "slug": "b"})


def test_an_impossible_uuid_matches_no_row(schema: Schema) -> None:
    post = schema.entities["Post"]
    assert parse_if_match(post, {"ownerId": "x"}, frozenset(post.fields)) == (FALSE, [])


@pytest.mark.parametrize("name", FINDINGS)
def test_an_if_match_is_refused(schema: Schema, name: str) -> None:
    raw, wanted = FINDINGS[name]
    post = schema.entities["Post"]
    _, found = parse_if_match(post, raw, frozenset(post.fields) - {"views"})
    assert [(finding.field, finding.code) for finding in found] == wanted

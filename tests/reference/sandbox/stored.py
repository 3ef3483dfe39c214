"""Rows with one code field, for the tests of the sandbox."""

import json

from dbal_reference.model import Schema
from dbal_reference.sandbox import Violation, inspect
from dbal_reference.validation import Author, validate_create

AUTHOR = Author(None, is_system=True, now_ms=0)
PAGE = {"path": "/a", "title": "A", "level": 1, "requiresAuth": False}


def of_leaf(schema: Schema, leaf: str) -> str | None:
    """The rule that a page breaks whose component tree holds this leaf."""
    return of_tree(schema, json.dumps({"a": [1, {"b": leaf}]}))


def of_key(schema: Schema, key: str) -> str | None:
    """The rule that a page breaks whose component tree holds this key."""
    return of_tree(schema, json.dumps([{"a": {key: 1}}]))


def of_tree(schema: Schema, text: str) -> str | None:
    """The rule that a page breaks with this component tree, after check 5 took it."""
    return rule(judged(schema, "PageConfig", PAGE | {"componentTree": text}))


def of_flow(schema: Schema, nodes: object, edges: object = ()) -> str | None:
    """The rule that a workflow breaks."""
    texts = {"nodes": json.dumps(nodes), "edges": json.dumps(edges)}
    return rule(judged(schema, "Workflow", {"name": "n", **texts}))


def of_url(schema: Schema, text: str) -> str | None:
    """The rule that a user breaks with this profile picture."""
    return rule(
        judged(schema, "User", {"username": "bob", "email": "b@b.co", "profilePicture": text})
    )


def judged(schema: Schema, entity: str, data: dict[str, object]) -> Violation | None:
    """Checks 5 and 6, the first of which must find nothing."""
    row, findings = validate_create(schema, schema.entities[entity], data, AUTHOR)
    assert findings == []
    return inspect(schema, schema.entities[entity], row)


def rule(violation: Violation | None) -> str | None:
    """Its id."""
    return violation.rule if violation is not None else None

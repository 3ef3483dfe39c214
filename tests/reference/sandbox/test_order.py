import json

import pytest
from tests.reference.sandbox.stored import PAGE, judged, of_leaf, of_tree

from dbal_reference.model import Schema
from dbal_reference.sandbox import inspect, inspect_each


def flow(nodes: object, edges: object) -> dict[str, object]:
    return {"name": "n", "nodes": json.dumps(nodes), "edges": json.dumps(edges)}


def test_the_first_rule_of_the_table_is_told_wherever_it_matches(schema: Schema) -> None:
    assert of_leaf(schema, "eval('<script>')") == "MC-01"
    assert of_tree(schema, '["; drop x", {"a": "eval(1)"}]') == "MC-05"
    assert of_tree(schema, '["eval(1)", "http://localhost/"]') == "SB-05"
    assert of_tree(schema, '["http://localhost/", "eval(1)"]') == "SB-05"


def test_the_first_rule_over_all_fields_is_told_with_its_field(schema: Schema) -> None:
    node = {"id": "a", "x": "; drop x"}
    edge = {"from": "a", "to": "a", "x": "eval(1)"}
    row = {"nodes": json.dumps([node]), "edges": json.dumps([edge])}
    violation = inspect(schema, schema.entities["Workflow"], row)
    assert violation is not None
    assert (violation.rule, violation.field) == ("MC-05", "edges")


def test_equal_rules_are_told_in_schema_order(schema: Schema) -> None:
    row = {"edges": '["eval(1)"]', "nodes": '["eval(1)"]'}
    violation = inspect(schema, schema.entities["Workflow"], row)
    assert violation is not None
    assert violation.field == "nodes"
    each = inspect_each(schema, schema.entities["Workflow"], row)
    assert [found.field for found in each] == ["nodes", "edges"]


def test_a_violation_says_what_the_error_needs_and_echoes_nothing(schema: Schema) -> None:
    violation = judged(schema, "PageConfig", PAGE | {"componentTree": '["eval(swordfish)"]'})
    assert violation is not None
    assert violation.error == "MALICIOUS_CODE_DETECTED"
    assert (violation.code, violation.field) == ("malicious", "componentTree")
    assert "swordfish" not in repr(violation)
    violation = judged(schema, "PageConfig", PAGE | {"componentTree": "[" * 33})
    assert violation is not None
    assert (violation.error, violation.code) == ("SANDBOX_VIOLATION", "sandbox")


@pytest.mark.parametrize("text", ["<script>", "eval(1)", "; drop table x", "javascript:x"])
def test_fields_without_scan_take_the_same_text(schema: Schema, text: str) -> None:
    page = PAGE | {"componentTree": "{}", "description": text, "meta": json.dumps([text])}
    assert judged(schema, "PageConfig", page) is None
    assert judged(schema, "User", {"username": "b_b", "email": "b@b.co", "bio": text}) is None


def test_what_is_absent_null_or_no_json_is_not_scanned(schema: Schema) -> None:
    package = schema.entities["InstalledPackage"]
    assert inspect(schema, package, {}) is None
    assert inspect(schema, package, {"config": None}) is None
    assert inspect(schema, package, {"config": "eval("}) is None

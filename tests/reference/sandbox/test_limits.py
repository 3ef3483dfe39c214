import json
import time

import pytest
from tests.reference.sandbox.stored import AUTHOR, PAGE, of_flow, of_tree

from dbal_reference.model import Schema
from dbal_reference.validation import validate_create

LONGEST = 262144


def test_sb_01_counts_bytes_of_utf_8(schema: Schema) -> None:
    assert of_tree(schema, json.dumps("x" * (LONGEST - 2))) is None
    assert of_tree(schema, json.dumps("x" * (LONGEST - 1))) == "SB-01"
    euros = "€" * ((LONGEST - 2) // 3)
    rest = "x" * (LONGEST - 2 - 3 * len(euros))
    assert of_tree(schema, json.dumps(euros + rest, ensure_ascii=False)) is None
    assert of_tree(schema, json.dumps(euros + rest + "x", ensure_ascii=False)) == "SB-01"
    assert of_tree(schema, json.dumps("😀" * (LONGEST // 4), ensure_ascii=False)) == "SB-01"


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_sb_02_counts_containers(schema: Schema, opening: str, closing: str) -> None:
    assert of_tree(schema, opening * 32 + "1" + closing * 32) is None
    assert of_tree(schema, opening * 33 + "1" + closing * 33) == "SB-02"


def test_the_limits_win_over_what_else_is_wrong_with_the_field(schema: Schema) -> None:
    assert of_tree(schema, "{" * (LONGEST + 1)) == "SB-01"
    assert of_tree(schema, '{"a": 1, "a": 2, "b": ' + "[" * 33) == "SB-02"
    assert of_tree(schema, "<script>" + "[" * 33) == "SB-02"
    assert of_flow(schema, json.loads("[" * 33 + "]" * 33)) == "SB-02"


def test_a_finding_on_another_field_comes_first(schema: Schema) -> None:
    data = PAGE | {"componentTree": "[" * 33, "level": 7}
    _, findings = validate_create(schema, schema.entities["PageConfig"], data, AUTHOR)
    assert [(finding.field, finding.code) for finding in findings] == [("level", "max")]


def test_nesting_of_100000_is_answered_at_once(schema: Schema) -> None:
    started = time.process_time()
    assert of_tree(schema, "[" * 100_000 + "]" * 100_000) == "SB-02"
    assert of_tree(schema, "[" * 100_000) == "SB-02"
    assert time.process_time() - started < 0.5


def test_sb_03_counts_nodes_edges_and_objects(schema: Schema) -> None:
    nodes = [{"id": str(place)} for place in range(501)]
    assert of_flow(schema, nodes[:500]) is None
    assert of_flow(schema, nodes) == "SB-03"
    edges = [{"from": "0", "to": "1"}] * 2001
    assert of_flow(schema, nodes[:2], edges[:2000]) is None
    assert of_flow(schema, nodes[:2], edges) == "SB-03"
    assert of_tree(schema, json.dumps([{"a": {}}] * 1000)) is None
    assert of_tree(schema, json.dumps([[{"a": {}}] * 1000, {}])) == "SB-03"
    assert of_tree(schema, json.dumps([[]] * 3000)) is None


@pytest.mark.parametrize(
    ("type_", "rule"),
    [
        ("shell.exec", "SB-04"),
        ("SHELL.exec", "SB-04"),
        ("fs.read", "SB-04"),
        ("process.", "SB-04"),
        ("native.x", "SB-04"),
        ("she%6Cl.x", "SB-04"),
        ("shell", None),
        ("shellx.y", None),
        ("my.shell.exec", None),
        ("fsx.read", None),
        (5, None),
        (None, None),
        (["shell.x"], None),
    ],
)
def test_sb_04_looks_at_types_of_nodes(schema: Schema, type_: object, rule: str | None) -> None:
    assert of_flow(schema, [{"id": "a"}, {"id": "b", "type": type_}]) == rule


@pytest.mark.parametrize(
    ("timeout", "rule"),
    [(100, None), (3600000, None), (100.0, None), (99, "SB-06"), (3600001, "SB-06"),
     (100.5, "SB-06"), ("100", "SB-06"), (None, "SB-06"), (True, "SB-06"), ([], "SB-06"),
     (-100, "SB-06"), (1e300, "SB-06")],
)  # fmt: skip
def test_sb_06_looks_at_timeouts_of_nodes(
    schema: Schema, timeout: object, rule: str | None
) -> None:
    assert of_flow(schema, [{"id": "a", "timeoutMs": timeout}]) == rule


def test_nodes_are_looked_at_in_workflows_only_and_not_deeper(schema: Schema) -> None:
    bad = {"type": "shell.exec", "timeoutMs": 1}
    assert of_tree(schema, json.dumps([bad])) is None
    assert of_flow(schema, [{"id": "a", "config": bad}]) is None
    assert of_flow(schema, [{"id": "a"}, {"id": "b"}], [{"from": "a", "to": "b", **bad}]) is None

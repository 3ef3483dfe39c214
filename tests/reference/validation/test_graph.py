import itertools
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbal_reference.model import Schema
from dbal_reference.validation import (
    Author,
    check_graph,
    needs_stored_graph,
    validate_create,
    validate_update,
)

USER = Author(None, is_system=False, now_ms=0)


def nodes(ids: str) -> str:
    return json.dumps([{"id": each} for each in ids])


def edges(*pairs: str) -> str:
    return json.dumps([{"from": pair[0], "to": pair[1]} for pair in pairs])


def created(schema: Schema, nodes_: str, edges_: str) -> list[tuple[str, str]]:
    data = {"name": "n", "nodes": nodes_, "edges": edges_}
    _, findings = validate_create(schema, schema.entities["Workflow"], data, USER)
    return [(finding.field, finding.code) for finding in findings]


@pytest.mark.parametrize(
    ("nodes_", "edges_"),
    [
        ("[]", "[]"),
        (nodes("a"), "[]"),
        (nodes("abc"), edges("ab", "bc", "ac")),
        (nodes("ab"), edges("ab", "ab")),
        ('[{"id": "", "type": 5, "x": null}]', "[]"),
        ('[{"id": "a"}, {"id": "b"}]', '[{"from": "a", "to": "b", "label": 1}]'),
    ],
)  # fmt: skip
def test_an_acyclic_graph_is_accepted(schema: Schema, nodes_: str, edges_: str) -> None:
    assert created(schema, nodes_, edges_) == []


@pytest.mark.parametrize(
    ("nodes_", "edges_", "findings"),
    [
        ("{}", "[]", [("nodes", "json")]),
        ("[1]", "[]", [("nodes", "json")]),
        ("[{}]", "[]", [("nodes", "json")]),
        ('[{"id": 1}]', "[]", [("nodes", "json")]),
        ('[{"id": null}]', "[]", [("nodes", "json")]),
        (nodes("aa"), "[]", [("nodes", "json")]),
        ("[", "]", [("nodes", "json"), ("edges", "json")]),
        (nodes("a"), "null", [("edges", "json")]),
        (nodes("a"), "[[]]", [("edges", "json")]),
        (nodes("a"), '[{"from": "a"}]', [("edges", "json")]),
        (nodes("a"), '[{"from": "a", "to": 1}]', [("edges", "json")]),
        ("[1]", '[{"from": "a"}]', [("nodes", "json"), ("edges", "json")]),
        (nodes("a"), edges("ab"), [("edges", "reference")]),
        (nodes("b"), edges("ab"), [("edges", "reference")]),
        (nodes("a"), edges("aa", "ab"), [("edges", "reference")]),
        (nodes("a"), edges("aa"), [("edges", "cycle")]),
        (nodes("ab"), edges("ab", "ba"), [("edges", "cycle")]),
        (nodes("abcd"), edges("ab", "bc", "cd", "db"), [("edges", "cycle")]),
    ],
)
def test_a_graph_that_is_none_is_told(
    schema: Schema, nodes_: str, edges_: str, findings: list[tuple[str, str]]
) -> None:
    assert created(schema, nodes_, edges_) == findings


def test_one_half_is_judged_by_itself_and_then_against_the_stored_other(schema: Schema) -> None:
    flow = schema.entities["Workflow"]
    changes, findings = validate_update(schema, flow, {"nodes": nodes("a")}, USER)
    assert findings == []
    assert needs_stored_graph(flow, changes)
    stored = {"nodes": nodes("ab"), "edges": edges("ab")}
    assert [(f.field, f.code) for f in check_graph(flow, stored | changes)] == [
        ("edges", "reference")
    ]
    assert check_graph(flow, stored | {"nodes": nodes("abc")}) == []
    assert [f.field for f in check_graph(flow, stored | changes, prefix="update")] == [
        "update.edges"
    ]


def test_a_half_of_the_wrong_shape_is_told_at_once(schema: Schema) -> None:
    _, findings = validate_update(schema, schema.entities["Workflow"], {"nodes": "[1]"}, USER)
    assert [(finding.field, finding.code) for finding in findings] == [("nodes", "json")]


def test_the_stored_other_is_needed_for_one_half_only(schema: Schema) -> None:
    flow = schema.entities["Workflow"]
    assert needs_stored_graph(flow, {"edges": "[]"})
    assert not needs_stored_graph(flow, {"nodes": "[]", "edges": "[]"})
    assert not needs_stored_graph(flow, {"name": "n"})
    assert not needs_stored_graph(schema.entities["User"], {"nodes": "[]"})
    assert check_graph(schema.entities["User"], {}) == []


def test_both_halves_of_an_update_are_judged_together(schema: Schema) -> None:
    data = {"nodes": nodes("a"), "edges": edges("aa")}
    _, findings = validate_update(schema, schema.entities["Workflow"], data, USER)
    assert [(finding.field, finding.code) for finding in findings] == [("edges", "cycle")]


def test_a_long_chain_is_judged_in_no_time_and_without_recursion(schema: Schema) -> None:
    ids = [f"n{place}" for place in range(5000)]
    chain = json.dumps([{"from": a, "to": b} for a, b in itertools.pairwise(ids)])
    started = time.process_time()
    assert created(schema, json.dumps([{"id": each} for each in ids]), chain) == []
    assert time.process_time() - started < 2


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_a_cycle_is_found_exactly_where_following_edges_comes_back(
    schema: Schema, pairs: list[tuple[int, int]]
) -> None:
    reach = {(a, b) for a, b in pairs}
    for _ in range(6):
        reach |= {(a, d) for a, b in reach for c, d in reach if b == c}
    comes_back = any(a == b for a, b in reach)
    texts = nodes("012345"), json.dumps([{"from": str(a), "to": str(b)} for a, b in pairs])
    assert created(schema, *texts) == ([("edges", "cycle")] if comes_back else [])

"""Workflows as graphs, and packages (WFL, PKG, SBX)."""

import json

import pytest
from tests.reference.talk import Json, Talk


def graph(nodes: str, *edges: str) -> Json:
    """Nodes by letter; an edge is two letters."""
    return {
        "nodes": json.dumps([{"id": n, "extra": 1} for n in nodes]),
        "edges": json.dumps([{"from": e[0], "to": e[1]} for e in edges]),
    }


@pytest.fixture
def flow(talk: Talk) -> Json:
    """A stored workflow a -> b."""
    return talk.call("Workflow.create", "god", data={"name": "w", **graph("ab", "ab")})


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        (graph("ab", "ac"), {"edges": "reference"}),
        (graph("ab", "ab", "ba"), {"edges": "cycle"}),
        (graph("a", "aa"), {"edges": "cycle"}),
        (graph("aa"), {"nodes": "json"}),
        ({"nodes": "[1]", "edges": "[]"}, {"nodes": "json"}),
        ({"nodes": "[]", "edges": '[{"from": "a"}]'}, {"edges": "json"}),
        ({"nodes": "[]"}, {"edges": "required"}),
    ],
)
def test_mistakes_in_graphs(talk: Talk, data: Json, fields: Json) -> None:
    refusal = talk.refused("Workflow.create", "god", data={"name": "w", **data})
    assert refusal.fields == fields


def test_one_half_is_checked_against_the_stored_other(talk: Talk, flow: Json) -> None:
    key = flow["id"]
    halves = graph("abc", "bc")
    nodes, edges = {"nodes": halves["nodes"]}, {"edges": halves["edges"]}
    assert talk.refused("Workflow.update", "god", id=key, data=edges).fields == {
        "edges": "reference"
    }
    lonely = {"nodes": graph("a")["nodes"]}
    assert talk.refused("Workflow.update", "god", id=key, data=lonely).fields == {
        "edges": "reference"
    }
    refusal = talk.refused("Workflow.updateMany", "god", filter={"name": "w"}, data=edges)
    assert refusal.fields == {"edges": "reference"}
    talk.call("Workflow.update", "god", id=key, data=nodes)
    assert talk.call("Workflow.update", "god", id=key, data=edges)["version"] == 3


def test_code_in_workflows_is_scanned_on_every_way_in(talk: Talk, flow: Json) -> None:
    bad = {"nodes": json.dumps([{"id": "a", "code": "eval (secret)"}])}
    both = {"name": "n", "edges": "[]", **bad}
    calls: list[tuple[str, Json, str]] = [
        ("create", {"data": both}, "nodes"),
        ("update", {"id": flow["id"], "data": bad}, "nodes"),
        ("createMany", {"items": [{"name": "m", **graph("a")}, both]}, "items[1].nodes"),
        ("updateMany", {"filter": {"name": "none"}, "data": bad}, "nodes"),
        ("updateByField", {"field": "name", "value": "w", "data": bad}, "nodes"),
        (
            "upsert",
            {"field": "name", "value": "w", "create": graph("a"), "update": bad},
            "update.nodes",
        ),
        (
            "upsert",
            {"field": "name", "value": "w", "create": {**graph("a"), **bad}, "update": {}},
            "create.nodes",
        ),
    ]
    for operation, args, path in calls:
        refusal = talk.refused(f"Workflow.{operation}", "god", **args)
        assert (refusal.name, refusal.details["rule"]) == ("MALICIOUS_CODE_DETECTED", "MC-05")
        assert refusal.fields == {path: "malicious"}
        assert "secret" not in str(refusal)


def test_a_scanned_field_takes_what_is_near_a_rule(talk: Talk) -> None:
    text = "evaluate(x) <scripture> onward = 1 javascript is fun"
    nodes = json.dumps([{"id": "a", "text": text}])
    row = talk.call("Workflow.create", "god", data={"name": "w", "nodes": nodes, "edges": "[]"})
    assert row["nodes"] == nodes


PACKAGE = {"packageId": "p", "version": "1.0.0", "enabled": True}


@pytest.mark.parametrize("version", ["1.2", "01.2.3", "v1.2.3", ""])
def test_versions_of_packages_are_semantic(talk: Talk, version: str) -> None:
    data = {**PACKAGE, "version": version}
    fields = talk.refused("InstalledPackage.create", "supergod", data=data).fields
    assert fields == {"version": "format"}
    data["version"] = "1.2.3-rc.1+7"
    assert talk.call("InstalledPackage.create", "supergod", data=data)["version"] == "1.2.3-rc.1+7"


def test_validate_reports_and_changes_nothing(talk: Talk) -> None:
    talk.call("InstalledPackage.create", "supergod", data=PACKAGE)
    validate = "InstalledPackage.validate"
    assert talk.call(validate, "supergod", data=PACKAGE) == {"valid": True, "errors": []}
    bad = {"version": "x", "enabled": None, "z": 1, "config": '"javascript:x"'}
    assert talk.call(validate, "supergod", data=bad) == {
        "valid": False,
        "errors": [
            {"field": "packageId", "code": "required"},
            {"field": "version", "code": "format"},
            {"field": "enabled", "code": "null"},
            {"field": "config", "code": "malicious"},
            {"field": "z", "code": "unknown_field"},
        ],
    }
    assert talk.call("InstalledPackage.count", "supergod") == 1
    assert talk.refused(validate, "supergod", data=5).fields == {"data": "type"}
    assert talk.refused(validate, "god", data=PACKAGE).name == "FORBIDDEN"
    assert talk.refused(validate, data=PACKAGE).name == "UNAUTHORIZED"

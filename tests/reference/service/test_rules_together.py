"""Several rules for one role add up, and never mix within one write (ACL-RULE-003..005)."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.reference.talk import BOOTSTRAP, Talk

from dbal_reference.conformance import open_target
from dbal_reference.schema.locate import packaged_schema

RULES = """\
rules:
  - {entity: Probe, role: [user], operations: [list], row_level_filter: "amount < 5"}
  - {entity: Probe, role: [user], operations: [read], row_level_filter: "amount < 3"}
  - entity: Probe
    role: [user]
    operations: [create, update]
    row_level_filter: "amount = 1"
    write_fields: [code, amount, label]
  - entity: Probe
    role: [user]
    operations: [create, update]
    row_level_filter: "amount = 2"
    write_fields: [code, amount, active]
  - {entity: PageConfig, role: [user], operations: [list], row_level_filter: "level < 5"}
  - {entity: PageConfig, role: [user], operations: [read], row_level_filter: "level < 3"}
  - entity: PageConfig
    role: [user]
    operations: [update]
    row_level_filter: "level = 1 or title = 'mine'"
  - {entity: ComponentNode, role: [user], operations: [list], row_level_filter: "type != 'hidden'"}
  - {entity: ComponentNode, role: [user], operations: [update], row_level_filter: "order < 5"}
"""
PAGE = {"componentTree": "{}", "requiresAuth": False}


@pytest.fixture(params=["memory:", "sqlite:"])
def ruled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Talk]:
    """A deployment with rules of its own (ACL-RULE-010)."""
    root = tmp_path / "schema"
    shutil.copytree(packaged_schema(), root)
    (root / "acl.yaml").write_text(RULES)
    settings = {"database": request.param, "bootstrap_token": BOOTSTRAP, "schema": str(root)}
    target = open_target(settings)
    yield Talk(target).reset(
        Probe=[
            {"code": "ONE", "amount": 1},
            {"code": "TWO", "amount": 2},
            {"code": "SIX", "amount": 6},
        ],
        PageConfig=[
            {"$as": f"p{level}", "path": f"/{level}", "title": "t", "level": level, **PAGE}
            for level in (1, 4, 6)
        ],
        ComponentNode=[
            {"$as": "top", "pageId": "$p1.id", "type": "a", "order": 0},
            {"$as": "hid", "pageId": "$p1.id", "type": "hidden", "order": 1},
            {"pageId": "$p1.id", "parentId": "$hid.id", "type": "a"},
            {"$as": "late", "pageId": "$p1.id", "type": "late", "order": 9},
        ],
    )
    target.close()


def test_before_and_after_must_please_one_rule(ruled: Talk) -> None:
    def update(code: str, **data: object) -> str:
        refusal = ruled.refused("Probe.update", "user", id=code, data=data)
        return refusal.name

    assert update("ONE", amount=2) == "FORBIDDEN"
    assert update("TWO", amount=1) == "FORBIDDEN"
    assert update("ONE", active=False) == "FORBIDDEN"
    assert update("TWO", active=False, label="x") == "FORBIDDEN"
    assert ruled.call("Probe.update", "user", id="ONE", data={"label": "x"})["label"] == "x"
    assert ruled.call("Probe.update", "user", id="TWO", data={"active": False})["active"] is False


def test_one_rule_names_all_fields_of_a_new_row(ruled: Talk) -> None:
    for data in (
        {"code": "N", "amount": 1, "active": True},
        {"code": "N", "amount": 2, "label": "x"},
        {"code": "N", "amount": 1, "label": "x", "active": True},
    ):
        assert ruled.refused("Probe.create", "user", data=data).name == "FORBIDDEN"
    assert ruled.call("Probe.create", "user", data={"code": "N", "amount": 1})["code"] == "N"


def test_many_are_changed_where_one_rule_holds_and_not_out_of_it(ruled: Talk) -> None:
    everything = {"code": {"isNull": False}}
    change = {"filter": everything, "data": {"label": "x"}}
    assert ruled.call("Probe.updateMany", "user", **change) == 1
    change["data"] = {"amount": 2}  # of the two rows it would move one out of its rule
    assert ruled.refused("Probe.updateMany", "user", **change).name == "FORBIDDEN"


def test_a_change_by_key_needs_its_own_right_and_by_field_sight_too(ruled: Talk) -> None:
    by_path = {"field": "path", "data": {"description": "x"}}
    assert ruled.call("PageConfig.updateByField", "user", value="/1", **by_path)["level"] == 1
    assert (
        ruled.refused("PageConfig.updateByField", "user", value="/4", **by_path).name == "FORBIDDEN"
    )
    assert (
        ruled.refused("PageConfig.updateByField", "user", value="/6", **by_path).name == "NOT_FOUND"
    )
    args = {"id": ruled.rows["p4"]["id"], "data": {"title": "mine"}}
    assert ruled.refused("PageConfig.update", "user", **args).name == "FORBIDDEN"


def test_get_by_path_follows_the_rules_for_read(ruled: Talk) -> None:
    assert ruled.call("PageConfig.getByPath", "user", path="/1")["level"] == 1
    assert ruled.refused("PageConfig.getByPath", "user", path="/4").name == "NOT_FOUND"
    assert ruled.call("PageConfig.findByField", "user", field="path", value="/4")["level"] == 4
    assert ruled.refused("PageConfig.read", "user", id=ruled.rows["p4"]["id"]).name == "FORBIDDEN"


def test_below_a_row_that_is_not_visible_a_tree_shows_nothing(ruled: Talk) -> None:
    nodes = ruled.call("ComponentNode.getTree", "user", pageId=ruled.rows["p1"]["id"])
    assert [(node["type"], node["children"]) for node in nodes] == [("a", []), ("late", [])]
    refusal = ruled.refused("ComponentNode.getTree", "user", pageId=ruled.rows["p4"]["id"])
    assert refusal.name == "FORBIDDEN"


def test_reorder_and_move_obey_the_rules_of_each_row(ruled: Talk) -> None:
    top, late = ruled.rows["top"]["id"], ruled.rows["late"]["id"]
    for places in ([(top, 1), (late, 1)], [(top, 7)], [(late, 4)]):
        components = [{"id": key, "order": order} for key, order in places]
        refusal = ruled.refused("ComponentNode.reorder", "user", components=components)
        assert refusal.name == "FORBIDDEN"
    components = [{"id": top, "order": 4}]
    assert ruled.call("ComponentNode.reorder", "user", components=components) is True
    move = {"id": top, "newParentId": late, "order": 6}
    assert ruled.refused("ComponentNode.move", "user", **move).name == "FORBIDDEN"
    move["order"] = 3
    assert ruled.call("ComponentNode.move", "user", **move)["parentId"] == late

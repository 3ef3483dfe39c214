"""A new entity is one file: every operation, on each adapter, with no code (SCH-FILE-001, -002)."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.reference.talk import BOOTSTRAP, Json, Talk

from dbal_reference.conformance import open_target
from dbal_reference.errors import SchemaError
from dbal_reference.schema.locate import packaged_schema

SHELF = """\
entity: Shelf
version: "1.0"
tenancy: {field: tenantId}
limits: {default: 2, max: 3}
tree: {parent: above, within: room, order: place, max_depth: 3}
unique:
  - {fields: [label], scope: tenant}
fields:
  number: {type: integer, primary: true, required: true, min: 1, immutable: true}
  tenantId: {type: uuid, nullable: true, immutable: true}
  room:
    type: string
    required: true
    foreign_key: {entity: Probe, field: code, on_delete: cascade, as: inRoom}
  above:
    type: integer
    nullable: true
    foreign_key: {entity: Shelf, field: number, on_delete: cascade, as: parent, inverse: below}
  place: {type: integer, min: 0, default: 0}
  label: {type: string, nullable: true, max_length: 9}
  keeper:
    type: string
    nullable: true
    foreign_key: {entity: User, field: username, on_delete: set_null, on_update: cascade, as: by}
  pinnedTo:
    type: integer
    nullable: true
    foreign_key: {entity: Shelf, field: number, on_delete: restrict, as: pin}
  changedAt: {type: datetime, auto: updated}
  goneAt: {type: bigint, nullable: true, ttl: true}
"""
RULE = """\
  - entity: Shelf
    role: [admin]
    operations: [create, read, update, delete, list]
    row_level_filter: "room != 'VAULT'"
"""
ROOMS = [{"code": "HALL"}, {"code": "ATTIC"}, {"code": "VAULT"}]
TREE = """\
scope: entity
entity: Shelf
operations:
  getTree:
    verbs: [list]
    arguments:
      room: {kind: key, entity: Probe, required: true}
    result: tree
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The schema with one file more."""
    root = tmp_path_factory.mktemp("schema") / "schema"
    shutil.copytree(packaged_schema(), root)
    (root / "entities" / "shelf.yaml").write_text(SHELF)
    (root / "operations" / "shelf.yaml").write_text(TREE)
    return root


@pytest.fixture(params=["memory:", "sqlite:"])
def shelves(request: pytest.FixtureRequest, folder: Path) -> Iterator[Talk]:
    """A target with shelves, which only system may touch."""
    settings = {"database": request.param, "bootstrap_token": BOOTSTRAP, "schema": str(folder)}
    target = open_target(settings)
    yield Talk(target).reset(Probe=ROOMS)
    target.close()


def shelf(number: Json, **more: Json) -> Json:
    return {"number": number, "room": "HALL", **more}


def test_without_a_rule_it_is_systems(shelves: Talk) -> None:
    assert shelves.refused("Shelf.list", "supergod").name == "FORBIDDEN"
    assert shelves.refused("Shelf.list").name == "UNAUTHORIZED"
    assert shelves.call("Shelf.create", "system", data=shelf(1))["number"] == 1


def test_every_generic_operation_is_there(shelves: Talk) -> None:
    made = shelves.call("Shelf.create", "system", data=shelf(1.0, label="a", keeper="user"))
    assert made.keys() == {
        *("number", "tenantId", "room", "above", "place", "label", "keeper", "pinnedTo"),
        *("changedAt", "goneAt"),
    }
    assert shelves.call("Shelf.createMany", "system", items=[shelf(2), shelf(3, above=1)]) == 2
    assert shelves.call("Shelf.read", "system", id=1.0) == made
    assert shelves.refused("Shelf.read", "system", id="1").fields == {"id": "type"}
    assert shelves.refused("Shelf.read", "system", id=2**40).name == "NOT_FOUND"
    page = shelves.call("Shelf.list", "system", filter={"above": None})
    assert ([row["number"] for row in page["data"]], page["limit"]) == ([1, 2], 2)
    page = shelves.call("Shelf.list", "system")
    rest = shelves.call("Shelf.list", "system", cursor=page["nextCursor"])
    assert [row["number"] for row in rest["data"]] == [3]
    changed = shelves.call("Shelf.update", "system", id=1, data={"place": 5})
    assert changed["changedAt"] > made["changedAt"]
    halves = {"create": {"room": "HALL"}, "update": {"place": 7}}
    by_label = {"field": "label", "value": "a"}
    found = {"create": shelf(8), "update": {"place": 7}}
    row = shelves.call("Shelf.upsert", "system", **by_label, **found)
    assert (row["number"], row["place"]) == (1, 7)
    row = shelves.call("Shelf.upsert", "system", field="number", value=9, **halves)
    assert row["number"] == 9
    assert shelves.call("Shelf.findByField", "system", **by_label)["number"] == 1
    assert shelves.call("Shelf.updateMany", "system", filter={"place": 0}, data={"place": 1}) == 3
    assert shelves.call("Shelf.deleteByField", "system", **by_label) is True
    assert shelves.call("Shelf.count", "system") == 2  # what stood below is gone with it
    assert shelves.call("Shelf.deleteMany", "system", filter={"number": {"gt": 0}}) == 2
    assert shelves.audit()[-1]["entity"] == "Shelf"


def test_its_keys_references_and_trees_are_kept(shelves: Talk) -> None:
    create = "Shelf.create"
    shelves.call(create, "system", data=shelf(1, keeper="user"))
    shelves.call(create, "system", data=shelf(2, above=1, label="b"))
    cases: list[tuple[Json, Json]] = [
        (shelf(1), {"number": "unique"}),
        (shelf(3, label="b"), {"label": "unique"}),
        (shelf(3, above=8), {"above": "reference"}),
        (shelf(3, above=1, room="ATTIC"), {"above": "reference"}),
        (shelf(3, keeper="nobody"), {"keeper": "reference"}),
        (shelf(0, room=5), {"number": "min", "room": "type"}),
    ]
    for data, fields in cases:
        assert shelves.refused(create, "system", data=data).fields == fields
    shelves.call(create, "system", data=shelf(3, above=2))
    assert shelves.refused(create, "system", data=shelf(4, above=3)).fields == {"above": "limit"}
    roots = shelves.call("Shelf.getTree", "system", room="HALL")
    below = roots[0]["children"]
    assert [row["number"] for row in (*roots, *below, *below[0]["children"])] == [1, 2, 3]
    update = "Shelf.update"
    assert shelves.refused(update, "system", id=1, data={"above": 3}).fields == {"above": "cycle"}
    moved = shelves.refused(update, "system", id=1, data={"room": "ATTIC"})
    assert moved.fields == {"room": "reference"}  # its shelves would stay behind
    key = shelves.actors["user"]["id"]
    shelves.call("User.update", "system", id=key, data={"username": "renamed"})
    assert shelves.call("Shelf.read", "system", id=1)["keeper"] == "renamed"
    shelves.call("User.delete", "system", id=key)
    assert shelves.call("Shelf.read", "system", id=1)["keeper"] is None


def test_its_rows_expire_and_make_way(shelves: Talk) -> None:
    shelves.call("Shelf.create", "system", data=shelf(1, label="a", goneAt=1))
    assert shelves.call("Shelf.count", "system") == 0
    shelves.call("Shelf.create", "system", data=shelf(2))
    # A value that only an expired row holds is free for an update too (GEN-TTL-002).
    assert shelves.call("Shelf.update", "system", id=2, data={"label": "a"})["label"] == "a"
    halves = {"create": {"room": "HALL"}, "update": {}}
    row = shelves.call("Shelf.upsert", "system", field="number", value=1, **halves)
    assert (row["number"], row["label"]) == (1, None)
    assert shelves.call("conformance.digest", "system")["Shelf"]["count"] == 2


def test_an_expired_row_stops_no_cascade_and_a_living_one_does(shelves: Talk) -> None:
    rows = [shelf(1), shelf(2, above=1), shelf(3, above=2), shelf(4), shelf(5, pinnedTo=4)]
    for row in rows:
        shelves.call("Shelf.create", "system", data=row)
    shelves.call("Shelf.create", "system", data=shelf(9, pinnedTo=3, goneAt=1))
    assert shelves.refused("Shelf.delete", "system", id=4).reason == "referenced"
    assert shelves.call("Shelf.delete", "system", id=1) is True
    assert shelves.call("conformance.digest", "system")["Shelf"]["count"] == 2
    # A cascade that takes the holder along is stopped by nothing.
    assert shelves.call("Probe.delete", "system", id="HALL") is True
    assert shelves.call("Shelf.count", "system") == 0


def test_one_rule_opens_it(folder: Path, tmp_path: Path) -> None:
    root = tmp_path / "schema"
    shutil.copytree(folder, root)
    rules = root / "acl.yaml"
    rules.write_text(rules.read_text() + RULE)
    settings = {"database": "memory:", "bootstrap_token": BOOTSTRAP, "schema": str(root)}
    target = open_target(settings)
    talk = Talk(target).reset(Probe=ROOMS, Shelf=[shelf(1, room="VAULT"), shelf(2)])
    assert talk.call("Shelf.count", "admin") == 1
    assert talk.refused("Shelf.read", "admin", id=1).name == "NOT_FOUND"
    assert talk.refused("Shelf.update", "admin", id=2, data={"room": "VAULT"}).name == "FORBIDDEN"
    target.close()


def test_an_operation_that_nothing_does_stops_the_start(folder: Path, tmp_path: Path) -> None:
    root = tmp_path / "schema"
    shutil.copytree(folder, root)
    juggle = "  juggle:\n    verbs: [list]\n    arguments: {}\n    result: count\n"
    (root / "operations" / "shelf.yaml").write_text(TREE + juggle)
    settings = {"database": "memory:", "bootstrap_token": BOOTSTRAP, "schema": str(root)}
    with pytest.raises(SchemaError, match=r"Shelf\.juggle"):
        open_target(settings)

"""Rules that let a role write what it does not see (ORD-CHK-003, GEN-BULK-008)."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.reference.talk import BOOTSTRAP, Talk

from dbal_reference.conformance import open_target
from dbal_reference.schema.locate import packaged_schema

RULES = """\
rules:
  - {entity: Probe, role: [user], operations: [read, list], row_level_filter: "amount < 3"}
  - entity: Probe
    role: [user]
    operations: [update]
    row_level_filter: "amount = 4"
    write_fields: [label]
  - entity: Probe
    role: [user]
    operations: [update]
    row_level_filter: "amount = 2"
    write_fields: [active]
"""


@pytest.fixture(params=["memory:", "sqlite:"])
def ruled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Talk]:
    """Rows TWO, which is seen, and FOUR, which is not; each may be written in part."""
    root = tmp_path / "schema"
    shutil.copytree(packaged_schema(), root)
    (root / "acl.yaml").write_text(RULES)
    settings = {"database": request.param, "bootstrap_token": BOOTSTRAP, "schema": str(root)}
    target = open_target(settings)
    yield Talk(target).reset(Probe=[{"code": "TWO", "amount": 2}, {"code": "FOUR", "amount": 4}])
    target.close()


def test_fields_of_one_rule_and_rows_of_another_tell_of_no_row(ruled: Talk) -> None:
    unseen = ruled.refused("Probe.update", "user", id="FOUR", data={"active": False})
    missing = ruled.refused("Probe.update", "user", id="NONE", data={"active": False})
    assert unseen.name == missing.name == "NOT_FOUND"
    seen = ruled.refused("Probe.update", "user", id="TWO", data={"label": "x"})
    assert seen.name == "FORBIDDEN"


def test_many_are_changed_only_where_they_are_seen_too(ruled: Talk) -> None:
    every = {"code": {"isNull": False}}
    assert ruled.call("Probe.updateMany", "user", filter=every, data={"label": "x"}) == 0
    assert ruled.call("Probe.updateMany", "user", filter=every, data={"active": False}) == 1
    labels = {row["code"]: row["label"] for row in ruled.call("Probe.list", "system")["data"]}
    assert labels == {"TWO": None, "FOUR": None}

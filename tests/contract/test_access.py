"""schema/acl.yaml against the table of rules in the contract's section 11."""

import re
from typing import Any

import pytest

from tests.contract.transcript import schema, tables, text

ROWS = next(tables(text("access")))[1:]
FIVE = ["create", "read", "update", "delete", "list"]
SIX = ["public", "user", "moderator", "admin", "god", "supergod"]


def _rules() -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = schema("acl.yaml")["rules"]
    return listed


def _hidden(number: str) -> list[str]:
    pattern = rf"[Rr]ule {number}(?: has)? `hide_fields: \[([^\]]*)\]`"
    listed = re.search(pattern, text("access"))
    return listed[1].split(", ") if listed else []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"rule {row[0]}")
def test_each_rule_of_the_table_stands_in_acl_yaml(row: list[str]) -> None:
    number, entity, roles, verbs, row_filter, write_fields = row
    if roles == "none":
        assert not [rule for rule in _rules() if rule["entity"] == entity]
        return
    wanted: dict[str, Any] = {
        "entity": entity,
        "role": SIX if roles == "all six" else roles.split(),
        "operations": FIVE if verbs == "all five" else verbs.split(),
    }
    if row_filter != "–":
        wanted["row_level_filter"] = row_filter.strip("`")
    if write_fields.startswith("all but "):
        names = schema(f"entities/{entity.lower()}.yaml")["fields"]
        wanted["write_fields"] = [n for n in names if n != write_fields.removeprefix("all but ")]
    elif write_fields not in {"–", "all"}:
        wanted["write_fields"] = write_fields.split()
    if hidden := _hidden(number):
        wanted["hide_fields"] = hidden
    assert wanted in _rules()


def test_there_is_no_rule_beyond_the_table() -> None:
    assert len(_rules()) == len([row for row in ROWS if row[2] != "none"])


def test_rules_23_and_26_hide_what_the_contract_says() -> None:
    assert _hidden("23") == ["secretNote", "ratio"]
    assert _hidden("26") == ["secretNote"]

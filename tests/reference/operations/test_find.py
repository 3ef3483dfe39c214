"""findFirst and findByField (GEN-FIND)."""

from typing import Any

import pytest
from tests.reference.talk import Talk


@pytest.fixture
def probes(talk: Talk) -> Talk:
    rows = [{"code": code, "amount": amount} for code, amount in (("A", 1), ("B", 2), ("C", 2))]
    return talk.reset(Probe=rows)


def test_the_first_row_of_the_equal_list_or_null(probes: Talk) -> None:
    assert probes.call("Probe.findFirst", "admin")["code"] == "A"
    found = probes.call("Probe.findFirst", "admin", filter={"amount": 2}, sort={"code": "desc"})
    assert found["code"] == "C"
    assert probes.call("Probe.findFirst", "admin", filter={"amount": 9}) is None
    assert probes.call("Probe.findFirst", "admin", select=["amount"]) == {"code": "A", "amount": 1}


def test_by_field_is_the_first_equal_one(probes: Talk) -> None:
    assert probes.call("Probe.findByField", "admin", field="amount", value=2)["code"] == "B"
    assert probes.call("Probe.findByField", "admin", field="label", value=None)["code"] == "A"
    assert probes.call("Probe.findByField", "admin", field="label", value="x") is None
    assert probes.call("Probe.findByField", "stranger", field="amount", value=2) is None


@pytest.mark.parametrize(
    ("args", "fields"),
    [
        ({"field": "nope", "value": 1}, {"field": "unknown_field"}),
        ({"field": "pin", "value": "1"}, {"field": "unknown_field"}),
        ({"field": 1, "value": 1}, {"field": "type"}),
        ({"field": "amount", "value": "1"}, {"value": "type"}),
        ({"field": "amount"}, {"value": "required"}),
        ({"value": 1}, {"field": "required"}),
        ({}, {"field": "required", "value": "required"}),
    ],
)
def test_mistakes(talk: Talk, args: dict[str, Any], fields: dict[str, str]) -> None:
    assert talk.refused("Probe.findByField", "admin", **args).fields == fields


def test_json_is_not_compared(talk: Talk) -> None:
    refusal = talk.refused("Post.findByField", "admin", field="data", value=None)
    assert refusal.fields == {"field": "type"}


def test_an_impossible_uuid_finds_nothing(talk: Talk) -> None:
    assert talk.call("User.findByField", "admin", field="id", value="nonexistent") is None

"""schema/operations against the tables of the contract's sections 7, 9, 15 and 17."""

import re
from typing import Any

import pytest

from tests.contract.transcript import SCHEMA, schema, tables, text

GENERIC, OWN, SYSTEM, CONTROL = tables(text("operations"))
RESULTS = {
    "Row": "row",
    "`true`": "true",
    "Page": "page",
    "Row or null": "row_or_null",
    "count": "count",
    "integer": "count",
    "Groups": "groups",
    "boolean": "boolean",
    "list of nodes with `children`": "tree",
    "`{valid, errors: [{field, code}]}`": "validation",
}


def _arguments(cell: str) -> dict[str, bool]:
    """Name -> whether it must be given."""
    if cell == "–":
        return {}
    cell = re.sub(r"\([^)]*\)|: \[\{.*?\}\]|:[^,]*", "", cell)
    parts = [part.strip() for part in re.split(r",| or ", cell) if part.strip()]
    return {part.rstrip("?"): not part.endswith("?") for part in parts}


def _compare(operation: dict[str, Any], arguments: str, result: str) -> None:
    given = {name: bool(spec.get("required")) for name, spec in operation["arguments"].items()}
    assert given == _arguments(arguments)
    assert operation["result"] == RESULTS[result]


@pytest.mark.parametrize("row", GENERIC[1:], ids=lambda row: row[0])
def test_generic_operation(row: list[str]) -> None:
    name, arguments, result, verb = row
    operation = schema("operations/generic.yaml")["operations"][name]
    _compare(operation, arguments, result)
    assert operation["verbs"] == verb.split(" and ")


def test_no_further_generic_operation() -> None:
    assert list(schema("operations/generic.yaml")["operations"]) == [row[0] for row in GENERIC[1:]]


def _own() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((SCHEMA / "operations").glob("*.yaml")):
        document = schema(f"operations/{path.name}")
        if document["scope"] == "entity":
            for name, operation in document["operations"].items():
                found[f"{document['entity']}.{name}"] = operation
    return found


@pytest.mark.parametrize("row", OWN[1:], ids=lambda row: row[0])
def test_operation_of_one_entity(row: list[str]) -> None:
    method, arguments, result, who = row
    operation = _own()[method]
    given = {name: bool(spec.get("required")) for name, spec in operation["arguments"].items()}
    assert given == _arguments(arguments)
    assert operation["result"] == RESULTS[result]
    if who == "system":
        assert operation["who"] == "system"
    elif who == "everyone":
        assert operation["verbs"] == ["verify"]  # rule 6 grants it to all six roles
    else:
        assert operation["verbs"] == [who.split(",")[0].removeprefix("verb ")]
        also = {"entity": "PageConfig", "verbs": ["read"]} if "PageConfig read" in who else None
        assert operation.get("also") == also


def test_no_further_operation_of_one_entity() -> None:
    assert set(_own()) == {row[0] for row in OWN[1:]}


def test_system_methods() -> None:
    listed = schema("operations/system.yaml")["operations"]
    named = [part.strip().removeprefix("dbal.") for row in SYSTEM[1:] for part in row[0].split(",")]
    assert list(listed) == named
    assert {
        name: op.get("audited", True) for name, op in listed.items() if not op.get("audited", True)
    } == {
        "hello": False,
        "health": False,
    }  # AUD-REC-009
    people = {"all": "everyone", "users, system": "authenticated", "system": "system"}
    for row in SYSTEM[1:]:
        for part in row[0].split(","):
            who = listed[part.strip().removeprefix("dbal.")]["who"]
            assert who == people.get(row[3], {"roles": ["supergod"], "system": True}), part


def test_conformance_methods() -> None:
    listed = schema("operations/conformance.yaml")["operations"]
    assert [f"conformance.{name}" for name in listed] == [row[0] for row in CONTROL[1:]]
    for name, operation in listed.items():
        assert operation["audited"] is False, name  # AUD-REC-009
        cell = next(row[1] for row in CONTROL[1:] if row[0] == f"conformance.{name}")
        for argument in operation["arguments"]:
            assert argument in cell, f"{name}.{argument}"

"""schema/errors.yaml, capabilities.yaml and contract.yaml against the tables of the contract."""

import re
from typing import Any

from tests.contract.transcript import number, schema, tables, text


def test_errors_have_the_codes_of_the_table() -> None:
    rows = next(tables(text("errors")))[1:]
    wanted: dict[str, dict[str, Any]] = {}
    for name, code, retryable, grpc in rows:
        spec: dict[str, Any] = {"code": int(code), "retryable": retryable == "yes", "grpc": grpc}
        if " for reason " in grpc:
            special, _, rest = grpc.partition(" for reason ")
            spec["grpc_by_reason"] = {rest.split("`")[1]: special}
            spec["grpc"] = rest.rsplit(" ", 1)[1]
        wanted[name] = spec
    listed = schema("errors.yaml")["errors"]
    assert len(wanted) == 12
    assert {
        name: {k: v for k, v in spec.items() if k != "explain"} for name, spec in listed.items()
    } == wanted


def test_field_codes_are_the_closed_list() -> None:
    prose = text("errors")
    listed = re.search(r"Field codes \(closed\):\n(.*?)\.\n", prose, re.DOTALL)
    assert listed is not None
    assert schema("errors.yaml")["field_codes"] == listed[1].split()


def test_details_are_those_named() -> None:
    named = re.search(r"`details`: (.*?)\. Field codes", text("errors"), re.DOTALL)
    assert named is not None
    names = [re.match(r"\w+", part)[0] for part in re.findall(r"`([^`]+)`", named[1])]  # type: ignore[index]  # each begins with a word
    assert schema("errors.yaml")["details"] == names


def test_envelope_codes_are_those_of_the_table() -> None:
    rows = next(tables(text("envelope")))[1:]
    listed = schema("errors.yaml")["envelope"]
    seen = set()
    for _, code, name, reason, http, _ in rows:
        assert name == "VALIDATION_ERROR"
        if reason in {"–", "-"}:
            continue
        seen.add(reason)
        assert listed[reason]["code"] == number(code), reason
        assert listed[reason].get("http") == (int(http) if http.isdigit() else None), reason
    assert seen == set(listed)


def test_capabilities_and_what_backends_make_possible() -> None:
    claims, possible = tables(text("capabilities"))
    listed = schema("capabilities.yaml")["capabilities"]
    assert list(listed) == [row[0] for row in claims[1:]]
    columns = {
        "memory": "memory",
        "SQLite": "sqlite",
        "PostgreSQL": "postgres",
        "MySQL, MariaDB": "mysql",
        "MongoDB": "mongo",
    }
    head = possible[0][1:]
    answers = {"✓": True, "–": False, "✓ replica set only": "replica_set"}
    for name, *cells in possible[1:]:
        wanted = {columns[column]: answers[cell] for column, cell in zip(head, cells, strict=True)}
        assert listed[name]["databases"] == wanted, name


def test_what_an_unclaimed_capability_refuses() -> None:
    rows = next(tables(text("capabilities")))[1:]
    listed = schema("capabilities.yaml")["capabilities"]
    operations = schema("operations/generic.yaml")["operations"]
    for name, _, refused in rows:
        refuses = listed[name]["refuses"]
        words = {
            *(word.rsplit(".", 1)[1] for word in refuses.get("methods", [])),
            *(word.rsplit(".", 1)[1] for word in refuses.get("arguments", [])),
            *refuses.get("meta", []),
            *refuses.get("meta_values", {}),
            *(word.split(".")[1] for word in refuses.get("syntax", [])),
        }
        assert bool(words) is (refused != "nothing"), name
        for word in words:
            assert word in refused, f"{name}: {word}"
    assert operations["search"]["capability"] == "fullTextSearch"
    assert operations["aggregate"]["capability"] == "aggregations"


def test_operators_of_each_type() -> None:
    listed = schema("contract.yaml")["operators"]
    every = [
        "eq",
        "ne",
        "gt",
        "gte",
        "lt",
        "lte",
        "in",
        "nin",
        "contains",
        "startsWith",
        "endsWith",
        "isNull",
    ]
    for types, cell in next(tables(text("operators")))[1:]:
        if "`format: json`" in types:
            assert listed["json"] == ["eq", "ne", "isNull"]
            assert listed["json_path"] == every
            continue
        for kind in types.split():
            assert listed[kind] == (every if cell == "all" else cell.split()), kind

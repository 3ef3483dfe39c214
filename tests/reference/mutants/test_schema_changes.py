"""Changes of the contract made by a program: each can be loaded, and says something else."""

from pathlib import Path
from typing import Any

import pytest

from dbal_reference.mutants import load_changes
from dbal_reference.mutants.edited_schema import edited_schema
from dbal_reference.mutants.schema_changes import GONE, SchemaChange, schema_changes
from dbal_reference.schema.document import Document
from dbal_reference.schema.load import load_schema
from dbal_reference.schema.locate import packaged_schema

CHANGES = tuple(load_changes().values())
PER_SAMPLE = 14  # loading a schema takes 60 ms: `selftest` loads them all


def value_at(document: Any, change: SchemaChange) -> Any:  # noqa: ANN401 -- JSON
    for step in change.place[:-1]:
        document = document[step]
    last = change.place[-1]
    if isinstance(document, dict):
        return document.get(last, GONE)
    return document[last]


@pytest.mark.parametrize("change", CHANGES[::PER_SAMPLE], ids=lambda change: change.name)
def test_a_changed_schema_can_be_loaded(change: SchemaChange, tmp_path: Path) -> None:
    schema = load_schema(edited_schema(change, packaged_schema(), tmp_path))
    assert schema.entities


def test_each_says_something_else_than_the_contract() -> None:
    for change in CHANGES:
        document = Document(packaged_schema() / change.file).value
        before = value_at(document, change)
        change.apply(document)
        assert value_at(document, change) is change.value
        assert before != change.value, change.name


def test_what_nobody_can_tell_is_left_out_by_name() -> None:
    every = {change.name for change in schema_changes(packaged_schema())}
    left_out = every - load_changes().keys()
    assert "schema:user:fields.email.max_length:256" in left_out
    assert "schema:user:fields.email.max_length:254" not in left_out


@pytest.mark.parametrize(
    "absurd",
    [
        "schema:user:fields.email.required:gone",  # it has no default and cannot be null
        "schema:session:fields.userId.foreign_key.on_delete:set_null",  # it cannot be null
        "schema:component_node:fields.order.min:1",  # its default is 0
        "schema:component_node:fields.props.format:gone",  # it is scanned as JSON
        "schema:workflow:fields.nodes.json:gone",  # it is a half of the graph
        "schema:probe:searchable:[]",  # it is left out when empty
    ],
)
def test_what_no_schema_can_have_is_not_made(absurd: str) -> None:
    assert absurd not in {change.name for change in schema_changes(packaged_schema())}


def test_a_last_searchable_field_is_taken_out_with_its_key() -> None:
    assert "schema:probe:searchable:gone" in load_changes()

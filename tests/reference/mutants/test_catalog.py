"""Every mutant fits the source, lives beside the right reference, and is wrong."""

import ast
import json
from pathlib import Path

import pytest

import dbal_reference
from dbal_reference import conformance
from dbal_reference.mutants import catalog, load_catalog, open_target
from dbal_reference.mutants.mutant import Mutant
from dbal_reference.schema import strict_yaml
from dbal_reference.schema.locate import packaged_schema

PACKAGE = Path(dbal_reference.__file__).parent
SETTINGS = {"database": "memory:", "bootstrap_token": "a-token-of-the-bootstrap"}
LONG_ID = json.dumps(
    {"jsonrpc": "2.0", "id": "x" * 129, "method": "dbal.hello", "params": {}}
).encode()


@pytest.mark.parametrize("mutant", load_catalog().values(), ids=lambda mutant: mutant.mutant)
def test_each_edit_fits_once_and_gives_a_file_that_can_be_read(mutant: Mutant) -> None:
    folder = packaged_schema() if mutant.of_schema else PACKAGE
    text = mutant.edit((folder / mutant.place).read_text(encoding="utf-8"))
    if mutant.place.endswith(".py"):
        ast.parse(text)
    else:
        strict_yaml.parse(text)
    assert mutant.says
    assert mutant.breaks


def test_there_are_as_many_as_the_issue_asks_for_and_more() -> None:
    assert len(json.loads(catalog())) > 300


def test_the_catalog_tells_what_the_harness_reads() -> None:
    listed = {each["mutant"]: each for each in json.loads(catalog())}
    assert listed["ids-may-have-129-characters"] == {
        "mutant": "ids-may-have-129-characters",
        "says": "ids may have 129 characters",
        "breaks": ["RPC-MSG-002", "RPC-MSG-001"],
        "database": "memory",
    }


def test_a_mutant_lives_beside_the_right_one_and_changes_it_not() -> None:
    before = conformance.open_target(SETTINGS)
    mutant = open_target({**SETTINGS, "mutant": "ids-may-have-129-characters"})
    after = conformance.open_target(SETTINGS)
    try:
        assert b'"result"' in mutant.handle(LONG_ID)
        assert b'"error"' in before.handle(LONG_ID)
        assert b'"error"' in after.handle(LONG_ID)
    finally:
        for target in (before, mutant, after):
            target.close()


def test_a_mutant_of_the_schema_has_a_schema_of_its_own(tmp_path: Path) -> None:
    name = next(each.mutant for each in load_catalog().values() if each.of_schema)
    held = {file: file.read_bytes() for file in packaged_schema().rglob("*.yaml")}
    mutant = open_target({**SETTINGS, "mutant": name})
    mutant.close()
    mutant.close()
    assert {file: file.read_bytes() for file in packaged_schema().rglob("*.yaml")} == held
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_mutant_is_refused() -> None:
    with pytest.raises(KeyError, match="no-such"):
        open_target({**SETTINGS, "mutant": "no-such"})


@pytest.mark.parametrize("was", ["no such text", "import"])
def test_an_edit_that_does_not_fit_is_refused(was: str) -> None:
    mutant = Mutant("m", "says", ("RPC-MSG-001",), "wire/jsonrpc.py", was, "x")
    with pytest.raises(ValueError, match=r"mutant m: wire/jsonrpc\.py holds what it edits \d+ ti"):
        mutant.edit((PACKAGE / "wire/jsonrpc.py").read_text(encoding="utf-8"))

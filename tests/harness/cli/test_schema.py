"""`schema`: the contract looked up, and a folder of one's own checked."""

import json
import re
import shutil
from pathlib import Path

import pytest
from tests.harness.cli.inside import refused, told

from dbal_conform.corpus.contract import load_contract
from dbal_conform.corpus.locate import schema_root
from dbal_conform.explanations.entries import KINDS


def test_a_requirement_is_shown_word_for_word(capsys: pytest.CaptureFixture[str]) -> None:
    text = " ".join(told(capsys, "schema", "show", "USR-CREATE-003").split())
    requirement = load_contract().requirements["USR-CREATE-003"]
    assert text.startswith("USR-CREATE-003 (requirement)")
    assert f"{requirement.keyword} {requirement.text}" in text
    assert "dbal-conform list --requirement USR-CREATE-003" in text


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("User", "entity", ("username", "email", "findFirst")),
        ("User.create", "operation", ("data",)),
        ("CONFLICT", "error", ("409", "unique")),
        ("joins", "capability", ("Filter and sort by fields of to-one relations",)),
        ("acl.1", "rule", ("User",)),
    ],
)
def test_an_entry_of_each_kind_is_shown(
    capsys: pytest.CaptureFixture[str], name: str, kind: str, words: tuple[str, ...]
) -> None:
    text = told(capsys, "schema", "show", name)
    assert text.startswith(f"{name}  ({kind})\n")
    assert not [word for word in words if word not in text]
    assert json.loads(told(capsys, "schema", "show", name, "--json"))[name]["kind"] == kind


@pytest.mark.parametrize("kind", KINDS)
def test_every_entry_of_a_kind_is_listed_and_can_be_shown(
    capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    names = told(capsys, "schema", "list", kind, "--quiet").splitlines()
    document = json.loads(told(capsys, "schema", "list", kind, "--json"))
    assert list(document) == [kind]
    assert list(document[kind]) == names
    assert len(names) == len(set(names)) > 0
    for name in names[:: max(1, len(names) // 12)]:
        assert told(capsys, "schema", "show", name).startswith(f"{name}  (")


def test_the_counts_are_those_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    counts = dict(line.split() for line in told(capsys, "schema", "list").splitlines())
    contract = load_contract()
    assert list(counts) == list(KINDS)
    assert int(counts["requirements"]) == len(contract.requirements) > 400
    assert int(counts["operations"]) == len(contract.operations)


def test_what_is_not_there_gets_advice() -> None:
    assert "USR-CREATE-00" in refused("schema", "show", "USR-CREATE-99")
    assert refused("schema", "show", "zzzzzz").endswith("lists names")
    assert refused("schema", "list", "fields").endswith(f"choose one of {', '.join(KINDS)}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(schema_root(), tmp_path / "mine"))


def test_a_folder_of_ones_own_is_checked(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    text = told(capsys, "schema", "check", str(folder))
    assert text.startswith(f"{folder}: contract 1.0, ")
    assert told(capsys, "schema", "check", str(folder), "--quiet") == ""
    counts = json.loads(told(capsys, "schema", "check", str(folder), "--json"))["counts"]
    assert counts["entities"] == len(load_contract().entities)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("type: email", "type: emale"),
        ("primary: true", "primary: true, surprise: 1"),
        ("entity: User", "entity: User\nentity: User"),
    ],
)
def test_each_mistake_is_told_with_its_place(folder: Path, was: str, becomes: str) -> None:
    file = folder / "entities" / "user.yaml"
    text = file.read_text(encoding="utf-8")
    assert was in text
    file.write_text(text.replace(was, becomes, 1), encoding="utf-8")
    for line in refused("schema", "check", str(folder)).splitlines():
        assert re.match(r".*entities/user\.yaml:[1-9]\d*:[1-9]\d*: \S", line), line


def test_an_entity_of_ones_own_is_looked_up(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    file = folder / "entities" / "post.yaml"
    text = file.read_text(encoding="utf-8").replace("entity: Post", "entity: Ticket", 1)
    (folder / "entities" / "ticket.yaml").write_text(text, encoding="utf-8")
    shown = told(capsys, "schema", "show", "Ticket", "--schema", str(folder))
    assert shown.startswith("Ticket  (entity)\n")
    created = told(capsys, "schema", "show", "Ticket.create", "--schema", str(folder))
    assert created.startswith("Ticket.create  (operation)\n")

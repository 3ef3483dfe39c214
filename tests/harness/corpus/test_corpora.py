"""The corpora of bad and good files: each bad one is refused in the very words that stand in it."""

import json
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
import pytest

from dbal_conform import runfile
from dbal_conform.core.errors import InputError
from dbal_conform.corpus.baseline_file import BaselineFile
from dbal_conform.corpus.contract import load_contract
from dbal_conform.corpus.explain import findings
from dbal_conform.corpus.load import load_suite
from dbal_conform.corpus.locate import schema_root
from dbal_conform.corpus.source import read_source, show
from dbal_conform.corpus.strict_yaml import parse
from dbal_conform.corpus.target import load_target

CORPORA = Path(__file__).parents[2] / "corpora"


def files(kind: str, group: str, suffix: str = ".yaml") -> Iterable[Path]:
    found = sorted(file for file in (CORPORA / kind / group).glob(f"*{suffix}"))
    if not found:
        raise FileNotFoundError(f"an empty corpus proves nothing: {kind}/{group}")
    return [file for file in found if file.name != "expected.yaml"]


def named(kind: str, group: str, suffix: str = ".yaml") -> pytest.MarkDecorator:
    return pytest.mark.parametrize("file", files(kind, group, suffix), ids=lambda file: file.stem)


def wanted(file: Path) -> list[str]:
    """Return what the comments at the top of a bad file say that its reader is told."""
    lines = file.read_bytes().split(b"\n")
    found = [line.decode() for line in lines if line.startswith(b"# expect: ")]
    assert found, "a bad file says what is expected"
    return [line.removeprefix("# expect: ") for line in found]


def told(file: Path, read: Callable[[Path], object]) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(file)
    return [re.sub(r"^.*?\.yaml:(?=\d)", "", line) for line in str(caught.value).split("\n")]


@pytest.fixture(name="schema", scope="module")
def copy_of_the_schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("contract") / "schema"
    shutil.copytree(schema_root(), folder)
    return folder


def reader(schema: Path, folder: str) -> Callable[[Path], object]:
    """Return what loads the contract with one more file in it."""

    def read(file: Path) -> object:
        added = schema / folder / "zz.yaml"
        shutil.copy(file, added)
        try:
            return load_contract(schema)
        finally:
            added.unlink()

    return read


@named("vectors", "invalid")
def test_an_invalid_vector_is_refused_in_the_words_that_stand_in_it(file: Path) -> None:
    assert told(file, load_suite) == wanted(file)


def test_there_are_at_least_eighty_invalid_vectors() -> None:
    assert len(list(files("vectors", "invalid"))) >= 80


@named("entity", "invalid")
def test_an_invalid_entity_is_refused(file: Path, schema: Path) -> None:
    assert told(file, reader(schema, "entities")) == wanted(file)


@named("entity", "valid")
def test_a_valid_entity_becomes_part_of_the_contract(file: Path, schema: Path) -> None:
    reader(schema, "entities")(file)
    assert findings("entity", read_source(file).document) == []


@named("operation", "invalid")
def test_an_invalid_operation_is_refused(file: Path, schema: Path) -> None:
    assert told(file, reader(schema, "operations")) == wanted(file)


@named("operation", "valid")
def test_a_valid_operation_becomes_part_of_the_contract(file: Path, schema: Path) -> None:
    reader(schema, "operations")(file)
    assert findings("operations", read_source(file).document) == []


@named("target", "invalid")
def test_an_invalid_manifest_is_refused(file: Path) -> None:
    assert told(file, load_target) == wanted(file)


@named("target", "valid")
def test_a_valid_manifest_is_read(file: Path) -> None:
    load_target(file)
    assert findings("target", read_source(file).document) == []


@named("baseline", "invalid")
def test_an_invalid_baseline_is_refused(file: Path) -> None:
    assert told(file, BaselineFile.read) == wanted(file)


@named("baseline", "valid")
def test_a_valid_baseline_is_read(file: Path) -> None:
    BaselineFile.read(file)
    assert findings("baseline", read_source(file).document) == []


def breaches(kind: str, file: Path) -> list[str]:
    document = json.loads(file.read_text("utf-8"))
    return [f"{show(found.path)}: {found.message}" for found in findings(kind, document)]


def expected(kind: str) -> object:
    file = CORPORA / kind / "invalid" / "expected.yaml"
    return parse(file.read_text("utf-8"), file.name)


@pytest.mark.parametrize("kind", ["run-line", "report"])
def test_an_invalid_document_breaks_its_schema_as_expected(kind: str) -> None:
    found = {file.stem: breaches(kind, file) for file in files(kind, "invalid", ".json")}
    assert found == expected(kind)


@pytest.mark.parametrize("kind", ["run-line", "report"])
def test_a_valid_document_breaks_nothing(kind: str) -> None:
    assert [breaches(kind, file) for file in files(kind, "valid", ".json")] == [
        [] for _ in files(kind, "valid", ".json")
    ]


@named("run-line", "valid", ".json")
def test_a_valid_line_is_read(file: Path) -> None:
    msgspec.json.decode(file.read_bytes(), type=runfile.Record)


@named("run-line", "invalid", ".json")
def test_an_invalid_line_is_refused(file: Path) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(file.read_bytes(), type=runfile.Record)

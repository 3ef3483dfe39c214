"""The published schema and the model judge alike, on what we have and on what goes wrong."""

import copy
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from dbal_conform.core import author
from dbal_conform.core.errors import InputError
from dbal_conform.corpus import contract_forms as forms
from dbal_conform.corpus.explain import findings, schema
from dbal_conform.corpus.load import read_suite, vector_files
from dbal_conform.corpus.locate import cases_root
from dbal_conform.corpus.source import Source, read_source

CORPORA = Path(__file__).parents[2] / "corpora" / "vectors"
EXAMPLES = Path(__file__).parent / "data" / "every-key.yaml"
Document: TypeAlias = Any  # whatever a mutation leaves of one
ODD: list[Document] = [
    *(None, True, 0, -1, 1.5, "", "x", "${x}", "$x"),
    *([], ["x"], {}, {"x": 1}, {"$x": 1}),
]


@pytest.mark.parametrize("file", vector_files(cases_root()), ids=lambda file: file.stem)
def test_the_schema_takes_every_case_that_ships(file: Path) -> None:
    assert findings("vector", read_source(file).document) == []


def test_schema_and_model_take_every_key_of_the_notation() -> None:
    source = read_source(EXAMPLES)
    assert findings("vector", source.document) == []
    assert len(read_suite(source, "every-key.yaml").cases) == 10


@pytest.mark.parametrize("seed", range(150))
def test_a_mutated_suite_is_refused_by_both_or_by_neither(seed: int) -> None:
    # Of 5,000 seeds all agree now; the first 4,000 had found three ways to part.
    source = read_source(EXAMPLES)
    mutate(source.document, random.Random(seed))  # noqa: S311 -- repeatable, not secret
    broken = findings("vector", source.document)
    try:
        read_suite(source, "every-key.yaml")
    except InputError:  # and not HarnessError, which says that the two have parted
        return
    assert broken == []


def mutate(document: Document, dice: random.Random) -> None:
    """Change one place of a document: drop it, rename it, or put something odd there."""
    places = list(containers(document))
    container = dice.choice(places)
    keys = list(container) if isinstance(container, dict) else list(range(len(container)))
    if not keys:
        return
    key = dice.choice(keys)
    match dice.randrange(4):
        case 0:
            del container[key]
        case 1 if isinstance(container, dict):
            container[f"{key}s"] = container.pop(key)
        case 2 if isinstance(container, dict):
            container[dice.choice(list(author.FORMS))] = copy.deepcopy(dice.choice(ODD))
        case _:
            container[key] = copy.deepcopy(dice.choice(ODD))


def containers(node: Document) -> Iterator[Document]:
    if isinstance(node, dict | list) and node:
        yield node
        for member in node.values() if isinstance(node, dict) else node:
            yield from containers(member)


@pytest.mark.parametrize(
    ("part", "form"),
    [(kind, form) for kind, form in author.FORMS.items()]
    + [
        ("suite", author.SuiteForm),
        ("expect", author.ExpectForm),
        ("twin", author.TwinForm),
        ("error", author.ErrorForm),
        ("rawExpect", author.RawExpectForm),
        ("raceExpect", author.RaceExpectForm),
        ("faultSetting", author.FaultSetting),
        ("clockSetting", author.ClockSetting),
        ("message", author.Message),
        ("relation", author.Relation),
    ],
)
def test_schema_and_form_name_the_same_keys(part: str, form: type[author.Form]) -> None:
    assert set(schema("vector")["$defs"][part]["properties"]) == set(form.__struct_encode_fields__)


def test_a_case_has_a_matrix_beside_the_keys_of_its_form() -> None:
    named = set(schema("vector")["$defs"]["case"]["properties"])
    assert named == {"matrix", *author.CaseForm.__struct_encode_fields__}


@pytest.mark.parametrize(
    ("kind", "part", "form"),
    [
        ("entity", "", forms.EntityForm),
        ("entity", "field", forms.FieldForm),
        ("entity", "foreignKey", forms.ForeignKeyForm),
        ("operations", "", forms.OperationsForm),
        ("operations", "operation", forms.OperationForm),
        ("operations", "argument", forms.ArgumentForm),
        ("acl", "rule", forms.RuleForm),
        ("errors", "", forms.ErrorsForm),
        ("requirements", "requirement", forms.RequirementForm),
        ("contract", "", forms.ContractForm),
    ],
)
def test_schema_and_contract_form_name_the_same_keys(
    kind: str, part: str, form: type[forms.FileForm]
) -> None:
    whole = schema(kind)
    named = whole["$defs"][part] if part else whole
    assert set(named["properties"]) == set(form.__struct_encode_fields__)


def test_a_drift_of_schema_and_model_is_said_to_be_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    from dbal_conform.core.errors import HarnessError  # noqa: PLC0415 -- beside its one use

    monkeypatch.setattr("dbal_conform.corpus.explain.findings", lambda *_, **__: [])
    source = Source("x.yaml", "suite: 7\n")
    with pytest.raises(HarnessError, match=r"^x\.yaml: schema/meta/vector\.json and the model"):
        read_suite(source, "x.yaml")

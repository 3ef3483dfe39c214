"""What commands print for machines is of the schema that is published for it."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.harness.cli.shell import shell
from tests.harness.cli.test_gate import baseline, run

from dbal_conform.core.comparison import Change
from dbal_conform.core.ledger import RunResult
from dbal_conform.core.standing import Standing
from dbal_conform.core.verdict import Verdict
from dbal_conform.corpus.locate import schema_root


def schema(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((schema_root() / "meta" / f"{kind}.json").read_text("utf-8"))
    return found


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("baseline-check", ("baseline", "check", "wrong.jsonl", "--json")),
        ("gate", ("gate", "wrong.jsonl", "--json")),
        ("comparison", ("compare", "well.jsonl", "wrong.jsonl", "--json")),
    ],
)
def test_a_document_is_of_its_schema(tmp_path: Path, kind: str, arguments: tuple[str, ...]) -> None:
    run(tmp_path, "well", "well.jsonl")
    run(tmp_path, "wrong", "wrong.jsonl")
    baseline(
        tmp_path,
        ("hostile/well-first", "QRY-PAGE-001", "2999-12-31"),
        ("hostile/well-second", "NO-SUCH-001", "2020-12-31"),
    )
    document = json.loads(shell(*arguments, cwd=tmp_path).stdout)
    validator = Draft202012Validator(schema(kind))
    Draft202012Validator.check_schema(validator.schema)
    assert list(validator.iter_errors(document)) == []
    for name in schema(kind)["required"]:
        less = {key: value for key, value in document.items() if key != name}
        assert list(validator.iter_errors(less)), name


def test_the_schemas_know_every_word() -> None:
    entry = schema("gate")["$defs"]["entry"]["properties"]
    assert set(entry["standing"]["enum"]) == set(Standing)
    assert set(entry["verdict"]["enum"]) == set(Verdict)
    assert set(schema("gate")["properties"]["result"]["enum"]) == set(RunResult)
    trial = schema("comparison")["$defs"]["trial"]["properties"]
    assert set(trial["change"]["enum"]) == set(Change)
    assert schema("baseline-check")["$defs"]["entry"] == schema("gate")["$defs"]["entry"]

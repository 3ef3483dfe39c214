"""`report` and `matrix`: run files told again, alone and side by side."""

import json
from pathlib import Path

import msgspec
import pytest
from tests.harness.cli.inside import refused, told
from tests.harness.reporters.golden import DATA, OLD_RUN, old_run

from dbal_conform.reporters import REPORTERS
from dbal_conform.runfile import create

RUN = str(OLD_RUN)


@pytest.fixture
def parts(tmp_path: Path) -> tuple[Path, Path]:
    """Write the old run as two, a column each."""
    whole = old_run()
    files = (tmp_path / "memory.jsonl", tmp_path / "sqlite.jsonl")
    for file, column in zip(files, whole.header.columns, strict=True):
        results = [one for one in whole.results.values() if one.target == column.target]
        header = msgspec.structs.replace(
            whole.header, columns=(column,), planned=len(results), plan_hash=""
        )
        run = create(file)
        for record in (header, *results, whole.footer):
            assert record is not None
            run.append(record)
        run.close()
    return files


@pytest.mark.parametrize(
    ("name", "file"),
    [("markdown", "report.md"), ("json", "report.json"), ("junit", "junit.xml")],
)
def test_a_report_goes_to_standard_output_or_to_a_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, file: str
) -> None:
    golden = (DATA / "golden" / file).read_text(encoding="utf-8")
    assert told(capsys, "report", RUN, "--format", name) == golden
    path = tmp_path / "new" / file
    assert told(capsys, "report", RUN, "--format", name, "--output", str(path)) == ""
    assert path.read_text(encoding="utf-8") == golden


def test_the_console_is_told_without_a_format(capsys: pytest.CaptureFixture[str]) -> None:
    text = told(capsys, "report", RUN, "--no-color")
    assert "✗ NONCONFORMANT" in text
    assert "\x1b" not in text
    assert told(capsys, "report", RUN, "--quiet").startswith("nonconformant: ")


def test_equal_files_give_equal_reports(capsys: pytest.CaptureFixture[str]) -> None:
    for name in REPORTERS:
        once = told(capsys, "report", RUN, "--format", name)
        assert told(capsys, "report", RUN, "--format", name) == once


def test_runs_stand_side_by_side(
    capsys: pytest.CaptureFixture[str], parts: tuple[Path, Path]
) -> None:
    document = json.loads(told(capsys, "report", *map(str, parts), "--json"))
    whole = json.loads(told(capsys, "report", RUN, "--json"))
    assert document["columns"] == whole["columns"]
    assert document["matrix"] == whole["matrix"]
    assert document["counts"] == whole["counts"]
    assert document["result"] == "nonconformant"


def test_the_matrix_is_one_file_of_all_runs(
    capsys: pytest.CaptureFixture[str], parts: tuple[Path, Path]
) -> None:
    assert told(capsys, "matrix", *map(str, parts)) == ""
    text = (parts[0].parent / "matrix.html").read_text(encoding="utf-8")
    assert text.count('<span class="target">reference-sqlite</span>') == 2
    assert text.count('<span class="target">reference-memory</span>') == 2
    document = json.loads(told(capsys, "matrix", RUN, "--json"))
    assert set(document) == {"format", "columns", "matrix"}


def test_what_does_not_fit_together_is_refused(parts: tuple[Path, Path]) -> None:
    memory = str(parts[0])
    assert refused("report", memory, memory).endswith("is given twice")
    assert "reference-memory on memory is in " in refused("report", memory, RUN)
    assert refused("report", RUN, "--format", "pdf").startswith("--format 'pdf': choose one of ")


def test_a_file_that_is_no_run_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    assert "cannot be read" in refused("report", str(file))
    file.write_text("{}\n", encoding="utf-8")
    assert refused("matrix", str(file)).startswith(f"{file}:1:1: ")
    assert not (tmp_path / "matrix.html").exists()

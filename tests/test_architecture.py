"""A guard that has never failed guards nothing: each import contract is broken once, on a copy."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINT = "from importlinter.cli import lint_imports_command as main; main()"
CONFORM = "harness/dbal_conform"
REFERENCE = "reference_impl/dbal_reference"


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join(str(root / part) for part in ("harness", "reference_impl"))
    return subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": paths, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for part in ("harness", "reference_impl"):
        shutil.copytree(
            ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", "_data")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_contracts_hold(copy: Path) -> None:
    result = lint(copy)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        (f"{CONFORM}/core/verdict.py", "import socket", "The core does no I/O"),
        (f"{CONFORM}/core/verdict.py", "import dbal_conform.cli", "Shells import the core"),
        (f"{CONFORM}/corpus/load.py", "import dbal_reference", "never import each other"),
        (f"{REFERENCE}/errors.py", "import dbal_conform", "never import each other"),
        (f"{CONFORM}/cli/run.py", "import yaml", "enters by one door"),
        (f"{CONFORM}/rogue.py", "", "Shells import the core"),
        (
            f"{REFERENCE}/values/check.py",
            "import dbal_reference.service",
            "doors above the service",
        ),
        (f"{REFERENCE}/operations/crud.py", "import sqlalchemy", "below the adapters"),
        (f"{CONFORM}/run.py", "import docker", "have one door on each side"),
        (f"{CONFORM}/corpus/locate.py", "import dbal_conform.corpus.load", "has a cycle"),
    ],
)
def test_each_contract_can_break(copy: Path, file: str, line: str, contract: str) -> None:
    with (copy / file).open("a", encoding="utf-8") as module:
        module.write(f"\n{line}\n")
    result = lint(copy)
    broken = [row for row in result.stdout.splitlines() if " BROKEN" in row]
    assert result.returncode == 1, result.stdout
    assert any(contract in row for row in broken), result.stdout

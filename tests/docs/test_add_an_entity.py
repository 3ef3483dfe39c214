"""docs/add-an-entity.md, done as it says."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import servers

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "add-an-entity.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)
ENTITY, RULES, PROGRAM, CASES = (text for _, text in BLOCKS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "schema", tmp_path / "my-schema")
    (tmp_path / "my-schema" / "entities" / "ticket.yaml").write_text(ENTITY, encoding="utf-8")
    with (tmp_path / "my-schema" / "acl.yaml").open("a", encoding="utf-8") as acl:
        acl.write(RULES)
    (tmp_path / "my-cases").mkdir()
    (tmp_path / "my-cases" / "tickets.yaml").write_text(CASES, encoding="utf-8")
    return tmp_path


def conform(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dbal_conform", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def passed(done: subprocess.CompletedProcess[str]) -> set[str]:
    """Return the databases of all trials, of which each must have passed."""
    trials = json.loads(done.stdout)["trials"]
    assert {trial["verdict"] for trial in trials} == {"pass"}
    return {trial["database"] for trial in trials}


RUN = ("run", "my-cases", "--schema", "my-schema", "--target", "reference-*", "--json")


def test_the_cases_of_the_page_hold_without_a_server(folder: Path) -> None:
    done = conform(folder, *RUN, "--database", "memory", "--database", "sqlite")
    assert done.returncode == 0, done.stdout + done.stderr
    assert passed(done) == {"memory", "sqlite"}


@pytest.mark.database
def test_the_cases_of_the_page_hold_on_every_target(folder: Path) -> None:
    servers.need_docker()
    done = conform(folder, *RUN)
    assert done.returncode == 0, done.stdout + done.stderr
    servers_ = {"postgres:15", "postgres:17", "mariadb:10.11", "mariadb:11.8", "secantusdb"}
    assert passed(done) == {"memory", "sqlite", *servers_}


def test_the_cases_fail_without_the_rules(folder: Path) -> None:
    shutil.copy(ROOT / "schema" / "acl.yaml", folder / "my-schema" / "acl.yaml")
    done = conform(
        folder, "run", "my-cases", "--schema", "my-schema", "--target", "reference-memory"
    )
    assert done.returncode == 1
    assert "FORBIDDEN" in done.stdout


def test_the_program_of_the_page_runs(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


def test_the_folder_of_the_page_is_whole(folder: Path) -> None:
    done = conform(folder, "schema", "check", "my-schema")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("my-schema: contract 1.0, 10 entities, ")


def test_a_mistake_in_the_file_is_told_with_its_place(folder: Path) -> None:
    broken = ENTITY.replace("type: uuid, primary", "type: guid, primary")
    (folder / "my-schema" / "entities" / "ticket.yaml").write_text(broken, encoding="utf-8")
    (said,) = re.findall(r"^    (error: .*) \.\.\.$", PAGE, re.MULTILINE)
    done = conform(folder, "schema", "check", "my-schema")
    assert done.returncode == 2
    assert done.stderr.startswith(said)
    done = conform(folder, "run", "my-cases", "--schema", "my-schema")
    assert done.returncode == 2
    line = broken.splitlines().index(next(x for x in broken.splitlines() if "guid" in x)) + 1
    assert re.search(rf"my-schema/entities/ticket\.yaml:{line}:\d+: .*guid", done.stderr)

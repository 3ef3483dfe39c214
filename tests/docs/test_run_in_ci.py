"""docs/run-in-ci.md, done as it says: every command of the page, in its order, in one folder."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from dbal_conform.core.standing import GATING
from dbal_conform.reporters import REPORTERS
from tests.harness.cli.shell import ROOT, environment
from tests.harness.executors.jobs import CASES, manifest

PAGE = (ROOT / "docs" / "run-in-ci.md").read_text(encoding="utf-8")
COMMANDS = [
    line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project as the page takes it: a target that counts wrongly, and cases."""
    commands = tmp_path / "commands"
    commands.mkdir()
    command = commands / "dbal-conform"
    program = "'from dbal_conform.cli import main; main()'"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c {program} "$@"\n', encoding="utf-8")
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "my" / "cases").mkdir(parents=True)
    (tmp_path / "my" / "cases" / "counts.yaml").write_text(CASES, encoding="utf-8")
    file = manifest(tmp_path / "my", "wrong", baseline="deviations.yaml")
    file.rename(tmp_path / "my" / "target.yaml")
    (tmp_path / "my" / "deviations.yaml").write_text("deviations: []\n", encoding="utf-8")
    return tmp_path


def test_every_command_of_the_page_does_what_it_says(folder: Path) -> None:
    env = environment(PATH=f"{folder / 'commands'}{os.pathsep}{os.environ['PATH']}")
    status = {}
    for command in COMMANDS:
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=folder,
            env=env,
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert "Traceback" not in done.stderr
        status[command.split(" --report")[0]] = done.returncode
    first = next(iter(status))
    assert status.pop(first) == 1, "the count is wrong, and the baseline does not know it yet"
    assert set(status.values()) == {0}, status
    assert (folder / "all.jsonl").exists()
    assert "it counts one too many" in (folder / "my" / "deviations.yaml").read_text("utf-8")


def test_the_page_names_what_there_is() -> None:
    for standing in GATING:
        assert f"| `{standing}` |" in PAGE
    for path in re.findall(r"\]\(\.\./(ci/[\w.-]+)\)", PAGE):
        assert (ROOT / path).is_file()
    for name in re.findall(r"--report (\w+)=", PAGE):
        assert name in REPORTERS

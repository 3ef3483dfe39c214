"""The files in ci/ that people copy: valid for their platform, and each of their commands works."""

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import yaml
from tests.harness.cli.shell import ROOT, environment
from tests.harness.executors.jobs import cases, manifest

from dbal_conform.runfile import read

CI = ROOT / "ci"
GITHUB = CI / "github-actions.yml"
GITLAB = CI / "gitlab-ci.yml"
Platform: TypeAlias = Callable[[], tuple[list[tuple[str, dict[str, str]]], list[str]]]
WRAPPER = """\
#!/bin/sh
exec "{python}" -c 'from dbal_conform.cli import main; main()' "$@"
"""


@pytest.mark.parametrize(
    ("file", "options"),
    [
        (GITHUB, ("--builtin-schema", "vendor.github-workflows")),
        (
            GITLAB,
            ("--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"),
        ),
    ],
)
def test_a_file_is_valid_for_its_platform(
    tmp_path: Path, file: Path, options: tuple[str, ...]
) -> None:
    def checked(path: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "check_jsonschema", *options, str(path)],
            env=environment(),
            check=False,
            capture_output=True,
            text=True,
        )

    assert checked(file).returncode == 0, checked(file).stdout
    broken = tmp_path / "broken.yml"
    text = file.read_text(encoding="utf-8").replace("timeout-minutes: 30", "timeout-minutes: [x]")
    broken.write_text(text.replace("parallel: 3", "parallel: many"), encoding="utf-8")
    assert checked(broken).returncode == 1, "the schema asks for something"


@pytest.fixture
def job(tmp_path: Path) -> dict[str, str]:
    """A folder as a job has it: the command on the path, cases, and a target under my/."""
    commands = tmp_path / "commands"
    commands.mkdir()
    command = commands / "dbal-conform"
    command.write_text(WRAPPER.format(python=sys.executable), encoding="utf-8")
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    cases(tmp_path)
    return environment(
        PATH=f"{commands}{os.pathsep}{os.environ['PATH']}",
        TARGET="my/target.yaml",
        OPTIONS="hostile-cases.yaml -n 0",
    )


def target(tmp_path: Path, behaviour: str) -> None:
    """Put the hostile target under my/, with a baseline that knows of nothing."""
    folder = tmp_path / "my"
    folder.mkdir(exist_ok=True)
    manifest(folder, behaviour, baseline="deviations.yaml").rename(folder / "target.yaml")
    (folder / "deviations.yaml").write_text("deviations: []\n", encoding="utf-8")


def sh(tmp_path: Path, script: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a step as the platforms do: it ends at the first command that fails."""
    return subprocess.run(
        ["/bin/sh", "-e", "-c", script],
        cwd=tmp_path,
        env=env,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def steps(script: object) -> list[str]:
    """Return the commands of ours; installing is for another test (ci/prove_wheel.sh)."""
    lines = script if isinstance(script, list) else [script]
    return [str(line) for line in lines if "dbal-conform " in str(line) and "pip" not in str(line)]


def loaded(file: Path) -> Any:  # noqa: ANN401 -- a document of a platform
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def github() -> tuple[list[tuple[str, dict[str, str]]], list[str]]:
    """Return the steps that run, with the variables of each, and those that judge."""
    jobs = loaded(GITHUB)["jobs"]
    run = [step["run"] for step in jobs["run"]["steps"] if "run" in step]
    parts: list[tuple[str, dict[str, str]]] = [
        (command.replace("${{ matrix.shard }}", str(number)), {})
        for number in jobs["run"]["strategy"]["matrix"]["shard"]
        for command in steps(run)
    ]
    judging = [step["run"] for step in jobs["gate"]["steps"] if "run" in step]
    return parts, steps(judging)


def gitlab() -> tuple[list[tuple[str, dict[str, str]]], list[str]]:
    """Return the same of the other platform."""
    document = loaded(GITLAB)
    total = document["conformance"]["parallel"]
    parts = [
        (command, {"CI_NODE_INDEX": str(number), "CI_NODE_TOTAL": str(total)})
        for number in range(1, total + 1)
        for command in steps(document["conformance"]["script"])
    ]
    return parts, steps(document["gate"]["script"])


@pytest.mark.parametrize("platform", [github, gitlab])
@pytest.mark.parametrize(("behaviour", "status"), [("well", 0), ("wrong", 1)])
def test_every_command_of_a_file_works_and_the_gate_answers(
    tmp_path: Path, job: dict[str, str], platform: Platform, behaviour: str, status: int
) -> None:
    target(tmp_path, behaviour)
    parts, (merging, judging) = platform()
    assert len(parts) == 3
    for script, variables in parts:
        assert "${{" not in script
        done = sh(tmp_path, script, job | variables)
        assert done.returncode == 0, done.stdout + done.stderr
    merged = sh(tmp_path, merging, job)
    assert merged.returncode == 0, merged.stderr
    assert len(read(tmp_path / "run.jsonl").fold) == 3
    judged = sh(tmp_path, judging, job)
    assert judged.returncode == status, judged.stdout + judged.stderr
    for name in ("junit.xml", "report.html", "badge.json"):
        assert (tmp_path / name).stat().st_size > 0


@pytest.mark.parametrize("platform", [github, gitlab])
def test_a_shard_that_could_not_be_run_ends_its_job(
    tmp_path: Path, job: dict[str, str], platform: Platform
) -> None:
    parts, _ = platform()
    script, variables = parts[0]
    done = sh(tmp_path, script, job | variables)
    assert done.returncode == 1
    assert "my/target.yaml:1:1: cannot be read" in done.stderr


def test_what_is_uploaded_is_what_is_written() -> None:
    text = GITHUB.read_text(encoding="utf-8")
    written = set(re.findall(r"(?:--report \w+=|--output )(\S+)", text)) - {"shards/report.json"}
    uploaded = loaded(GITHUB)["jobs"]["gate"]["steps"][-1]["with"]["path"].split()
    assert set(uploaded) == {each.strip('"') for each in written}
    document = loaded(GITLAB)["gate"]["artifacts"]
    assert {*document["paths"], document["reports"]["junit"]} == set(uploaded)


@pytest.mark.parametrize(("behaviour", "status"), [("well", 0), ("wrong", 1)])
def test_the_plain_shell_runs_judges_and_leaves_its_reports(
    tmp_path: Path, job: dict[str, str], behaviour: str, status: int
) -> None:
    target(tmp_path, behaviour)
    for _ in range(2):  # on a machine that is kept, what the job before left is in the way
        done = subprocess.run(
            [
                str(CI / "gate.sh"), "my/target.yaml", "--cases", "hostile-cases.yaml", "-n", "0",
            ],
            cwd=tmp_path,
            env={**job, "REPORTS": "left/here"},
            check=False,
            capture_output=True,
            text=True,
        )  # fmt: skip
        assert done.returncode == status, done.stdout + done.stderr
    left = {path.name for path in (tmp_path / "left" / "here").iterdir()}
    assert left == {"run.jsonl", "junit.xml", "report.html", "summary.md", "badge.json"}
    badge = json.loads((tmp_path / "left/here/badge.json").read_text(encoding="utf-8"))
    assert badge["schemaVersion"] == 1


def test_the_plain_shell_says_how_it_is_used(tmp_path: Path, job: dict[str, str]) -> None:
    done = sh(tmp_path, str(CI / "gate.sh"), job)
    assert done.returncode == 2
    assert "usage: ci/gate.sh my/target.yaml" in done.stderr


def test_our_own_ci_runs_the_plain_shell() -> None:
    assert "ci/gate.sh" in (CI / "check.sh").read_text(encoding="utf-8")

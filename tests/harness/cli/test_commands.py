"""The other commands, and the habits that all of them share."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.harness.cli.shell import ROOT, command, environment, no_traceback, shell
from tests.harness.executors.jobs import cases, manifest

from dbal_conform.version import TOOL, VERSION

COMMANDS = (
    "run",
    "list",
    "show",
    "explain",
    "report",
    "matrix",
    "merge",
    "gate",
    "compare",
    "serve",
    "lint",
    "targets",
    "doctor",
    "init target",
    "baseline check",
    "baseline update",
    "baseline prune",
    "schema list",
    "schema show",
    "schema check",
)


def test_the_version_is_that_of_the_package(tmp_path: Path) -> None:
    assert shell("--version", cwd=tmp_path).stdout == f"{TOOL}\n"
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'\nversion = "{VERSION}"\n' in text


def test_without_arguments_the_commands_are_shown(tmp_path: Path) -> None:
    done = shell(cwd=tmp_path)
    assert done.returncode == 0
    assert all(f"\n  {name.split()[0]} " in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_an_example(tmp_path: Path, name: str) -> None:
    done = shell(*name.split(), "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert f"\n  Examples:\n    dbal-conform {name}" in done.stdout
    for option in ("--json", "--quiet", "--verbose", "--no-color"):
        assert option in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_refuses_an_unknown_option(tmp_path: Path, name: str) -> None:
    done = shell(*name.split(), "--nonsense", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("error: No such option: --nonsense")
    assert done.stderr.endswith(f"(`dbal-conform {name} --help` shows what there is)\n")


def test_an_unknown_command_is_refused(tmp_path: Path) -> None:
    done = shell("rum", cwd=tmp_path)
    assert (done.returncode, no_traceback(done)) == (2, True)
    assert done.stderr.startswith("error: No such command 'rum'")


def test_a_shell_is_helped_to_complete(tmp_path: Path) -> None:
    words = {
        "_DBAL_CONFORM_COMPLETE": "complete_bash",
        "COMP_WORDS": "dbal-conform ta",
        "COMP_CWORD": "1",
    }
    done = shell(cwd=tmp_path, env=environment(**words))
    assert done.stdout.strip() == "targets"


def test_a_list_is_what_would_run(tmp_path: Path) -> None:
    done = shell("list", str(cases(tmp_path)), "-k", "well", cwd=tmp_path)
    assert done.stdout.splitlines() == [
        "hostile/well-first  Users are listed",
        "hostile/well-second  Users are listed again",
    ]
    assert done.stderr == "2 trials\n"


def test_a_list_as_json_tells_all_and_runs_nothing(tmp_path: Path) -> None:
    file = str(manifest(tmp_path, "exits_on_opening"))
    done = shell("list", str(cases(tmp_path)), "--target", file, "--json", cwd=tmp_path)
    document = json.loads(done.stdout)
    assert [len(document["suiteHash"]), len(document["planHash"])] == [64, 64]
    assert document["trials"][0] == {
        "trial": "hostile/count",
        "target": "exits-on-opening",
        "database": "memory",
        "title": "Users are counted",
        "covers": ["GEN-COUNT-001"],
        "requires": [],
        "needs": [],
        "tags": [],
        "source": "hostile-cases.yaml",
        "line": 5,
    }


def test_a_list_over_several_sites_names_them(tmp_path: Path) -> None:
    done = shell(
        "list", str(cases(tmp_path)), "-t", "reference-*", "-q", "-k", "count", cwd=tmp_path
    )
    assert done.stdout.splitlines() == [
        "hostile/count  [reference-grpc on sqlite]",
        "hostile/count  [reference-http on sqlite]",
        "hostile/count  [reference-mariadb on mariadb:10.11]",
        "hostile/count  [reference-mariadb on mariadb:11.8]",
        "hostile/count  [reference-memory on memory]",
        "hostile/count  [reference-mongo on secantusdb]",
        "hostile/count  [reference-postgres on postgres:15]",
        "hostile/count  [reference-postgres on postgres:17]",
        "hostile/count  [reference-sqlite on sqlite]",
        "hostile/count  [reference-stdio on sqlite]",
        "hostile/count  [reference-websocket on sqlite]",
    ]


def test_shards_of_a_list_are_the_list(tmp_path: Path) -> None:
    def listed(*more: str) -> list[str]:
        return shell("list", "-q", "-k", "users", *more, cwd=tmp_path).stdout.splitlines()

    parts = [listed("--shard", f"{number}/3") for number in (1, 2, 3)]
    assert all(parts)
    assert sorted(line for part in parts for line in part) == sorted(listed())


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    with subprocess.Popen(
        command("list"),
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        stderr = process.stderr.read()
    assert "Traceback" not in stderr
    assert "Broken" not in stderr


def test_targets_are_listed(tmp_path: Path) -> None:
    done = shell("targets", cwd=tmp_path)
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["reference-grpc", "grpc", "conformance", "sqlite"],
        ["reference-http", "http", "conformance", "sqlite"],
        ["reference-mariadb", "in-process", "conformance", "mariadb:10.11,", "mariadb:11.8"],
        ["reference-memory", "in-process", "conformance", "memory"],
        ["reference-mongo", "in-process", "conformance", "secantusdb"],
        ["reference-postgres", "in-process", "conformance", "postgres:15,", "postgres:17"],
        ["reference-sqlite", "in-process", "conformance", "sqlite"],
        ["reference-stdio", "stdio", "conformance", "sqlite"],
        ["reference-websocket", "websocket", "conformance", "sqlite"],
    ]


def test_a_target_is_told_as_json(tmp_path: Path) -> None:
    done = shell(
        "targets", str(manifest(tmp_path, "well", claims=["joins"])), "--json", cwd=tmp_path
    )
    (target,) = json.loads(done.stdout)
    assert (target["target"], target["claims"]) == ("well", ["joins"])


@pytest.mark.parametrize(
    ("behaviour", "status", "said"),
    [
        ("well", 0, "ok    well on memory: dbal-reference"),
        ("unopenable", 3, "BAD   unopenable on memory: crash: could not be opened: RuntimeError"),
        ("exits_on_opening", 3, "opening it ended its process: exit status 7"),
    ],
)
def test_the_doctor_opens_each_target(
    tmp_path: Path, behaviour: str, status: int, said: str
) -> None:
    done = shell("doctor", str(manifest(tmp_path, behaviour)), cwd=tmp_path)
    assert (done.returncode, no_traceback(done)) == (status, True)
    assert said in done.stdout


def test_the_doctor_tells_machines_too(tmp_path: Path) -> None:
    done = shell("doctor", "reference-memory", "--json", cwd=tmp_path)
    findings = json.loads(done.stdout)
    assert all(finding["well"] for finding in findings)
    assert [finding["what"] for finding in findings] == [
        "tool", "packages", "contract", "cases", "reports", "reference-memory on memory",
    ]  # fmt: skip


def test_lint_is_silent_about_good_cases(tmp_path: Path) -> None:
    done = shell("lint", str(cases(tmp_path)), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout
    assert done.stderr == "3 cases in 1 suites, 0 problems\n"


def test_lint_names_place_and_rule(tmp_path: Path) -> None:
    file = cases(tmp_path)
    text = file.read_text(encoding="utf-8").replace("GEN-COUNT-001", "GEN-COUNT-999")
    file.write_text(text, encoding="utf-8")
    done = shell("lint", str(file), cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout.startswith("hostile-cases.yaml:5: ")
    assert "(unknown-requirement)" in done.stdout
    (problem,) = json.loads(shell("lint", str(file), "--json", cwd=tmp_path).stdout)["problems"]
    assert problem["rule"] == "unknown-requirement"


def test_lint_tells_what_no_case_covers(tmp_path: Path) -> None:
    done = shell("lint", str(cases(tmp_path)), "--coverage", cwd=tmp_path)
    assert done.returncode == 2
    assert "\nUSR-CREATE-001: no case covers it: " in done.stdout
    assert "GEN-COUNT-001: " not in done.stdout


BROKEN = """
import dbal_conform.cli.targets
import dbal_conform.corpus.target as corpus

def packaged_targets():
    raise ZeroDivisionError("ours")

corpus.packaged_targets = packaged_targets
from dbal_conform.cli import main
main()
"""


@pytest.mark.parametrize("debug", [(), ("--debug",)])
def test_a_bug_of_ours_is_told_as_one(tmp_path: Path, debug: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BROKEN, "targets", *debug],
        cwd=tmp_path,
        env=environment(),
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 4
    assert done.stderr.startswith("error: dbal-conform itself broke: ZeroDivisionError: ours\n")
    assert "Please report it" in done.stderr
    assert ("Traceback" in done.stderr) is bool(debug)


def test_heavy_libraries_are_imported_when_used(tmp_path: Path) -> None:
    heavy = "{'rich', 'jinja2', 'sqlalchemy', 'jsonschema', 'tabulate', 'dbal_reference'}"
    code = (
        "import atexit, sys\n"
        f"atexit.register(lambda: print(sorted({heavy} & sys.modules.keys()), file=sys.stderr))\n"
        "from dbal_conform.cli import main\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "list", "-q", "-k", "users.read"],
        cwd=tmp_path,
        env=environment(),
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stderr.splitlines()[-1] == "[]"

"""A machine on which no server can be started."""

import json
from pathlib import Path

import pytest
from tests.harness.cli.shell import environment, no_traceback, shell

RUN = ("run", "-t", "reference-postgres", "-d", "postgres:17", "-k", "users.create")
BLOCK = "import sys\nfor name in {names!r}:\n    sys.modules[name] = None\n"


@pytest.fixture(params=["daemon", "testcontainers", "psycopg"])
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[dict[str, str], str]:
    """An environment that lacks something, and what it says then."""
    if request.param == "daemon":
        return environment(DOCKER_HOST=f"unix://{tmp_path}/docker.sock"), "install Docker and start"
    env = environment()
    (tmp_path / "usercustomize.py").write_text(BLOCK.format(names=[request.param]), "utf-8")
    (tmp_path / "sitecustomize.py").write_text(BLOCK.format(names=[request.param]), "utf-8")
    extra = {"testcontainers": "containers", "psycopg": "postgres"}[request.param]
    env["PYTHONPATH"] = f"{tmp_path}:{env['PYTHONPATH']}"
    return env, f"pip install 'dbal-conform[{extra}]'"


@pytest.mark.database
def test_a_run_could_not_run_and_says_what_to_install(
    tmp_path: Path, docker: object, bare: tuple[dict[str, str], str]
) -> None:
    del docker  # there, so that what is missing is missing by itself
    env, advice = bare
    done = shell(*RUN, cwd=tmp_path, env=env)
    assert done.returncode == 3, done.stdout + done.stderr
    assert no_traceback(done)
    assert advice in " ".join(done.stdout.split())
    assert "could not run" in done.stdout
    assert "postgres:17: " in done.stdout


def test_other_targets_run_as_ever(tmp_path: Path) -> None:
    env = environment(DOCKER_HOST=f"unix://{tmp_path}/docker.sock")
    arguments = ("-t", "reference-*", "-d", "postgres:17", "-d", "memory", "-k", "users.create")
    done = shell("run", *arguments, "--run-file=r", cwd=tmp_path, env=env)
    assert done.returncode == 3
    lines = (tmp_path / "r").read_text(encoding="utf-8").splitlines()
    results = [json.loads(line) for line in lines[1:-1]]
    assert {(each["database"], each["verdict"]) for each in results} == {
        ("postgres:17", "could_not_run"),
        ("memory", "pass"),
    }


def test_the_doctor_tells_what_is_missing_and_what_works(tmp_path: Path) -> None:
    env = environment(DOCKER_HOST=f"unix://{tmp_path}/docker.sock")
    done = shell("doctor", cwd=tmp_path, env=env)
    assert done.returncode == 0, done.stdout
    assert "no Docker daemon answers; install Docker and start it" in done.stdout
    assert "\n--    docker: " in done.stdout
    assert "\n--    reference-postgres on postgres:17: could not run" in done.stdout
    assert "\nok    reference-sqlite on sqlite: " in done.stdout


def test_the_doctor_finds_what_is_missing_for_a_target_that_is_named(tmp_path: Path) -> None:
    env = environment(DOCKER_HOST=f"unix://{tmp_path}/docker.sock")
    done = shell("doctor", "reference-postgres", cwd=tmp_path, env=env)
    assert done.returncode == 3
    assert "\nBAD   docker: " in done.stdout
    assert "\nBAD   reference-postgres on postgres:17: could_not_run: " in done.stdout


@pytest.mark.parametrize("spec", ["postgres", "postgresql://u:hunter2@h:port/d"])
def test_a_spec_that_is_none_is_wrong_usage(tmp_path: Path, spec: str) -> None:
    done = shell("run", "-t", "reference-postgres", "-d", spec, cwd=tmp_path)
    assert done.returncode == 2
    assert "hunter2" not in done.stderr
    assert done.stderr.startswith("error: ")

"""Runs whose server dies, is too old or shared, and runs that are killed while it is harmed."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests import servers
from tests.harness.cli.shell import command, environment, no_traceback, shell
from tests.harness.environments.containers import Daemon, containers_of, harness, wait_for
from tests.relay import relay
from tests.server_admin import Admin

from dbal_conform.core.database import database_of
from dbal_conform.environments.servers import Servers

pytestmark = pytest.mark.database

TARGETS = {"postgres:17": "reference-postgres", "mariadb:11.8": "reference-mariadb"}
LISTING = {"postgres": "SELECT datname FROM pg_database", "mariadb": "SHOW DATABASES"}
FORMATS = ("html", "junit", "markdown", "json")

# It pauses its server, and is ended before it comes to resume it.
PAUSED = """
suite: paused
contract: "1.0"
cases:
  - id: for-long
    title: Something goes wrong for long
    covers: [ERR-MAP-001]
    as: system
    timeout: 60s
    steps:
      - {call: Post.count}
      - fault: {database: pause}
      - {call: Post.count, meta: {deadlineMs: 50000}, expect: {error: TIMEOUT}}
"""


@pytest.fixture(params=TARGETS)
def image(request: pytest.FixtureRequest) -> str:
    servers.need_docker()
    return str(request.param)


def run_of(image: str, *more: str, database: str = "") -> tuple[str, ...]:
    return ("run", "-t", TARGETS[image], "-d", database or image, "-n", "1", *more)


def lines_of(file: Path) -> list[Any]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def written(folder: Path) -> str:
    files = [each for each in folder.rglob("*") if each.is_file()]
    return "".join(each.read_text(encoding="utf-8") for each in files)


def test_a_server_that_dies_in_the_middle_of_a_run_fails_trials_and_not_the_run(
    tmp_path: Path, docker: Daemon, image: str
) -> None:
    arguments = run_of(image, "-k", "generic or queries", "--run-file=r", "--retries=0")
    with harness(*arguments, cwd=tmp_path) as process:
        wait_for(process, "running")
        (container,) = containers_of(docker, process.pid)
        container.kill()
        assert process.wait(timeout=120) == 3
        assert containers_of(docker, process.pid) == []
    header, *trials, footer = lines_of(tmp_path / "r")
    assert len(trials) == header["planned"]
    assert footer["type"] == "footer"
    assert footer["result"] == "incomplete"
    lost = {trial["reason"] for trial in trials if trial["verdict"] == "could_not_run"}
    assert {trial["verdict"] for trial in trials} <= {"pass", "could_not_run"}  # no blame
    assert lost
    assert all(reason.startswith(f"{image}: ") for reason in lost)


def test_a_run_that_is_killed_while_its_server_stands_still_leaves_nothing_for_long(
    tmp_path: Path, docker: Daemon
) -> None:
    (tmp_path / "paused.yaml").write_text(PAUSED, encoding="utf-8")
    with harness(*run_of("postgres:17", "paused.yaml"), cwd=tmp_path) as process:
        wait_for(process, "running")
        mine = containers_of(docker, process.pid)
        assert len(mine) == 2  # one of them to be killed
        while "paused" not in {each.status for each in containers_of(docker, process.pid)}:
            assert process.poll() is None
        process.kill()
        process.wait(timeout=30)
    started = Servers(lambda _: None)
    try:
        started.stand([database_of("postgres:17")])
        assert containers_of(docker, process.pid) == []
    finally:
        started.close()


def test_a_run_that_is_interrupted_while_its_server_stands_still_leaves_nothing(
    tmp_path: Path, docker: Daemon
) -> None:
    (tmp_path / "paused.yaml").write_text(PAUSED, encoding="utf-8")
    with harness(*run_of("postgres:17", "paused.yaml"), cwd=tmp_path) as process:
        wait_for(process, "running")
        while "paused" not in {each.status for each in containers_of(docker, process.pid)}:
            assert process.poll() is None
        process.terminate()
        assert process.wait(timeout=60) == 130
        assert containers_of(docker, process.pid) == []


def test_two_harnesses_use_one_server_at_once(tmp_path: Path, image: str) -> None:
    server = servers.shared(image)
    folders = [tmp_path / name for name in ("one", "two")]
    running = []
    for folder in folders:
        folder.mkdir()
        arguments = run_of(image, "-k", "users.create", "--run-file=r", database=str(server["url"]))
        running.append(
            subprocess.Popen(
                command(*arguments),
                cwd=folder,
                env=environment(),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
    for process in running:
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 0, said
    names = [lines_of(folder / "r")[0]["columns"][0]["database"] for folder in folders]
    assert names[0] == names[1]
    with Admin(server) as admin:
        left = {str(name) for (name,) in admin.run(LISTING[admin.kind])}
    assert not {name for name in left if name.startswith("dbal_conform_")}


def test_a_server_that_exists_is_cut_off_and_never_killed(tmp_path: Path, image: str) -> None:
    url = str(servers.shared(image)["url"])
    chosen = "faults.network/cut-off or faults.database/restarted-between-calls"
    done = shell(
        *run_of(image, "-k", chosen, "--run-file=r", "--retries=0", database=url), cwd=tmp_path
    )
    assert done.returncode == 3, done.stdout + done.stderr
    trials = {trial["trial"]: trial for trial in lines_of(tmp_path / "r")[1:-1]}
    assert trials["faults.network/cut-off"]["verdict"] == "pass"
    refused = trials["faults.database/restarted-between-calls"]
    assert refused["verdict"] == "could_not_run"
    assert "a server that exists is not ours to kill" in refused["reason"]


def test_on_an_embedded_database_there_is_nothing_to_kill(tmp_path: Path) -> None:
    done = shell("run", "-k", "faults or users.create", "--run-file=r", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    every = lines_of(tmp_path / "r")[1:-1]
    trials = [trial for trial in every if trial["trial"].startswith("faults.")]
    assert trials
    assert {trial["verdict"] for trial in trials} == {"not_applicable"}
    assert all("sqlite is embedded" in trial["reason"] for trial in trials)


def test_a_server_that_is_too_old_is_refused_in_words(tmp_path: Path, image: str) -> None:
    kind = image.partition(":")[0]
    with relay(str(servers.shared(image)["url"]), kind) as url:
        done = shell(
            *run_of(image, "-k", "users.create", "--run-file=r", database=url), cwd=tmp_path
        )
    said = " ".join((done.stdout + done.stderr).split())
    assert done.returncode in {1, 3}, said
    assert re.search(r"(PostgreSQL 9|MariaDB 10\.0\S*) is too old: it must be", said)
    assert no_traceback(done)


def test_a_wrong_password_is_in_no_report_and_no_log(tmp_path: Path, image: str) -> None:
    head, _, tail = str(servers.shared(image)["url"]).rpartition("@")
    url = f"{head.rpartition(':')[0]}:hunter%2322@{tail}"
    reports = [f"--report={kind}=r.{kind}" for kind in FORMATS]
    done = shell(
        *run_of(image, "-k", "users.create", "--run-file=r", *reports, "-v", database=url),
        cwd=tmp_path,
    )
    assert done.returncode == 3, done.stdout + done.stderr
    everything = done.stdout + done.stderr + written(tmp_path)
    assert "could_not_run" in everything
    assert all((tmp_path / f"r.{kind}").stat().st_size for kind in FORMATS)
    assert "hunter" not in everything
    shown = shell("report", "r", "--format=html", "--output=again.html", cwd=tmp_path)
    assert "hunter" not in shown.stdout + shown.stderr + written(tmp_path)

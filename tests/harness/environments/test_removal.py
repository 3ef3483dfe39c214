"""However a harness ends, its containers go: at once, or at the next start of another."""

import json
import os
import signal
from pathlib import Path

import pytest
from tests.harness.cli.shell import shell
from tests.harness.environments.containers import (
    POSTGRES,
    Daemon,
    containers_of,
    harness,
    wait_for,
)

from dbal_conform.core.database import database_of
from dbal_conform.environments.servers import Servers

pytestmark = pytest.mark.database


def start_another() -> None:
    servers = Servers(lambda _: None)
    try:
        (base,) = servers.stand([database_of("postgres:17")])[0].values()
        assert base.lacking == ""
    finally:
        servers.close()


def test_a_run_leaves_nothing_and_says_what_ran(tmp_path: Path, docker: Daemon) -> None:
    before = {each.id for each in docker.containers.list(all=True, ignore_removed=True)}
    done = shell(*POSTGRES, "-k", "users.create", "--run-file", "r.jsonl", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.startswith("starting postgres:17\npostgres:17 is ready: PostgreSQL 17.")
    text = (tmp_path / "r.jsonl").read_text(encoding="utf-8")
    (column,) = json.loads(text.splitlines()[0])["columns"]
    assert column["database"] == "postgres:17"
    assert column["backend"].startswith("postgresql 17.")
    assert ", image postgres:17 sha256:" in column["server"]
    assert "://" not in "".join(text.splitlines()[1:])
    mine = containers_of(docker, os.getpid())
    ours = {each for each in mine if each.id not in before}
    assert not ours


@pytest.mark.parametrize("when", ["starting postgres:17", "running"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing(
    tmp_path: Path, docker: Daemon, when: str, number: signal.Signals
) -> None:
    with harness(*POSTGRES, cwd=tmp_path) as process:
        wait_for(process, when)
        process.send_signal(number)
        assert process.wait(timeout=30) == 130
        assert containers_of(docker, process.pid) == []


def test_what_a_killed_run_left_is_removed_at_the_next_start(
    tmp_path: Path, docker: Daemon
) -> None:
    with harness(*POSTGRES, cwd=tmp_path) as process:
        wait_for(process, "running")
        first, second = containers_of(docker, process.pid)  # one of them to be killed
        assert (first.status, second.status) == ("running", "running")
        process.kill()
        process.wait(timeout=30)
    start_another()
    assert containers_of(docker, process.pid) == []


def test_two_harnesses_leave_each_other_alone(tmp_path: Path, docker: Daemon) -> None:
    with harness(*POSTGRES, cwd=tmp_path) as process:
        wait_for(process, "running")
        start_another()
        first, second = containers_of(docker, process.pid)  # one of them to be killed
        assert (first.status, second.status) == ("running", "running")
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
    assert containers_of(docker, process.pid) == []

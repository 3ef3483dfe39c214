"""A server that exists: used by its URL, and left as it was."""

import contextlib
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from tests import servers
from tests.harness.cli.shell import shell
from tests.harness.environments.containers import harness, wait_for
from tests.server_admin import PASSWORD, Admin, Server, run_all

pytestmark = pytest.mark.database

QUOTED = quote(PASSWORD, safe="")
TARGETS = {"postgres:17": "reference-postgres", "mariadb:11.8": "reference-mariadb"}


# Statements that make a user, who may not make databases or may.
LESSER = {
    "postgres": (
        "CREATE ROLE {name} LOGIN PASSWORD 'hunter22'",
        "CREATE ROLE {name} LOGIN CREATEDB PASSWORD 'hunter22'",
    ),
    "mariadb": (
        "CREATE USER {name} IDENTIFIED BY 'hunter22'",
        r"CREATE USER {name} IDENTIFIED BY 'hunter22';GRANT ALL ON `dbal\_conform\_%`.* TO {name}",
    ),
}


@pytest.fixture(scope="module", params=TARGETS)
def server(request: pytest.FixtureRequest) -> Server:
    """One of this module's own, so that nobody else makes databases on it meanwhile."""
    servers.need_docker()
    started = servers.start(request.param)
    wait_until_ready(started)
    return {**started, "target": TARGETS[request.param]}


def wait_until_ready(server: Server) -> None:
    for _ in range(200):
        with contextlib.suppress(Exception), Admin(server):
            return
        time.sleep(0.1)
    raise AssertionError("it does not come up")


def databases(server: Server) -> set[str]:
    listing = (
        "SELECT datname FROM pg_database" if server["kind"] == "postgres" else "SHOW DATABASES"
    )
    with Admin(server) as admin:
        return {str(row[0]) for row in admin.run(listing) if str(row[0]).startswith("dbal_conf")}


def run_on(server: Server, url: str, *more: str) -> tuple[str, ...]:
    return ("run", "-t", str(server["target"]), "-d", url, "-n", "1", *more)


def written(folder: Path) -> str:
    files = [each for each in folder.rglob("*") if each.is_file()]
    return "".join(each.read_text(encoding="utf-8") for each in files)


def test_a_run_makes_a_database_of_its_own_and_touches_no_other(
    tmp_path: Path, server: Server
) -> None:
    run_all(server, "dbal", ["CREATE TABLE IF NOT EXISTS precious (n int)"])
    run_all(server, "dbal", ["DELETE FROM precious", "INSERT INTO precious VALUES (7)"])
    reports = [f"--report={kind}=r.{kind}" for kind in ("html", "junit", "markdown", "json")]
    arguments = run_on(server, server["url"], "-k", "users.create", "--run-file=r", *reports)
    done = shell(*arguments, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    with Admin(server, "dbal") as admin:
        assert admin.run("SELECT n FROM precious") == [(7,)]
        admin.run("DROP TABLE precious")
    assert databases(server) == set()
    all_of_it = done.stdout + done.stderr + written(tmp_path)
    assert PASSWORD not in all_of_it
    assert QUOTED not in all_of_it
    assert f"@{server['host']}:{server['port']}/dbal" in all_of_it


@pytest.mark.parametrize("allowed", [True, False])
def test_a_user_needs_the_right_to_make_databases_and_no_other(
    tmp_path: Path, server: Server, *, allowed: bool
) -> None:
    name = f"lesser_{allowed}".lower()
    run_all(server, "dbal", LESSER[server["kind"]][allowed].format(name=name).split(";"))
    user = "dbal" if server["kind"] == "postgres" else "root"
    url = server["url"].replace(f"//{user}:{QUOTED}@", f"//{name}:hunter22@")
    if server["kind"] != "postgres":
        url = url.removesuffix("/dbal")
    done = shell(*run_on(server, url, "-k", "users.create", "--run-file=r"), cwd=tmp_path)
    assert done.returncode == (0 if allowed else 3), done.stdout + done.stderr
    assert ("denied" in done.stdout) is not allowed
    assert databases(server) == set()


def test_a_wrong_password_could_not_run_and_is_not_told(tmp_path: Path, server: Server) -> None:
    url = server["url"].replace(QUOTED, "hunter%222")
    done = shell(*run_on(server, url, "-k", "users.create", "--run-file=r"), cwd=tmp_path)
    assert done.returncode == 3, done.stdout + done.stderr
    all_of_it = done.stdout + done.stderr + written(tmp_path)
    assert "could_not_run" in all_of_it
    assert "hunter" not in all_of_it
    assert server["target"] in all_of_it


def test_a_server_that_is_not_there_could_not_run(tmp_path: Path, server: Server) -> None:
    url = server["url"].replace(f":{server['port']}/", ":1/")
    done = shell(*run_on(server, url, "-k", "users.create", "--run-file=r"), cwd=tmp_path)
    assert done.returncode == 3
    assert "refused" in done.stdout + done.stderr
    assert QUOTED not in done.stdout + done.stderr + written(tmp_path)


def test_what_a_killed_run_left_is_dropped_at_the_next_start(
    tmp_path: Path, server: Server
) -> None:
    with harness(*run_on(server, server["url"]), cwd=tmp_path) as process:
        wait_for(process, "running")
        (left,) = databases(server)
        process.kill()
        process.wait(timeout=30)
    # Its worker may have lived to drop it; a machine that loses its power leaves it.
    until = time.monotonic() + 10
    while left in databases(server) and time.monotonic() < until:
        time.sleep(0.1)
    with Admin(server) as admin:
        if left not in databases(server):
            admin.run(f"CREATE DATABASE {left}")
    done = shell(*run_on(server, server["url"], "-k", "users.create", "--run-file=r"), cwd=tmp_path)
    assert done.returncode == 0
    assert databases(server) == set()


def test_an_interrupted_run_is_resumed_with_the_url_given_again(
    tmp_path: Path, server: Server
) -> None:
    arguments = run_on(server, server["url"], "--run-file=r", "-k", "users")
    with harness(*arguments, cwd=tmp_path) as process:
        wait_for(process, "running")
        process.terminate()
        assert process.wait(timeout=30) == 130
    assert databases(server) == set()
    alone = shell("run", "--resume=r", "-n", "1", cwd=tmp_path)
    assert alone.returncode == 2
    assert "the target is no longer what it was" in alone.stderr
    again = shell("run", "--resume=r", "-d", server["url"], "--timeout=20", cwd=tmp_path)
    assert again.returncode == 0, again.stdout + again.stderr

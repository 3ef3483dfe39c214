"""Real database servers for tests: one container an image for the whole run, shared by all workers.

The first worker to need a server starts it under a file lock and leaves its address in a file; the
others read the file. The controlling process, which outlives the workers, removes the containers.
"""

import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from filelock import FileLock

from tests.server_admin import PASSWORD, Server, make_database

# testcontainers reads its settings when it is imported, so these come before every import of it.
# Ryuk is off, since it would remove a shared container once the worker that started it has ended.
os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
os.environ.setdefault("TC_POOLING_INTERVAL", "0.1")
os.environ.setdefault("TC_MAX_TRIES", "600")
if "DOCKER_HOST" not in os.environ:
    os.environ.setdefault("TESTCONTAINERS_CONNECTION_MODE", "docker_host")
    os.environ.setdefault("TESTCONTAINERS_HOST_OVERRIDE", "127.0.0.1")

LABEL = "dbal-conform.test-run"
DEFAULT_IMAGES = "postgres:17,mariadb:11.8"
_RUN = "DBAL_CONFORM_TEST_RUN"
_CONTAINER_PORTS = {"postgres": 5432, "mariadb": 3306, "mysql": 3306, "mongo": 27017}
_MEMORY = {
    "postgres": "/var/lib/postgresql/data",
    "mariadb": "/var/lib/mysql",
    "mongo": "/data/db",
}
_FAST = {
    "postgres": "postgres -c fsync=off -c synchronous_commit=off -c full_page_writes=off",
    "mariadb": "--innodb-flush-log-at-trx-commit=0 --skip-log-bin",
    "mysql": "--innodb-flush-log-at-trx-commit=0 --skip-log-bin",
    "mongo": "mongod --replSet dbal --bind_ip_all",
}


def begin_run() -> None:
    """Name the run; in the controlling process, whose workers inherit the name."""
    os.environ[_RUN] = uuid.uuid4().hex[:12]
    _folder().mkdir()


def end_run() -> None:
    """Remove every container of the run."""
    if any(_folder().glob("docker.json")) and _once("docker", _ask_docker)["error"] is None:
        import docker  # noqa: PLC0415 -- slow, and most runs need no container

        client = docker.from_env()
        mine = {"label": f"{LABEL}={os.environ[_RUN]}"}
        for container in client.containers.list(all=True, filters=mine):
            container.remove(force=True, v=True)
        client.close()
    shutil.rmtree(_folder())


def knows(image: str) -> bool:
    """Whether it is the image of an SQL server."""
    return image.partition(":")[0] in _FAST.keys() - {"mongo"}


def url_of(image: str, database: str) -> str:
    """Give the URL of a database on the shared server of this image, which is made if missing."""
    server = shared(image)
    make_database(server, database)
    return f"{server['url'].rpartition('/')[0]}/{database}"


def shared(image: str) -> Server:
    """Give the shared server of this image, started if need be."""
    need_docker()
    return _once(image, lambda: start(image))


def need_docker() -> None:
    """Skip where Docker is missing; in CI nothing is skipped, so there it is a failure."""
    told = _once("docker", _ask_docker)["error"]
    if told is None:
        return
    reason = f"no Docker daemon answers ({told}); ci/docker/up.sh starts one"
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def start(image: str, *, port: int | None = None, fast: bool = True, **more: Any) -> Server:  # noqa: ANN401 -- of docker run
    """Start a server and wait until it is ready; `port` of the loopback, or any that is free."""
    kind = image.partition(":")[0]
    container = _container(kind, image)
    container.with_kwargs(labels={LABEL: os.environ[_RUN]}, **more)
    if fast:
        container.with_command(_FAST[kind])
        container.with_tmpfs_mount(_MEMORY.get(kind, "/var/lib/mysql"))
    if port is not None:
        container.with_bind_ports(_CONTAINER_PORTS[kind], port)
    container.start()
    at = int(container.get_exposed_port(_CONTAINER_PORTS[kind]))
    host = container.get_container_host_ip()
    return {
        "kind": kind,
        "id": container.get_wrapped_container().id,
        "host": host,
        "port": at,
        "url": _url(kind, host, at),
    }


def _container(kind: str, image: str) -> Any:  # noqa: ANN401 -- testcontainers has no common type
    if kind == "postgres":
        from testcontainers.community.postgres import PostgresContainer  # noqa: PLC0415 -- slow

        return PostgresContainer(
            image, username="dbal", password=PASSWORD, dbname="dbal", driver=None
        )
    if kind == "mongo":
        from testcontainers.core.container import DockerContainer  # noqa: PLC0415 -- slow

        return DockerContainer(image).with_exposed_ports(_CONTAINER_PORTS[kind])
    from testcontainers.community.mysql import MySqlContainer  # noqa: PLC0415 -- slow

    return MySqlContainer(
        image, username="root", password=PASSWORD, root_password=PASSWORD, dbname="dbal"
    )


def _url(kind: str, host: str, port: int) -> str:
    scheme, user = ("postgresql", "dbal") if kind == "postgres" else (kind, "root")
    return f"{scheme}://{user}:{quote(PASSWORD, safe='')}@{host}:{port}/dbal"


def _ask_docker() -> dict[str, Any]:
    try:
        import docker  # noqa: PLC0415 -- slow, and most runs need no container

        client = docker.from_env(timeout=20)
        client.ping()
        client.close()
    except Exception as error:  # noqa: BLE001 -- whatever it is, there is no Docker
        return {"error": type(error).__name__}
    return {"error": None}


def _folder() -> Path:
    return Path(tempfile.gettempdir(), f"dbal-conform-{os.environ[_RUN]}")


def _once(name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `make` gives, which one process of the run calls and the others read."""
    file = _folder() / f"{name}.json"
    with FileLock(f"{file}.lock"):
        if not file.exists():
            file.write_text(json.dumps(make()))
    found: dict[str, Any] = json.loads(file.read_text())
    return found

"""Database servers in containers, with their data in memory; and the machine that they run on."""

import os
import platform
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dbal_conform.environments import admin

_PORTS = {"postgres": 5432, "mariadb": 3306, "mysql": 3306}
_DATA = {"postgres": "/var/lib/postgresql/data", "mariadb": "/var/lib/mysql"}
_PATIENCE_S = 120.0
_DOCKER = "docker"


@contextmanager
def started(image: str) -> Iterator[str]:
    """The URL of a database on a server of this image, which is removed at the end."""
    kind = image.partition(":")[0]
    word, port = secrets.token_hex(8), _free_port()
    name = "POSTGRES" if kind == "postgres" else kind.upper()
    secret = "POSTGRES_PASSWORD" if kind == "postgres" else f"{name}_ROOT_PASSWORD"
    told = subprocess.run(
        [
            *(_DOCKER, "run", "--detach", "--label", "dbal-conform.bench=true"),
            *("--publish", f"127.0.0.1:{port}:{_PORTS[kind]}"),
            *("--tmpfs", _DATA.get(kind, "/var/lib/mysql")),
            *("--env", f"{secret}={word}"),
            *(("--env", "POSTGRES_DB=bench") if kind == "postgres" else ()),
            *(("--env", f"{name}_DATABASE=bench") if kind != "postgres" else ()),
            image,
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    try:
        scheme, user = ("postgresql", "postgres") if kind == "postgres" else (kind, "root")
        url = f"{scheme}://{user}:{word}@127.0.0.1:{port}/bench"
        _wait(kind, url)
        yield url
    finally:
        container = told.stdout.strip()
        subprocess.run(
            [_DOCKER, "rm", "--force", "--volumes", container], check=True, capture_output=True
        )


def print_machine() -> None:
    """What the figures were taken on."""
    load = os.getloadavg()[0]
    print(
        f"{platform.python_implementation()} {platform.python_version()}, "
        f"{os.cpu_count()} cores, load {load:.1f} at the start, {_processor()}, "
        f"Linux {platform.release()}\n"
    )


def _processor() -> str:
    with Path("/proc/cpuinfo").open(encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def _wait(kind: str, url: str) -> None:
    """Until it answers twice: on its first start a server restarts once."""
    end = time.monotonic() + _PATIENCE_S
    answers = 0
    while answers < 2:  # noqa: PLR2004 -- twice
        try:
            with admin.connect(kind, url) as connection:
                connection.version()
            answers += 1
        except admin.AdminError:
            answers = 0
            if time.monotonic() > end:
                raise
        time.sleep(0.5)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])

"""What this machine has for starting database servers, without starting one."""

import shutil
from collections.abc import Iterable
from contextlib import closing
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from dbal_conform.core.errors import CouldNotRunError
from dbal_conform.environments.containers import Docker
from dbal_conform.environments.owner import own_name

# What `containers`, `postgres`, `mysql`, `mongo` and `emulators` install.
PACKAGES = ("testcontainers", "docker", "psycopg", "pymysql", "pymongo", "SecantusDB")


class Survey(NamedTuple):
    """Packages of ours with their versions, the docker command (which we do not need), the daemon.

    `present` are the images that are here; `lacking` says why no server can be started, and is
    empty where one can.
    """

    packages: tuple[str, ...]
    client: str
    daemon: str
    present: frozenset[str]
    lacking: str


def survey(images: Iterable[str]) -> Survey:
    """Look for packages, Docker and images."""
    packages = tuple(f"{name} {found}" for name in PACKAGES if (found := _installed(name)))
    client = shutil.which("docker") or ""
    try:
        with closing(Docker(own_name())) as docker:
            present = frozenset(image for image in images if docker.has(image))
            return Survey(packages, client, docker.version(), present, "")
    except CouldNotRunError as error:
        return Survey(packages, client, "", frozenset(), str(error))


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""

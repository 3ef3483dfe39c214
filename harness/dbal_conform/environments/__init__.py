"""The ground that a target stands on: what starts, isolates and removes a database."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

from dbal_conform.core.errors import CouldNotRunError
from dbal_conform.core.play.actions import Environment as EnvironmentFault
from dbal_conform.environments.embedded import Embedded, Memory, Sqlite, remove_files


class Environment(Protocol):
    """A database of one worker's own, there from construction until `close`."""

    url: str  # what `{database.url}` stands for

    def apply(self, fault: EnvironmentFault) -> None:
        """Put a fault into the database or the network before it.

        Raises:
            CouldNotRunError: this environment cannot.
        """
        ...

    def close(self) -> None:
        """Remove every trace of it; may be called twice."""
        ...


class Ground(NamedTuple):
    """Where an environment may build: `detail` is what follows the colon of the database's spec.

    `scratch` is a private folder that the run removes at its end, `worker` tells the worker's
    databases apart from those of the others.
    """

    detail: str
    scratch: Path
    worker: str


class Family(NamedTuple):
    """What a kind of database needs to be offered; `kind` is its column in capabilities.yaml."""

    kind: str
    open: Callable[[Ground], Environment]
    offers: tuple[str, ...] = ()


ENVIRONMENTS: dict[str, Family] = {
    "memory": Family("memory", lambda _: Memory()),
    "sqlite": Family("sqlite", lambda ground: Sqlite(ground.detail, ground.scratch, ground.worker)),
    # The target sees to its database itself.
    "external": Family("external", lambda _: Embedded()),
}

# Databases that manifests may name and for which this version has no environment yet.
_SERVERS = {
    "postgres": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "mongo": "mongo",
}


def kind_of(spec: str) -> str:
    """Return the family of a database's spec: `mariadb:11.8` is of `mysql`."""
    name = spec.partition(":")[0]
    if name in ENVIRONMENTS:
        return ENVIRONMENTS[name].kind
    return _SERVERS.get(name, name)


def offers_of(spec: str) -> tuple[str, ...]:
    """Return the `needs` of cases that the environment of `spec` meets."""
    family = ENVIRONMENTS.get(spec.partition(":")[0])
    return family.offers if family else ()


def open_environment(spec: str, scratch: Path, worker: str) -> Environment:
    """Prepare a fresh, empty database.

    Raises:
        CouldNotRunError: this machine or this version cannot; the message says what to do.
    """
    name, _, detail = spec.partition(":")
    family = ENVIRONMENTS.get(name)
    if family is None:
        known = ", ".join(ENVIRONMENTS)
        raise CouldNotRunError(
            f"there is no environment for database {spec!r} in this version of dbal-conform;"
            f" choose one of {known} with --database"
        )
    return family.open(Ground(detail, scratch, worker))


def remove(spec: str, scratch: Path) -> None:
    """Remove what workers left behind that were ended before they could close; see `Ground`."""
    name, _, detail = spec.partition(":")
    if name == "sqlite" and detail:
        remove_files(detail, scratch)

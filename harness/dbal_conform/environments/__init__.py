"""The ground that a target stands on: what starts, isolates and removes a database."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

from dbal_conform.core.database import SPECS, Database, database_of
from dbal_conform.core.errors import CouldNotRunError
from dbal_conform.core.play.actions import Environment as EnvironmentFault
from dbal_conform.environments.base import Base
from dbal_conform.environments.embedded import Embedded, Memory, Sqlite, remove_files
from dbal_conform.environments.server import ServerDatabase


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
    """Where an environment may build.

    `scratch` is a private folder that the run removes at its end, `worker` tells the worker's
    databases apart from those of the others.
    """

    base: Base
    scratch: Path
    worker: str

    @property
    def detail(self) -> str:
        """What follows the colon of the database's spec."""
        return self.base.database.detail


# How a database of each name is opened; a name is an image, a scheme of URLs, or a family.
ENVIRONMENTS: dict[str, Callable[[Ground], Environment]] = {
    "memory": lambda _: Memory(),
    "sqlite": lambda ground: Sqlite(ground.detail, ground.scratch, ground.worker),
    # The target sees to its database itself.
    "external": lambda _: Embedded(),
    **dict.fromkeys(
        ("postgres", "mariadb", "mysql", "postgresql"),
        lambda ground: ServerDatabase(ground.base, ground.worker),
    ),
}


def offers_of(database: Database) -> tuple[str, ...]:
    """Return the `needs` of cases that the environment of a database meets."""
    del database  # none can put in faults yet
    return ()


def open_environment(base: Base, scratch: Path, worker: str) -> Environment:
    """Prepare a fresh, empty database.

    Raises:
        CouldNotRunError: this machine or this version cannot; the message says what to do.
    """
    if base.lacking:
        raise CouldNotRunError(base.lacking)
    database = base.database
    family = ENVIRONMENTS.get(database.name)
    if family is None:
        raise CouldNotRunError(
            f"there is no environment for database {database.shown!r} in this version of"
            f" dbal-conform; choose one of {SPECS} with --database"
        )
    return family(Ground(base, scratch, worker))


def remove(spec: str, scratch: Path) -> None:
    """Remove what workers left behind that were ended before they could close; see `Ground`."""
    database = database_of(spec)
    if database.name == "sqlite" and database.detail:
        remove_files(database.detail, scratch)

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
from dbal_conform.environments.way import veils_of


class Environment(Protocol):
    """A database of one worker's own, there from construction until `close`."""

    url: str  # what `{database.url}` stands for

    def apply(self, fault: EnvironmentFault) -> None:
        """Put a fault into the database or the network before it.

        Raises:
            CouldNotRunError: this environment cannot.
        """
        ...

    def mend(self) -> None:
        """Undo every fault.

        Raises:
            CouldNotRunError: it cannot; or a fault lay in wait where nothing came by.
        """
        ...

    def check(self) -> None:
        """See that the database is there, for whoever doubts it.

        Raises:
            CouldNotRunError: it is not, and the target is not to blame.
        """
        ...

    def close(self) -> None:
        """Remove every trace of it; may be called twice."""
        ...


class Ground(NamedTuple):
    """Where an environment may build.

    `scratch` is a private folder that the run removes at its end, `worker` tells the worker's
    databases apart from those of the others. `faults` are the needs of cases that it has to meet.
    """

    base: Base
    scratch: Path
    worker: str
    faults: frozenset[str] = frozenset()

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
        ("postgres", "mariadb", "mysql", "postgresql", "mongo", "mongodb", "secantusdb"),
        lambda ground: ServerDatabase(ground.base, ground.worker, ground.faults),
    ),
}


def offers_of(database: Database) -> tuple[str, ...]:
    """Return the `needs` of cases that the environment of a database meets."""
    if database.image or database.emulator:
        return ("faults.database", "faults.network")
    # A server that exists may have others who use it; the way to it is the target's alone.
    return ("faults.network",) if database.url and not veils_of(database.url) else ()


def open_environment(
    base: Base, scratch: Path, worker: str, faults: frozenset[str] = frozenset()
) -> Environment:
    """Prepare a fresh, empty database; see `Ground`.

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
    return family(Ground(base, scratch, worker, faults))


def remove(spec: str, scratch: Path) -> None:
    """Remove what workers left behind that were ended before they could close; see `Ground`."""
    database = database_of(spec)
    if database.name == "sqlite" and database.detail:
        remove_files(database.detail, scratch)

"""The servers of a run: started or found once, shared by all workers, gone at its end."""

import secrets
from collections.abc import Callable, Iterable

import msgspec

from dbal_conform.core.database import Database
from dbal_conform.core.errors import CouldNotRunError
from dbal_conform.environments.base import Base
from dbal_conform.environments.containers import Docker, Running
from dbal_conform.environments.emulators import Emulation
from dbal_conform.environments.owner import is_orphan, own_name
from dbal_conform.environments.readiness import version_of
from dbal_conform.environments.recipes import recipe_of, url_of
from dbal_conform.environments.server import administering
from dbal_conform.environments.signals import undisturbed

NAMES = "dbal_conform_"  # begins the name of every database that we make


class Servers:
    """Every server that a run needs; `told` is given lines for whoever waits."""

    def __init__(self, told: Callable[[str], None]) -> None:
        self._told = told
        self._owner = own_name()
        self._docker: Docker | None = None
        self._no_docker = ""
        self._bases: dict[Database, Base] = {}
        self._emulations: list[Emulation] = []

    def stand(
        self, databases: Iterable[Database], mortal: Iterable[Database] = ()
    ) -> tuple[dict[Database, Base], dict[Database, Base]]:
        """Have every server run that is needed; return for each database what it is made on.

        Of the images in `mortal` there is a second server each, which may be paused and killed:
        those are returned apart. One that cannot be had is no obstacle to the others: its base
        says why.
        """
        wanted = tuple(dict.fromkeys(databases))
        dying = tuple(dict.fromkeys(each for each in mortal if each.image or each.emulator))
        # All are started before the first is waited for: they come up side by side.
        starting = {each: self._started(each) for each in wanted if each.image}
        second = {each: self._started(each, mortal=True) for each in dying if each.image}
        for each in wanted:
            if each.emulator:
                self._bases[each] = self._emulated(each)
            elif each.image:
                self._bases[each] = self._ready(each, starting[each])
            else:
                self._bases[each] = self._found(each) if each.url else Base(each)
        return self._bases, {
            each: self._ready(each, second[each])
            if each in second
            else self._emulated(each, mortal=True)
            for each in dying
        }

    def close(self) -> None:
        """Remove every container and database of this run; may be called twice."""
        bases, self._bases = self._bases, {}
        for database, base in bases.items():
            if database.url and not base.lacking:
                self._drop(base, lambda name: _owner_in(name) == self._owner)
        while self._emulations:
            self._emulations.pop().close()
        docker, self._docker = self._docker, None
        if docker is not None:
            try:
                docker.remove_own()
            except CouldNotRunError as error:
                self._told(f"{error}; the next run that starts a container removes it")
            finally:
                docker.close()

    def _started(self, database: Database, *, mortal: bool = False) -> tuple[Running, Base] | Base:
        image, password = database.image, secrets.token_urlsafe(18)
        try:
            docker = self._daemon()
            if not docker.has(image):
                self._told(f"pulling {image}")
                docker.pull(image)
            self._told(f"starting {image}{' to be killed' if mortal else ''}")
            with undisturbed():  # else a container might be made that nobody knows of
                running = docker.start(image, recipe_of(database.name, password, mortal=mortal))
        except CouldNotRunError as error:
            return Base(database, lacking=f"{image}: {error}")
        url = url_of(database.name, running, password)
        container = running.container if mortal else ""
        return running, Base(database, url=url, prefix=self._prefix, container=container)

    def _ready(self, database: Database, started: tuple[Running, Base] | Base) -> Base:
        if isinstance(started, Base):
            return started
        running, base = started
        try:
            version = version_of(
                database.kind, base.url, lambda: self._daemon().last_words(running)
            )
        except CouldNotRunError as error:
            return Base(database, lacking=f"{database.image}: {error}")
        if not base.container:
            self._told(f"{database.image} is ready: {version}")
        return msgspec.structs.replace(base, server=f"{version}, image {running.image}")

    def _emulated(self, database: Database, *, mortal: bool = False) -> Base:
        self._told(f"starting {database.shown}{' to be killed' if mortal else ''}")
        try:
            with undisturbed():
                emulation = Emulation(database.emulator, database.detail, mortal=mortal)
                self._emulations.append(emulation)
            version = version_of(database.kind, emulation.url, emulation.last_words)
        except CouldNotRunError as error:
            return Base(database, lacking=str(error))
        server = f"{version}, an emulator"
        return Base(
            database,
            url=emulation.url,
            prefix=self._prefix,
            server=server,
            container=emulation.guard if mortal else "",
        )

    def _found(self, database: Database) -> Base:
        """Return a server that exists, after removing what killed runs left there."""
        base = Base(database, url=database.url, prefix=self._prefix)
        try:
            with administering(base) as admin:
                version = admin.version()
        except CouldNotRunError as error:
            return Base(database, lacking=str(error))
        self._drop(base, lambda name: is_orphan(_owner_in(name)))
        return msgspec.structs.replace(base, server=version)

    def _drop(self, base: Base, ours: Callable[[str], bool]) -> None:
        """Drop databases of our own making."""
        try:
            with administering(base) as admin:
                for name in admin.databases():
                    if name.startswith(NAMES) and ours(name):
                        admin.drop(name)
        except CouldNotRunError as error:
            self._told(f"a database {base.prefix}... may be left: {error}")

    def _daemon(self) -> Docker:
        if self._no_docker:
            raise CouldNotRunError(self._no_docker)
        if self._docker is None:
            try:
                self._docker = Docker(self._owner)
                count = self._docker.remove_orphans()
            except CouldNotRunError as error:
                self._no_docker = str(error)  # what took long to fail need not fail four times
                raise
            if count:
                self._told(f"removed {count} containers that an ended run had left")
        return self._docker

    @property
    def _prefix(self) -> str:
        return f"{NAMES}{self._owner}"


def _owner_in(name: str) -> str:
    """Return the owner's part of a database's name: all but the worker's number and its turn."""
    return "_".join(name.removeprefix(NAMES).split("_")[:4])

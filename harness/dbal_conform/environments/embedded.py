"""Databases that live inside the target's process: nothing to start, and files to remove."""

import glob
from pathlib import Path

from dbal_conform.core.errors import CouldNotRunError
from dbal_conform.core.play.actions import Environment as EnvironmentFault

_SUFFIXES = ("", "-wal", "-shm", "-journal")


class Embedded:
    """What all of them share: no fault can be put into them from outside."""

    url = ""

    def apply(self, fault: EnvironmentFault) -> None:
        """Refuse; see `Environment.apply`."""
        raise CouldNotRunError(f"an embedded database has no {_named(fault)} to interfere with")

    def mend(self) -> None:
        """Nothing was harmed."""

    def check(self) -> None:
        """It is where the target is."""

    def close(self) -> None:
        """Nothing is held."""


class Memory(Embedded):
    """The target keeps its rows in memory."""

    url = "memory:"


class Sqlite(Embedded):
    """SQLite: private to the process and in memory, or with a path in a file of the worker's own.

    In memory is the default because it is what most can run and the quickest to reset; a file adds
    WAL and the file system, which `sqlite:PATH` is for.
    """

    def __init__(self, path: str, scratch: Path, worker: str) -> None:
        self._file: Path | None = None
        self.url = "sqlite:"
        if path:
            self._file = _own_file(path, scratch, worker)
            self.url = f"sqlite:{self._file}"

    def close(self) -> None:
        """Remove the file and what SQLite keeps beside it."""
        if self._file is not None:
            for suffix in _SUFFIXES:
                Path(f"{self._file}{suffix}").unlink(missing_ok=True)


def remove_files(path: str, scratch: Path) -> None:
    """Remove the files of workers that were ended before they could."""
    wanted = _wanted(path, scratch)
    for file in wanted.parent.glob(f"{glob.escape(wanted.stem)}-*"):
        file.unlink(missing_ok=True)


def _own_file(path: str, scratch: Path, worker: str) -> Path:
    """Return a file that is not there yet."""
    wanted = _wanted(path, scratch)
    file = wanted.with_name(f"{wanted.stem}-{worker}{wanted.suffix}")
    if not file.parent.is_dir():
        raise CouldNotRunError(f"sqlite:{path}: there is no folder {file.parent}; make it first")
    if file.exists():
        raise CouldNotRunError(f"sqlite:{path}: {file.name} exists; name a file that does not")
    return file


def _wanted(path: str, scratch: Path) -> Path:
    """Return what the files of this run begin with: nobody else has the name of its scratch folder.

    `file` alone means one in that folder.
    """
    wanted = scratch / "database.sqlite" if path == "file" else Path(path).absolute()
    return wanted.with_name(f"{wanted.stem}-{scratch.name}{wanted.suffix}")


def _named(fault: EnvironmentFault) -> str:
    if fault.database is not None:
        return "server"
    return "network" if fault.network is not None else "connection of its own"

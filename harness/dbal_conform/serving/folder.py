"""The runs that lie in a folder: which there are, and each of them as pages want it."""

from collections import OrderedDict
from pathlib import Path

from dbal_conform.core.errors import InputError
from dbal_conform.core.ledger import Ledger
from dbal_conform.reporters.folder import Listed
from dbal_conform.runfile import glance, read

SHOWN = 500  # the newest; a folder that collects for years stays quick
KEPT = 4  # runs held ready: a large one takes a second to read

_Version = tuple[int, int]


class Folder:
    """A folder of run files; it may change while it is looked at.

    Raises:
        InputError: there is no such folder.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_dir():
            raise InputError(f"{path}: there is no such folder: name the one that holds run files")
        self.path = path.resolve()
        self._listed: dict[str, tuple[_Version, Listed]] = {}
        self._ledgers: OrderedDict[tuple[str, _Version], Ledger] = OrderedDict()

    def files(self) -> dict[str, Path]:
        """Return the run files by name, the newest first; links that lead elsewhere are not there.

        What is served is what stands here: a name that does not, has no file.
        """
        found: list[tuple[int, str, Path]] = []
        for path in self.path.glob("*.jsonl"):
            try:
                if path.is_file() and path.resolve().parent == self.path:
                    found.append((path.stat().st_mtime_ns, path.name, path))
            except OSError:
                continue  # it has gone since
        found.sort(reverse=True)
        return {name: path for _, name, path in found[:SHOWN]}

    def runs(self) -> tuple[Listed, ...]:
        """Return what the list says of each run, the newest first."""
        files = self.files()
        for name in self._listed.keys() - files.keys():
            del self._listed[name]
        return tuple(self._entry(name, path) for name, path in files.items())

    def ledger(self, name: str) -> Ledger | None:
        """Return a run; None where there is no such file.

        Raises:
            InputError: it is not a run file.
        """
        path = self.files().get(name)
        if path is None:
            return None
        key = (name, _version(path))
        if key not in self._ledgers:
            self._ledgers[key] = read(path).ledger()
            while len(self._ledgers) > KEPT:
                self._ledgers.popitem(last=False)
        self._ledgers.move_to_end(key)
        return self._ledgers[key]

    def _entry(self, name: str, path: Path) -> Listed:
        version = _version(path)
        known = self._listed.get(name)
        if known is None or known[0] != version:
            known = self._listed[name] = (version, _listed(name, path))
        return known[1]


def _listed(name: str, path: Path) -> Listed:
    try:
        header, footer = glance(path)
    except InputError as error:
        return Listed(name, problem=str(error).replace(f"{path.parent}/", ""))
    return Listed(name, header, footer)


def _version(path: Path) -> _Version:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)

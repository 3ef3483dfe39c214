"""Emulators of database servers: packages from the index, run as processes on the loopback.

They stand in where no image can be had. What they get wrong is no fault of a target, so reports
name the emulator and its version, never the database that it emulates.
"""

import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, NamedTuple

from dbal_conform.core.errors import CouldNotRunError
from dbal_conform.environments.guardian import SOCKET

HOST: Final = "127.0.0.1"
END_S: Final = 10.0  # for the guardian to end it and remove its data
_WORDS: Final = 300  # of what it said last
_GUARDIAN: Final = Path(__file__).with_name("guardian.py")


class Emulator(NamedTuple):
    """A package that emulates a server, and how it is started."""

    package: str
    scheme: str
    command: Callable[[int], tuple[str, ...]]  # from a port; the folder for data is the current one
    lasting: tuple[str, ...]  # what makes it keep what it confirmed, though it is killed
    modes: Mapping[str, tuple[str, ...]]  # what may follow its name, and what that adds


EMULATORS: Final[Mapping[str, Emulator]] = {
    "secantusdb": Emulator(
        "SecantusDB",
        "mongodb",
        lambda port: (
            str(Path(sys.executable).with_name("secantusd-py")),
            *("--host", HOST, "--port", str(port), "--storage-path", "data"),
            *("--log-level", "ERROR", "--cache-size", "256M"),
        ),
        ("--sync-on-commit",),
        {"": (), "standalone": ("--standalone",)},
    ),
}


class Emulation:
    """An emulator that runs, until `close` or the end of this process, however that comes.

    One that is `mortal` finds what it had committed when it is started again after a `kill -9`.

    Raises:
        CouldNotRunError: it is not installed, or cannot be started.
    """

    def __init__(self, name: str, mode: str = "", *, mortal: bool = False) -> None:
        emulator = EMULATORS[name]
        try:
            version(emulator.package)
        except PackageNotFoundError:
            raise CouldNotRunError(
                f"{name}: the Python package {emulator.package} is not installed:"
                " pip install 'dbal-conform[emulators]'"
            ) from None
        port = _free_port()
        lasting = emulator.lasting if mortal else ()
        command = (*emulator.command(port), *emulator.modes[mode], *lasting)
        folder = tempfile.mkdtemp(prefix="dbal-conform-")
        self.url = f"{emulator.scheme}://{HOST}:{port}/?directConnection=true"
        self.guard = str(Path(folder, SOCKET))  # see `guardian`
        self._process = subprocess.Popen(  # noqa: S603 -- our own guardian
            (sys.executable, str(_GUARDIAN), folder, *command),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,  # a signal to all of a group is not for it
        )

    def last_words(self) -> str | None:
        """Return what it said last if it has ended, or None while it runs."""
        if self._process.poll() is None or self._process.stderr is None:
            return None
        said = self._process.stderr.read().decode("utf-8", "replace")
        return " ".join(said.split())[-_WORDS:] or "without a word"

    def close(self) -> None:
        """End it; may be called twice."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        port: int = free.getsockname()[1]
        return port

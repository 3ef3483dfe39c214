"""The switch of a server: paused, killed, and set right again."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Final, Protocol

from dbal_conform.core.errors import CouldNotRunError
from dbal_conform.environments.base import Base
from dbal_conform.environments.containers import client, last_words, spoken
from dbal_conform.environments.readiness import version_of

STOP_S: Final = 10  # for a server to end by itself
READY_S: Final = 30.0  # for one that has its data to let somebody in; it takes 0.5 to 2


class Power(Protocol):
    """Of a server that is a run's own.

    Every method raises CouldNotRunError where it cannot be done, or the server does not come back.
    """

    def pause(self) -> None:
        """Let it stand still: it neither answers nor hangs up."""
        ...

    def resume(self) -> None:
        """Let it go on."""
        ...

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does; it stays dead."""
        ...

    def restart(self) -> None:
        """End it as its administrator would, if it lives; have it up again, on the same port."""
        ...

    def mend(self) -> None:
        """Have it run and answer, whatever was done to it."""
        ...


def power_of(base: Base) -> Power:
    """Return the switch of what a base names."""
    return GuardedPower(base) if base.database.emulator else ContainerPower(base)


class GuardedPower:
    """Of the emulator whose guardian listens."""

    def __init__(self, base: Base) -> None:
        self._base = base

    def pause(self) -> None:
        """See `Power`."""
        self._ask("pause")

    def resume(self) -> None:
        """See `Power`."""
        self.mend()

    def kill(self) -> None:
        """See `Power`."""
        self._ask("kill")

    def restart(self) -> None:
        """See `Power`."""
        self._ask("restart")
        self._wait()

    def mend(self) -> None:
        """See `Power`."""
        self._ask("mend")
        self._wait()

    def _wait(self) -> None:
        version_of(self._base.database.kind, self._base.url, lambda: None, READY_S)

    def _ask(self, word: str) -> None:
        try:
            with socket.socket(socket.AF_UNIX) as guard:
                guard.settimeout(2 * STOP_S)
                guard.connect(self._base.container)
                guard.sendall(word.encode())
                done = guard.recv(2)
        except OSError as error:
            done = str(error).encode()
        if done != b"ok":
            shown = self._base.database.shown
            raise CouldNotRunError(f"the guardian of {shown} did not {word} it: {done.decode()}")


class ContainerPower:
    """Of the container that a base names."""

    def __init__(self, base: Base) -> None:
        self._base = base

    def pause(self) -> None:
        """Let it stand still: it neither answers nor hangs up."""
        with self._container("paused") as container:
            container.pause()

    def resume(self) -> None:
        """Let it go on."""
        with self._container("resumed") as container:
            if container.status == "paused":
                container.unpause()
        self._wait()

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does; it stays dead."""
        with self._container("killed") as container:
            _kill(container)

    def restart(self) -> None:
        """End it as its administrator would, if it lives; have it up again, on the same port."""
        with self._container("restarted") as container:
            if container.status == "paused":
                container.unpause()
            if container.status in {"running", "paused"}:
                container.restart(timeout=STOP_S)
            else:
                container.start()
        self._wait()

    def mend(self) -> None:
        """Have it run and answer, whatever was done to it."""
        with self._container("mended") as container:
            if container.status == "paused":
                container.unpause()
            elif container.status != "running":
                container.start()
        self._wait()

    def _wait(self) -> None:
        def words() -> str | None:
            with self._container("seen") as container:
                return last_words(container)

        version_of(self._base.database.kind, self._base.url, words, READY_S)

    @contextmanager
    def _container(self, what: str) -> Iterator[Any]:
        with (
            closing(client()) as daemon,
            spoken(f"the container of {self._base.database.shown} cannot be {what}"),
        ):
            yield daemon.containers.get(self._base.container)


def _kill(container: Any) -> None:  # noqa: ANN401 -- docker has no types
    if container.status in {"running", "paused"}:
        container.kill()
        container.wait(timeout=STOP_S)

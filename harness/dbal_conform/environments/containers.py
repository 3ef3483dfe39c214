"""The door to Docker: containers of database servers, started, found again and removed."""

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from dbal_conform.core.errors import CouldNotRunError
from dbal_conform.environments.owner import is_orphan

LABEL = "dbal-conform.owner"  # see `owner`
DOCKER_S = 60  # for the daemon to do one thing; a pull takes as long as it takes
PORT_TRIES = 5  # between finding a free port and using it, another may take it
LOG_LINES = 5
INSTALL = "pip install 'dbal-conform[containers]'"
HOST = "127.0.0.1"
GIVE = "or name a server that exists: --database postgresql://user:password@host/database"


class Recipe(NamedTuple):
    """How a server of an image is started: quick rather than safe, since its data is for a run.

    `data` is where its files lie; in memory, or where they outlive the server's death.
    """

    port: int
    env: dict[str, str]
    command: tuple[str, ...]
    data: str
    in_memory: bool = True


class Running(NamedTuple):
    """A started server, which may not be ready yet."""

    container: str
    host: str
    port: int
    image: str  # its name, and the beginning of its digest


class Docker:
    """A connection to the daemon; what it starts bears the name of its `owner`.

    Raises:
        CouldNotRunError: the extra is not installed, or no daemon answers; says what to do.
    """

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._client = client()

    def version(self) -> str:
        """Return the daemon's version."""
        return str(self._client.version().get("Version", "unknown"))

    def has(self, image: str) -> bool:
        """Tell whether an image is here, and need not be pulled."""
        from docker.errors import ImageNotFound  # noqa: PLC0415 -- see client

        with spoken("images cannot be listed"):
            try:
                self._client.images.get(image)
            except ImageNotFound:
                return False
        return True

    def pull(self, image: str) -> None:
        """Fetch an image.

        Raises:
            CouldNotRunError: it cannot be had.
        """
        name, _, tag = image.partition(":")
        with spoken(f"the image {image} is not here and cannot be pulled"):
            self._client.images.pull(name, tag=tag)

    def start(self, image: str, recipe: Recipe) -> Running:
        """Start a server on the loopback of the daemon's machine.

        Raises:
            CouldNotRunError: it cannot be started.
        """
        from testcontainers.core.config import testcontainers_config  # noqa: PLC0415 -- an extra
        from testcontainers.core.container import DockerContainer  # noqa: PLC0415

        # The reaper needs an image of its own, and would end what a killed run left; we do that.
        testcontainers_config.ryuk_disabled = True
        for attempt in range(1, PORT_TRIES + 1):
            made = DockerContainer(image, command=" ".join(recipe.command), env=recipe.env)
            made.with_kwargs(labels={LABEL: self._owner}, shm_size="256m")
            if recipe.in_memory:
                made.with_tmpfs_mount(recipe.data)
            # A fixed port, since a container that is started again is given another one.
            local = _is_local()
            made.ports = {str(recipe.port): (HOST, _free_port()) if local else None}  # type: ignore[dict-item]  # the SDK takes a pair
            try:
                with spoken(f"{image} cannot be started"):
                    made.start()
                    host = HOST if local else made.get_container_host_ip()
                    inspected = made.get_wrapped_container()
                    return Running(
                        container=str(inspected.id),
                        host=host,
                        port=int(made.get_exposed_port(recipe.port)),
                        image=f"{image} {str(inspected.image.id)[:19]}",
                    )
            except CouldNotRunError as error:
                made.stop()
                if attempt == PORT_TRIES or "port is already allocated" not in str(error):
                    raise
        raise AssertionError  # unreachable: the last attempt returns or raises

    def last_words(self, running: Running) -> str | None:
        """Return the end of a container's log if it has ended, or None while it runs."""
        with spoken("a container that was started is gone"):
            return last_words(self._client.containers.get(running.container))

    def remove_own(self) -> None:
        """Remove every container of this owner, with its data."""
        for container, owner in self._labelled():
            if owner == self._owner:
                _remove(container)

    def remove_orphans(self) -> int:
        """Remove the containers whose owner was ended before it could; return how many."""
        orphans = [container for container, owner in self._labelled() if is_orphan(owner)]
        for container in orphans:
            _remove(container)
        return len(orphans)

    def close(self) -> None:
        """Let go of the daemon."""
        self._client.close()

    def _labelled(self) -> Iterator[tuple[Any, str]]:
        with spoken("containers cannot be listed"):
            found = self._client.containers.list(
                all=True, filters={"label": LABEL}, ignore_removed=True
            )
        for container in found:
            yield container, str(container.labels.get(LABEL, ""))


def last_words(container: Any) -> str | None:  # noqa: ANN401 -- docker has no types
    """Return the end of a container's log if it has ended, or None while it runs."""
    if container.status in {"created", "running"}:
        return None
    lines = container.logs(tail=LOG_LINES).decode("utf-8", "replace").splitlines()
    return "; ".join(line.strip() for line in lines)


def client() -> Any:  # noqa: ANN401 -- docker has no types
    """Return a new client of the daemon.

    Raises:
        CouldNotRunError: the extra is not installed, or no daemon answers; says what to do.
    """
    try:
        import docker  # noqa: F401, PLC0415 -- an extra, and slow to import
        from testcontainers.core.docker_client import DockerClient  # noqa: PLC0415
    except ImportError:
        raise CouldNotRunError(
            f"starting a server needs testcontainers: {INSTALL}, and Docker; {GIVE}"
        ) from None
    logging.getLogger("testcontainers").setLevel(logging.ERROR)
    with spoken("no Docker daemon answers; install Docker and start it, " + GIVE):
        found = DockerClient(timeout=DOCKER_S).client
        found.ping()
    return found


@contextmanager
def spoken(failure: str) -> Iterator[None]:
    """Let an error of the daemon or of the way to it say what it means for the run."""
    from docker.errors import DockerException, NotFound  # noqa: PLC0415 -- see client
    from requests import RequestException  # noqa: PLC0415

    try:
        yield
    except (DockerException, RequestException, OSError) as error:
        words = getattr(error, "explanation", None) or str(error) or type(error).__name__
        if isinstance(error, NotFound) and "manifest" in str(words):
            words = "there is no such tag"
        raise CouldNotRunError(f"{failure} ({' '.join(str(words).split())[:300]})") from error


def _remove(container: Any) -> None:  # noqa: ANN401 -- docker has no types
    from docker.errors import APIError, NotFound  # noqa: PLC0415 -- see client

    try:
        container.remove(force=True, v=True)
    except NotFound:
        return
    except APIError as error:
        if error.status_code != 409:  # noqa: PLR2004 -- conflict: another is removing it
            raise CouldNotRunError(f"a container cannot be removed: {error.explanation}") from error


def _is_local() -> bool:
    """Tell whether the daemon is on this machine, so that its loopback is ours."""
    named = os.environ.get("DOCKER_HOST", "")
    overridden = os.environ.get("TESTCONTAINERS_HOST_OVERRIDE", HOST)
    return named.partition(":")[0] in {"", "unix", "npipe"} and overridden in {HOST, "localhost"}


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        port: int = found.getsockname()[1]
        return port

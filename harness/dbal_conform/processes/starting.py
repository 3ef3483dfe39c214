"""From what a manifest says of starting to a program that runs."""

import contextlib
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from dbal_conform.core.errors import CouldNotRunError, HarnessError, InputError
from dbal_conform.core.manifest import Container, Manifest, Start, fill
from dbal_conform.processes.program import Launch, Program

TOKEN = "DBAL_BOOTSTRAP_TOKEN"  # noqa: S105 -- the name of a variable
LABEL = "dbal-conform.owner"
BUILD_S = 600.0
_TAKE_AWAY_S = 30.0
_WORDS = 400  # characters of what docker says that a reason quotes


def start(manifest: Manifest, folder: Path, values: Mapping[str, str], owner: str) -> Program:
    """Start the target; it may not be ready yet.

    Args:
        manifest: what is started, and with which variables.
        folder: its working directory, and what its paths start from.
        values: what stands for the placeholders, the bootstrap token among them.
        owner: whose container it is.

    Raises:
        InputError: there is no such program.
        CouldNotRunError: there is no Docker, or it has no such image.
    """
    wanted = manifest.start
    if wanted is None:
        raise HarnessError(f"{manifest.target} is not started")
    env = {TOKEN: values["bootstrap_token"]}
    env |= {name: fill(text, values) for name, text in wanted.env.items()}
    argv = tuple(fill(word, values) for word in wanted.command or ())
    piped = manifest.transport == "stdio"
    if wanted.container is None:
        return Program(Launch(_found(argv, folder), env, folder, piped))
    return _contained(wanted, argv, Launch((), env, folder, piped), owner)


def _found(argv: tuple[str, ...], folder: Path) -> tuple[str, ...]:
    """Return the command with a program that lies beside the manifest found there."""
    if not argv:
        raise InputError("start.command is empty")
    name = argv[0]
    if "/" in name and not Path(name).is_absolute():
        return (str(folder / name), *argv[1:])
    return argv


def _contained(start: Start, argv: tuple[str, ...], launch: Launch, owner: str) -> Program:
    """Run an image in the foreground: its pipes and signals are then those of a program.

    It shares the machine's network, so that it listens on the loopback alone and finds databases
    there. Variables go by name: their values stand in no list of processes.
    """
    docker = _docker()
    image = _image(docker, start.container or Container(), launch.folder)
    name = f"dbal-conform-{secrets.token_hex(6)}"
    words = [docker, "run", "--rm", "--init", "--interactive", "--network", "host", "--name", name]
    words += ["--label", f"{LABEL}={owner}", "--cap-drop", "ALL"]
    for variable in launch.env:
        words += ["--env", variable]
    program = Program(launch._replace(argv=(*words, image, *argv)))
    program.afterwards(lambda: _take_away(docker, name))
    return program


def _docker() -> str:
    found = shutil.which("docker")
    if found is None:
        raise CouldNotRunError("start.container needs the command docker: install Docker")
    return found


def _image(docker: str, container: Container, folder: Path) -> str:
    """Return the image to run, built if the manifest says from what.

    Raises:
        CouldNotRunError: Docker cannot have it.
    """
    if container.image is not None:
        asked = [docker, "image", "inspect", "--format", "{{.Id}}", container.image]
        if _run(asked)[0] == 0:
            return container.image
        code, said = _run([docker, "pull", "--quiet", container.image])
        if code:
            raise CouldNotRunError(f"image {container.image}: {said}")
        return container.image
    code, said = _run([docker, "build", "--quiet", str(folder / (container.build or "."))])
    if code:
        raise CouldNotRunError(f"start.container.build {container.build}: {said}")
    return said.split()[-1]


def _run(argv: list[str]) -> tuple[int, str]:
    """Return the exit status, and the end of what was said."""
    try:
        done = subprocess.run(  # noqa: S603 -- docker, with what the user's manifest names
            argv, capture_output=True, text=True, timeout=BUILD_S, check=False
        )
    except subprocess.TimeoutExpired:
        return 1, f"it took longer than {BUILD_S:.0f} s"
    said = done.stdout.strip() if done.returncode == 0 else (done.stderr or done.stdout).strip()
    return done.returncode, said[-_WORDS:]


def _take_away(docker: str, name: str) -> None:
    """Remove a container that its client may have left behind."""
    with contextlib.suppress(subprocess.TimeoutExpired, OSError):
        subprocess.run(  # noqa: S603 -- as above
            [docker, "rm", "--force", "--volumes", name],
            capture_output=True,
            timeout=_TAKE_AWAY_S,
            check=False,
        )

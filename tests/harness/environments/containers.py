"""Harnesses that run for a while, and what their containers are."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from tests.harness.cli.shell import command, environment

from dbal_conform.environments.containers import LABEL

Daemon: TypeAlias = Any  # a client of it, which has no types
POSTGRES = ("run", "-t", "reference-postgres", "-d", "postgres:17", "-n", "1")


@contextmanager
def harness(*arguments: str, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a command, and end it however the test does."""
    process = subprocess.Popen(
        command(*arguments),
        cwd=cwd,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=30)


def wait_for(process: subprocess.Popen[str], text: str) -> None:
    """Read what a command says until it says that."""
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if text in line:
            return
    raise AssertionError(f"it never said {text!r}: {said}")


def containers_of(docker: Daemon, process: int) -> list[Any]:
    """Return the containers that a process started."""
    found = docker.containers.list(all=True, filters={"label": LABEL}, ignore_removed=True)
    return [each for each in found if each.labels[LABEL].split("_")[1] == str(process)]

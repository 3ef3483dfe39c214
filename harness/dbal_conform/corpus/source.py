"""One file that an author or user wrote: its text, its document, and where things stand in it."""

import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from dbal_conform.core.errors import InputError
from dbal_conform.core.finding import Finding, Where
from dbal_conform.corpus.strict_yaml import Places, read

MAX_BYTES = 2 * 1024 * 1024  # the largest suite of ours has 40 kB; parsing 2 MiB takes 0.5 s


__all__ = ["MAX_BYTES", "Finding", "Source", "Where", "read_source", "show", "shown"]


class Source:
    """A parsed file; `name` is what messages call it.

    Raises:
        InputError: the text is not strict YAML.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.document, self.lines = read(text, name)

    @cached_property
    def _places(self) -> Places:
        return Places(self.text)

    def place(self, path: Where, *, key: bool = False) -> str:
        """Return `file:line:column` of what stands at `path`."""
        return f"{self.name}:{self._places.of(path, key=key)}"

    def error(self, findings: Iterable[Finding]) -> InputError:
        """Return one error that tells of all findings, a line each, in the order of the file."""
        lines = [
            f"{self.place(found.path, key=found.key)}: {show(found.path)}: {found.message}"
            for found in findings
        ]
        return InputError("\n".join(sorted(dict.fromkeys(lines), key=_position)))


def read_source(file: Path) -> Source:
    """Read and parse `file`, which messages call by its path from the working directory.

    Raises:
        InputError: it cannot be read, is too large, is not UTF-8 or not strict YAML.
    """
    name = shown(file)
    try:
        if file.stat().st_size > MAX_BYTES:
            raise InputError(
                f"{name}:1:1: larger than {MAX_BYTES // 1024 // 1024} MiB: split the file"
            )
        raw = file.read_bytes()
    except OSError as error:
        raise InputError(f"{name}:1:1: cannot be read: {error.strerror}") from error
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise InputError(f"{name}:{line}:{column}: not UTF-8: save the file as UTF-8") from error
    return Source(name, text)


def shown(file: Path) -> str:
    """Return the path as people see it: from the working directory where it lies below that."""
    absolute = file.absolute()
    here = Path.cwd()
    return (absolute.relative_to(here) if absolute.is_relative_to(here) else file).as_posix()


def show(path: Where) -> str:
    """Return `path` as `$.cases[0].steps[1]."odd key"`."""
    parts = [
        f"[{step}]"
        if isinstance(step, int)
        else f".{step}"
        if re.fullmatch(r"[$\w-]+", step)
        else f'."{step}"'
        for step in path
    ]
    return "".join(["$", *parts])


def _position(line: str) -> tuple[int, int]:
    found = re.match(r".*?:(\d+):(\d+): ", line)
    return (int(found[1]), int(found[2])) if found else (0, 0)

"""run.jsonl: a header, a line for each trial as it ends, a footer; the only thing reports read.

What is in the file is whole at every moment: each line goes to the system at once, and one that did
not fit on a full disk is taken back.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

import msgspec

from dbal_conform.core.errors import HarnessError, InputError
from dbal_conform.core.ledger import Fold, Footer, Header, Key, Ledger
from dbal_conform.core.verdict import TrialResult

FORMAT = "1"
FOOTER_LINE = 64 * 1024  # bytes that a footer, with a count for each verdict, never reaches
LONGEST_LINE = 256 * 1024 * 1024  # a transcript may hold replies of the largest size allowed

Record: TypeAlias = Header | TrialResult | Footer

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Record).decode


class RunFile:
    """A run file open for writing; made by `create` or `reopen`."""

    def __init__(self, path: Path, descriptor: int, size: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self._size = size

    def append(self, record: Record) -> None:
        """Write one line.

        Raises:
            HarnessError: the disk is full or broken; the file ends with the line before.
        """
        self.append_line(_encode(record) + b"\n")

    def append_line(self, line: bytes) -> None:
        """Write a line that was encoded already, its end included.

        Raises:
            HarnessError: as `append`.
        """
        try:
            written = 0
            while written < len(line):
                written += os.write(self._descriptor, line[written:])
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, self._size)
            raise HarnessError(
                f"{self.path}: cannot be written: {error.strerror}; it holds all that was run"
                f" before: make room, then `dbal-conform run --resume {self.path}`"
            ) from error
        self._size += len(line)

    def close(self) -> None:
        """Close it; may be called twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def discard(self) -> None:
        """Close and remove a file in which nothing stands yet."""
        self.close()
        if self._size == 0:
            self.path.unlink(missing_ok=True)


class Contents(NamedTuple):
    """What stands in a run file; `size` is the length of its whole lines in bytes."""

    header: Header
    fold: Fold
    footer: Footer | None
    size: int

    def ledger(self) -> Ledger:
        """Return it as reports want it."""
        return self.fold.ledger(self.header, self.footer)


def create(path: Path, *, option: str = "--run-file") -> RunFile:
    """Start a new file, before anything is run; `option` is what named it.

    Raises:
        InputError: it exists, or cannot be made there.
    """
    if path.exists():
        complete = f"complete it with --resume {path}, or " if option == "--run-file" else ""
        raise InputError(f"{path}: exists; {complete}name another with {option}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        descriptor = os.open(path, flags, 0o644)
    except OSError as error:
        raise InputError(
            f"{path}: cannot be made: {error.strerror}; name another place with {option}"
        ) from error
    return RunFile(path, descriptor, 0)


def reopen(path: Path, contents: Contents) -> RunFile:
    """Go on with a file that was read, after its last whole line.

    Raises:
        InputError: it cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
        os.ftruncate(descriptor, contents.size)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error
    return RunFile(path, descriptor, contents.size)


def read(path: Path) -> Contents:
    """Read a run file; a last line that was cut off, as by a crash, is left out.

    Raises:
        InputError: it cannot be read, or is not a run file; says which line.
    """
    reading = _Reading(path)
    try:
        with path.open("rb") as file:
            while (line := file.readline(LONGEST_LINE)).endswith(b"\n"):
                reading.take(line)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    return reading.contents()


def glance(path: Path) -> tuple[Header, Footer | None]:
    """Return the first line of a run file and, where the run ended, the last: quick, if it is long.

    Raises:
        InputError: it cannot be read, or does not begin as a run file does.
    """
    try:
        with path.open("rb") as file:
            first = file.readline(LONGEST_LINE)
            size = file.seek(0, os.SEEK_END)
            file.seek(max(len(first), size - FOOTER_LINE))
            last = file.read(FOOTER_LINE)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    header = _record(first, f"{path}:1:1")
    if not isinstance(header, Header):
        raise InputError(f"{path}:1:1: not a run file: it has no header")
    _known_format(header, f"{path}:1:1")
    line = last.rstrip(b"\n").rpartition(b"\n")[2] if last.endswith(b"\n") else b""
    if not line.startswith(b'{"type":"footer"'):
        return header, None
    footer = _record(line, f"{path}: last line")
    return header, footer if isinstance(footer, Footer) else None


def whole_results(path: Path, trial: str) -> list[TrialResult]:
    """Return the results of one trial as they were written, on every target.

    `read` keeps less of what simply held: not how often each invariant was evaluated.

    Raises:
        InputError: as `read`.
    """
    found: list[TrialResult] = []
    try:
        with path.open("rb") as file:
            for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), 1):
                if line.endswith(b"\n") and (trial.encode() in line or not trial.isascii()):
                    record = _record(line, f"{path}:{number}:1")
                    if isinstance(record, TrialResult) and record.trial == trial:
                        found.append(record)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    return found


def result_lines(path: Path) -> Iterator[tuple[bytes, TrialResult]]:
    """Yield each line of a trial as it was written, with what it says.

    Raises:
        InputError: as `read`.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), 1):
                if line.endswith(b"\n"):
                    record = _record(line, f"{path}:{number}:1")
                    if isinstance(record, TrialResult):
                        yield line, record
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error


class _Reading:
    """What was read so far."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines = 0
        self._size = 0
        self._fold = Fold()
        self._header: Header | None = None
        self._footer: Footer | None = None

    def take(self, line: bytes) -> None:
        self._lines += 1
        place = f"{self._path}:{self._lines}:1"
        record = _record(line, place)
        if self._footer is not None:
            raise InputError(f"{place}: nothing may follow the footer")
        if isinstance(record, Header) != (self._header is None):
            raise InputError(f"{place}: a run file has one header, as its first line")
        match record:
            case Header():
                self._header = _known_format(record, place)
            case TrialResult():
                _add(self._fold, record, place)
            case Footer():
                self._footer = record
        self._size += len(line)

    def contents(self) -> Contents:
        if self._header is None:
            raise InputError(f"{self._path}:1:1: not a run file: it has no header")
        return Contents(self._header, self._fold, self._footer, self._size)


def _record(line: bytes, place: str) -> Record:
    try:
        record: Record = _decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{place}: not a line of a run file: {error}") from error
    return record


def _known_format(header: Header, place: str) -> Header:
    if header.format != FORMAT:
        raise InputError(
            f"{place}: format {header.format!r} is not known; update dbal-conform to read it"
        )
    return header


def _add(fold: Fold, result: TrialResult, place: str) -> None:
    if Key(result.trial, result.target, result.database) in fold:
        raise InputError(f"{place}: {result.trial} on {result.target} stands here twice")
    fold.add(result)

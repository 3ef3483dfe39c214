"""A connection of the sqlite3 driver, with a deadline, whose errors are those of `adapters`."""

import re
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from dbal_reference.adapters import (
    OverdueError,
    ReferencedError,
    UnavailableError,
    UniqueViolation,
)

_STEPS_BETWEEN_LOOKS = 20_000  # of SQLite's machine: about a millisecond between looks at the clock
_TEXTS_CACHED = 512

_OVERDUE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_INTERRUPT}
_UNAVAILABLE = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOTADB,
}
_UNIQUE = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}
_REFERENCED = {sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY, sqlite3.SQLITE_CONSTRAINT_TRIGGER}
_PRIMARY_CODE: Final = 0xFF  # of an extended code

_SURROGATE = re.compile("[\ud800-\udfff]")
_LARGEST: Final = 2**63 - 1


def meaning(error: sqlite3.Error) -> Exception:
    """Say what an error of the driver is, by its code (ERR-MAP-002); itself, if it is a defect."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return error
    if code in _UNIQUE:
        return UniqueViolation()
    if code in _REFERENCED:
        return ReferencedError()
    if code & _PRIMARY_CODE in _OVERDUE:
        return OverdueError()
    if code & _PRIMARY_CODE in _UNAVAILABLE:
        return UnavailableError()
    return error


class SqliteConnection:
    """One connection, used by one thread at a time; the caller sees to that."""

    def __init__(self, path: str | None) -> None:
        self.deadline = float("inf")
        try:
            self._raw = sqlite3.connect(
                path or ":memory:",
                isolation_level=None,  # no BEGIN of its own
                check_same_thread=False,
                cached_statements=_TEXTS_CACHED,
            )
        except sqlite3.Error as error:
            raise meaning(error) from error
        self._raw.set_progress_handler(self._is_late, _STEPS_BETWEEN_LOOKS)

    @property
    def changes(self) -> int:
        """How many rows were ever changed by it, cascades and what was undone included."""
        return self._raw.total_changes

    def wait_for_locks(self, until: float) -> None:
        """Let other processes finish, until this `time.monotonic()` instant."""
        self.deadline = until
        left_ms = max(0, int((until - time.monotonic()) * 1000))
        self.execute(f"PRAGMA busy_timeout = {left_ms}")

    def query(self, text: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Give every record."""
        try:
            return self._raw.execute(text, parameters).fetchall()
        except sqlite3.Error as error:
            raise meaning(error) from error
        except (UnicodeEncodeError, OverflowError):
            # What SQLite cannot hold is in no row, but it still compares with what is.
            return self._raw.execute(text, [_nearest(value) for value in parameters]).fetchall()

    def execute(self, text: str, parameters: Sequence[Any] = ()) -> None:
        """Write."""
        try:
            self._raw.execute(text, parameters)
        except sqlite3.Error as error:
            raise meaning(error) from error

    def execute_many(self, text: str, parameters: Iterable[Sequence[Any]]) -> None:
        """Write, once for each."""
        try:
            self._raw.executemany(text, parameters)
        except sqlite3.Error as error:
            raise meaning(error) from error

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what is done inside, and only that, if the block raises."""
        self.execute("SAVEPOINT s")
        try:
            yield
        except BaseException:
            if self._raw.in_transaction:  # a full disk or an interrupt has undone all of it
                self.execute("ROLLBACK TO s")
                self.execute("RELEASE s")
            raise
        self.execute("RELEASE s")

    @contextmanager
    def transaction(self, begin: str, deadline: float) -> Iterator[None]:
        """Begin so; commit if the block ends before the deadline, else roll back."""
        self.deadline = deadline
        self.execute(begin)
        try:
            yield
            if time.monotonic() > deadline:
                raise OverdueError
            self._commit()
        finally:
            self.deadline = float("inf")
            if self._raw.in_transaction:
                self.execute("ROLLBACK")

    def close(self) -> None:
        """Close; twice is harmless."""
        self._raw.close()

    def _commit(self) -> None:
        try:
            self._raw.execute("COMMIT")
        except sqlite3.Error as error:
            told = meaning(error)
            if isinstance(told, UnavailableError) and not self._raw.in_transaction:
                # It may be in the log already.
                raise UnavailableError(outcome_unknown=True) from error
            raise told from error

    def _is_late(self) -> bool:
        return time.monotonic() > self.deadline


def _nearest(value: Any) -> Any:  # noqa: ANN401 -- any parameter
    """Give something that no row has and that compares with every row as `value` does.

    A lone surrogate becomes U+0000, which no string holds (TYP-STR-005); integers beyond 64 bits
    become doubles, which SQLite compares with integers exactly.
    """
    if isinstance(value, str):
        return _SURROGATE.sub("\0", value)
    if isinstance(value, int) and abs(value) > _LARGEST:
        try:
            return float(value)
        except OverflowError:
            return float("inf") if value > 0 else float("-inf")
    return value

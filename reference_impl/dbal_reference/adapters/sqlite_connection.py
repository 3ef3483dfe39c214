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
from dbal_reference.adapters.sql.unit import GaveUpError
from dbal_reference.adapters.sqlite_functions import add_functions

_STEPS_BETWEEN_LOOKS = 20_000  # of SQLite's machine: about a millisecond between looks at the clock
_TEXTS_CACHED = 512
_LONGEST_WAIT_MS = 2**31 - 1  # SQLite counts in 32 bits

_MEANINGS: Final[dict[int, type[Exception]]] = {
    # Extended codes, and then the primary ones.
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: UniqueViolation,
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: UniqueViolation,
    sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY: ReferencedError,
    sqlite3.SQLITE_ERROR: GaveUpError,
    sqlite3.SQLITE_BUSY: OverdueError,
    sqlite3.SQLITE_LOCKED: OverdueError,
    sqlite3.SQLITE_INTERRUPT: OverdueError,
    sqlite3.SQLITE_PERM: UnavailableError,
    sqlite3.SQLITE_READONLY: UnavailableError,
    sqlite3.SQLITE_IOERR: UnavailableError,
    sqlite3.SQLITE_CORRUPT: UnavailableError,
    sqlite3.SQLITE_FULL: UnavailableError,
    sqlite3.SQLITE_CANTOPEN: UnavailableError,
    sqlite3.SQLITE_PROTOCOL: UnavailableError,
    sqlite3.SQLITE_NOTADB: UnavailableError,
}
_PRIMARY_CODE: Final = 0xFF  # of an extended code

_SURROGATE = re.compile("[\ud800-\udfff]")
_LARGEST: Final = 2**63 - 1


def meaning(error: sqlite3.Error) -> Exception:
    """Say what an error of the driver is, by its code (ERR-MAP-002); itself, if it is a defect."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)
    known = _MEANINGS.get(code) or _MEANINGS.get(code & _PRIMARY_CODE)
    return error if known is None else known()


class SqliteConnection:
    """One connection, used by one thread at a time; the caller sees to that."""

    def __init__(self, path: str) -> None:
        self.deadline = float("inf")
        try:
            self._raw = sqlite3.connect(
                path,
                isolation_level=None,  # no BEGIN of its own
                check_same_thread=False,
                cached_statements=_TEXTS_CACHED,
            )
        except sqlite3.Error as error:
            raise meaning(error) from error
        add_functions(self._raw)
        self._raw.set_progress_handler(self._is_late, _STEPS_BETWEEN_LOOKS)

    @property
    def changes(self) -> int:
        """How many rows were ever changed by it, cascades and what was undone included."""
        return self._raw.total_changes

    def set_up(self, text: str) -> None:
        """Execute outside a transaction."""
        try:
            self._raw.execute(text)
        except sqlite3.Error as error:
            raise meaning(error) from error

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
        """Write, in a transaction.

        Raises:
            UnavailableError: also if an error before has ended the transaction (a full disk, an
                interrupt): what followed would be kept without what went before.
        """
        self._need_transaction()
        try:
            self._raw.execute(text, parameters)
        except sqlite3.Error as error:
            raise meaning(error) from error

    def execute_many(self, text: str, parameters: Iterable[Sequence[Any]]) -> None:
        """Write, once for each."""
        self._need_transaction()
        try:
            self._raw.executemany(text, parameters)
        except sqlite3.Error as error:
            raise meaning(error) from error

    def leave(self, text: str, parameters: Sequence[Sequence[Any]]) -> None:
        """Write, now: there is no round trip to be saved."""
        with self.savepoint():
            self.execute_many(text, parameters)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what is done inside, and only that, if the block raises."""
        self.set_savepoint("s")
        try:
            yield
        except BaseException:
            if self._raw.in_transaction:
                self.undo("s")
            raise
        self.forget("s")

    def set_savepoint(self, name: str) -> None:
        """Remember this point."""
        self.execute(f"SAVEPOINT {name}")

    def undo(self, name: str) -> None:
        """Go back to the point, and forget it."""
        self.execute(f"ROLLBACK TO {name}")
        self.execute(f"RELEASE {name}")

    def forget(self, name: str) -> None:
        """Let what was done since then be part of what was done before."""
        self.execute(f"RELEASE {name}")

    @contextmanager
    def writing(self, deadline: float) -> Iterator[None]:
        """Begin a transaction; commit if the block ends before the deadline, else roll back."""
        try:
            self.begin(deadline)
            yield
            if time.monotonic() > deadline:
                raise OverdueError
            self.commit()
        finally:
            self.end()

    @contextmanager
    def reading(self, deadline: float) -> Iterator[None]:
        """See the database as it is at the first query, until the end of the block."""
        self.deadline = deadline
        try:
            self.set_up("BEGIN")
            yield
        finally:
            self.end()

    def close(self) -> None:
        """Close; twice is harmless."""
        self._raw.close()

    def begin(self, deadline: float) -> None:
        """Begin to write; another process may have to end first."""
        self.deadline = deadline
        try:
            self.set_up("BEGIN IMMEDIATE")
        except OverdueError:  # another process writes
            left_ms = int((self.deadline - time.monotonic()) * 1000)
            if left_ms <= 0:
                raise
            self.set_up(f"PRAGMA busy_timeout = {min(left_ms, _LONGEST_WAIT_MS)}")
            try:
                self.set_up("BEGIN IMMEDIATE")
            finally:
                self.set_up("PRAGMA busy_timeout = 0")

    def prolong(self, deadline: float) -> None:
        """Go on until another deadline."""
        self.deadline = deadline

    def end(self) -> None:
        """Roll back what is not kept."""
        self.deadline = float("inf")
        if self._raw.in_transaction:
            self.set_up("ROLLBACK")

    def _need_transaction(self) -> None:
        if not self._raw.in_transaction:
            raise UnavailableError

    def commit(self) -> None:
        """Keep what was done.

        Raises:
            UnavailableError: `outcome_unknown` if it was lost on the way.
        """
        self._need_transaction()
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

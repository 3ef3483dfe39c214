"""Errors of the driver are known by their code, never by their words (ERR-MAP-002)."""

import sqlite3

import pytest
from tests.reference.adapters.world import soon

from dbal_reference.adapters import (
    OverdueError,
    ReferencedError,
    UnavailableError,
    UniqueViolation,
)
from dbal_reference.adapters.sql.unit import GaveUpError
from dbal_reference.adapters.sqlite_connection import SqliteConnection, meaning


def failure(code: int, words: str = "") -> sqlite3.Error:
    error = sqlite3.OperationalError(words)
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (sqlite3.SQLITE_CONSTRAINT_UNIQUE, UniqueViolation),
        (sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, UniqueViolation),
        (sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY, ReferencedError),
        (sqlite3.SQLITE_BUSY, OverdueError),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, OverdueError),
        (sqlite3.SQLITE_LOCKED, OverdueError),
        (sqlite3.SQLITE_INTERRUPT, OverdueError),
        (sqlite3.SQLITE_CORRUPT, UnavailableError),
        (sqlite3.SQLITE_FULL, UnavailableError),
        (sqlite3.SQLITE_CANTOPEN_ISDIR, UnavailableError),
        (sqlite3.SQLITE_IOERR_READ, UnavailableError),
        (sqlite3.SQLITE_READONLY_DBMOVED, UnavailableError),
        (sqlite3.SQLITE_NOTADB, UnavailableError),
        (sqlite3.SQLITE_ERROR, GaveUpError),
    ],
)
def test_codes_have_meanings(code: int, expected: type[Exception]) -> None:
    assert type(meaning(failure(code, "UNIQUE constraint failed: database is locked"))) is expected


@pytest.mark.parametrize("code", [sqlite3.SQLITE_CONSTRAINT_NOTNULL, sqlite3.SQLITE_MISMATCH])
def test_a_defect_stays_what_it_is(code: int) -> None:
    error = failure(code, "database is locked")
    assert meaning(error) is error


def test_an_error_without_code_stays_what_it_is() -> None:
    error = sqlite3.ProgrammingError("Cannot operate on a closed database.")
    assert meaning(error) is error


class Disk:
    """A driver connection whose COMMIT fails."""

    def __init__(self, code: int, *, still_open: bool) -> None:
        self.in_transaction = False
        self.code, self.still_open = code, still_open
        self.texts: list[str] = []

    def execute(self, text: str, _parameters: object = ()) -> None:
        self.texts.append(text)
        self.in_transaction = text != "ROLLBACK"
        if text == "COMMIT":
            self.in_transaction = self.still_open
            raise failure(self.code)


def committing(disk: Disk) -> None:
    connection = SqliteConnection(":memory:")
    connection.close()
    connection._raw = disk  # type: ignore[assignment]  # noqa: SLF001 -- a disk that fails
    with connection.writing(soon()):
        pass


def test_a_commit_that_may_have_reached_the_disk_is_of_unknown_outcome() -> None:
    with pytest.raises(UnavailableError) as caught:
        committing(Disk(sqlite3.SQLITE_IOERR_FSYNC, still_open=False))
    assert caught.value.outcome_unknown


def test_a_commit_that_left_the_transaction_open_is_rolled_back() -> None:
    disk = Disk(sqlite3.SQLITE_IOERR_WRITE, still_open=True)
    with pytest.raises(UnavailableError) as caught:
        committing(disk)
    assert not caught.value.outcome_unknown
    assert disk.texts[-1] == "ROLLBACK"
    with pytest.raises(OverdueError):
        committing(Disk(sqlite3.SQLITE_BUSY, still_open=True))

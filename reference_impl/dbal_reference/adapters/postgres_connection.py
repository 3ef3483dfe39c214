"""A connection of psycopg, with a deadline, whose errors are those of `adapters`."""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, LiteralString, TypeAlias

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus

from dbal_reference.adapters import (
    OverdueError,
    ReferencedError,
    UnavailableError,
    UniqueViolation,
    WriteConflictError,
)
from dbal_reference.adapters.sql.server_connection import (
    CONNECT_S,
    FIRST_SAVEPOINT,
    LONGEST_S,
    HopelessError,
    ServerConnection,
)

OLDEST: Final = 13  # the oldest release that is still mended, and has pg_current_snapshot
_WRITER: Final = 0x6462616C  # "dbal": the advisory lock of whoever writes
_SHAPES_PREPARED: Final = 500  # on the server, for each connection
_GRACE_S: Final = 0.25  # for the server to say itself that time is up

_MEANINGS: Final[Mapping[str, type[Exception]]] = {
    # SQLSTATEs, and then their classes.
    "23505": UniqueViolation,
    "23503": ReferencedError,
    "23001": ReferencedError,
    "40001": WriteConflictError,  # serialization_failure
    "40P01": WriteConflictError,  # deadlock_detected
    "55P03": OverdueError,  # lock_not_available
    "57014": OverdueError,  # query_canceled: statement_timeout
    "25P03": OverdueError,  # idle_in_transaction_session_timeout
    "25006": UnavailableError,  # read_only_sql_transaction: a standby
    "28": HopelessError,  # invalid authorization
    "3D": HopelessError,  # invalid catalog name
    "08": UnavailableError,  # connection exceptions
    "53": UnavailableError,  # insufficient resources: full disk, too many connections
    "57": UnavailableError,  # operator intervention: shutdown, starting up
    "58": UnavailableError,  # errors of the system outside
    "XX": UnavailableError,  # corrupted data, internal errors
}

Parameters: TypeAlias = Sequence[Any]


def meaning(error: Exception) -> Exception:
    """Say what an error of the driver is, by its SQLSTATE (ERR-MAP-002); itself, if a defect."""
    if not isinstance(error, psycopg.Error):
        return error
    state = error.sqlstate
    if state is None:  # it is the driver that complains: the connection is gone
        return UnavailableError() if isinstance(error, psycopg.OperationalError) else error
    known = _MEANINGS.get(state) or _MEANINGS.get(state[:2])
    return error if known is None else known()


class _Wire(psycopg.Connection[tuple[Any, ...]]):
    """Hangs up when its deadline has passed and the server has not said so (a stalled network)."""

    deadline = float("inf")

    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:  # noqa: ANN401 -- what the generator gives
        left = max(0.0, self.deadline - time.monotonic())
        limit = min(left, LONGEST_S) + _GRACE_S
        return super().wait(gen, interval, limit if timeout is None else min(limit, timeout))


class PostgresConnection(ServerConnection):
    """One connection; `settings` are psycopg's."""

    def __init__(self, settings: Mapping[str, Any], *, write: bool) -> None:
        super().__init__(write=write)
        self._settings = settings
        self._raw: _Wire | None = None
        self._ahead: list[str] = []  # to be sent with the next statement, in one round trip
        self._standing = False  # the first savepoint was set with BEGIN, and nothing is behind it
        self._limit_s = 0.0

    @property
    def is_open(self) -> bool:
        """Whether it was opened and not closed since."""
        return self._raw is not None and not self._raw.closed

    @property
    def wire(self) -> _Wire:
        """The driver's connection; the deadline is put into it."""
        if self._raw is None:
            raise UnavailableError
        self._raw.deadline = self.deadline
        return self._raw

    def meaning(self, error: Exception) -> Exception:
        """Say what an error of the driver is."""
        told = meaning(error)
        late = time.monotonic() >= self.deadline
        if isinstance(told, UnavailableError) and late and not isinstance(told, HopelessError):
            self.close()
            return OverdueError()
        return told

    def close(self) -> None:
        """Hang up."""
        raw, self._raw = self._raw, None
        if raw is not None:
            raw.close()

    def _connect(self) -> None:
        try:
            self._raw = _Wire.connect(
                **self._settings,
                autocommit=True,  # no BEGIN of its own
                prepare_threshold=2,
                connect_timeout=max(2, round(min(CONNECT_S, self.left_s))),
            )
        except psycopg.Error as error:
            if error.pgconn is not None and error.pgconn.used_password:
                # Errors of connecting have no SQLSTATE; but a server that asks for the password is
                # up, and what it says then it will say again.
                raise HopelessError from error
            raise self.meaning(error) from error
        self._raw.prepared_max = _SHAPES_PREPARED
        self._limit_s = 0.0
        self._check_server(self._raw.info)

    def _check_server(self, info: psycopg.ConnectionInfo) -> None:
        if info.server_version < OLDEST * 10_000:
            major = info.server_version // 10_000
            self.close()
            raise ValueError(f"PostgreSQL {major} is too old: it must be {OLDEST} or later")
        if info.parameter_status("server_encoding") != "UTF8":
            self.close()
            raise ValueError("the PostgreSQL database must have the encoding UTF8")

    def _start(self) -> None:
        """One round trip; a reader sees everything as of its first query."""
        self._ahead = []
        text = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        if self.write:
            text = f"BEGIN; SELECT pg_advisory_xact_lock({_WRITER}); SAVEPOINT {FIRST_SAVEPOINT}"
        self._limit()  # by itself: with BEGIN, a rollback would undo it
        try:
            self._control(text)
        except psycopg.Error as error:
            raise self.meaning(error) from error
        self._standing = self.write

    def _limit(self) -> None:
        limit = self.limit_s
        if limit == self._limit_s:
            return
        try:
            self._control(f"SET statement_timeout = {round(limit * 1000)}")
        except psycopg.Error as error:
            raise self.meaning(error) from error
        self._limit_s = limit

    def _limit_again(self) -> None:
        self._ahead.append(f"SET LOCAL statement_timeout = {int(self.left_s * 1000) + 1}")

    def _query(self, text: str, parameters: Parameters) -> list[tuple[Any, ...]]:
        if self._ahead:
            with self.wire.pipeline():
                self._send_ahead()
                cursor = self.wire.execute(_trusted(text), parameters)
            return cursor.fetchall()
        return self.wire.execute(_trusted(text), parameters).fetchall()

    def _execute(self, text: str, parameters: Parameters) -> None:
        self._standing = False
        if not self._ahead:
            self.wire.execute(_trusted(text), parameters)
            return
        with self.wire.pipeline():
            self._send_ahead()
            self.wire.execute(_trusted(text), parameters)

    def _execute_many(self, text: str, parameters: Iterable[Parameters]) -> None:
        self._standing = False
        if not self._ahead:
            with self.wire.cursor() as cursor:  # which has a pipeline of its own
                cursor.executemany(_trusted(text), parameters)
            return
        with self.wire.pipeline():
            self._send_ahead()
            with self.wire.cursor() as cursor:
                cursor.executemany(_trusted(text), parameters)

    def _execute_all(self, texts: Sequence[str]) -> None:
        self._standing = False
        ahead, self._ahead = self._ahead, []
        self._control(";".join([*ahead, *texts]))

    def _set_savepoint(self, name: str) -> None:
        """Nothing was written since BEGIN set the first one: it will do."""
        if not self._standing or name != FIRST_SAVEPOINT:
            self._ahead.append(f"SAVEPOINT {name}")
        self._standing = False

    def _undo(self, name: str) -> None:
        unsent = f"SAVEPOINT {name}"
        if unsent in self._ahead:
            del self._ahead[self._ahead.index(unsent) :]
        else:
            self._ahead = []
            self._control(f"ROLLBACK TO {name}; RELEASE {name}")

    def _forget(self, name: str) -> None:
        unsent = f"SAVEPOINT {name}"
        if unsent in self._ahead:
            self._ahead.remove(unsent)
        else:
            self._ahead.append(f"RELEASE {name}")

    def _commit(self) -> None:
        self._ahead = []
        if self._control("COMMIT") != "COMMIT":
            raise UnavailableError  # the transaction was spoiled, unseen

    def _roll_back(self) -> None:
        if self.wire.info.transaction_status != TransactionStatus.IDLE:
            self._control("ROLLBACK")

    def _send_ahead(self) -> None:
        ahead, self._ahead = self._ahead, []
        for text in ahead:
            self.wire.execute(_trusted(text), prepare=False)

    def _control(self, text: str) -> str | None:
        return self.wire.execute(_trusted(text), prepare=False).statusmessage


def _trusted(text: str) -> LiteralString:
    """Texts are built from the schema; what callers give is among the parameters."""
    return text

"""A connection of psycopg, with a deadline, whose errors are those of `adapters`."""

import time
from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, Final, Self, TypeAlias, TypeVar

import psycopg
from psycopg.abc import PQGen, PQGenConn
from psycopg.pq.abc import PGresult

from dbal_reference.adapters import (
    OverdueError,
    ReferencedError,
    UnavailableError,
    UniqueViolation,
    WriteConflictError,
)
from dbal_reference.adapters.postgres_pipeline import Batch, Pipeline
from dbal_reference.adapters.server_url import Limits
from dbal_reference.adapters.sql import record
from dbal_reference.adapters.sql.server_connection import (
    CONNECT_S,
    LONGEST_S,
    HopelessError,
    Left,
    NewVersionError,
    ServerConnection,
    TooMuchError,
)

OLDEST: Final = 13  # the oldest release that is still mended, and has pg_current_snapshot
_WRITER: Final = 0x6462616C  # "dbal": the advisory lock of whoever writes
_BEGIN_WRITING: Final = ("BEGIN", f"SELECT pg_advisory_xact_lock({_WRITER})")
_BEGIN_READING: Final = ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",)
_OUTDATED: Final = "RevalidateCachedQuery"  # what complains of other types than when it prepared
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
    "22012": NewVersionError,  # division_by_zero: see `_check`
    "54000": TooMuchError,  # program_limit_exceeded: bytes in an index
    "54011": TooMuchError,  # too_many_columns
    "28": HopelessError,  # invalid authorization
    "3D": HopelessError,  # invalid catalog name
    "08": UnavailableError,  # connection exceptions
    "53": UnavailableError,  # insufficient resources: full disk, too many connections
    "57": UnavailableError,  # operator intervention: shutdown, starting up
    "58": UnavailableError,  # errors of the system outside
    "XX": UnavailableError,  # corrupted data, internal errors
}

Parameters: TypeAlias = Sequence[Any]
Wire = TypeVar("Wire")
_deadline: ContextVar[float] = ContextVar("_deadline")  # of a connection that is being opened


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

    @classmethod
    def _connect_gen(cls, conninfo: str = "") -> PQGenConn[Self]:
        """Give up at the deadline: psycopg itself takes no limit below two seconds."""
        return _until(_deadline.get(), super()._connect_gen(conninfo))

    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:  # noqa: ANN401 -- what the generator gives
        left = max(0.0, self.deadline - time.monotonic())
        limit = min(left, LONGEST_S) + _GRACE_S
        return super().wait(gen, interval, limit if timeout is None else min(limit, timeout))


def _until(deadline: float, opening: PQGenConn[Wire]) -> PQGenConn[Wire]:
    """Go on with what `opening` waits for; its driver looks in every tenth of a second."""
    try:
        awaited = next(opening)
        while True:
            ready = yield awaited
            if not ready and time.monotonic() > deadline:
                opening.close()
                raise psycopg.errors.ConnectionTimeout
            awaited = opening.send(ready)
    except StopIteration as end:
        wire: Wire = end.value
        return wire


class PostgresConnection(ServerConnection):
    """One connection; `settings` are psycopg's."""

    def __init__(self, settings: Mapping[str, Any], limits: Limits, *, write: bool) -> None:
        super().__init__(limits, write=write)
        self._settings = settings
        self._raw: _Wire | None = None
        self._pipeline: Pipeline | None = None
        self._ahead: list[str] = []  # to be sent with the next statement, in one round trip
        self._limit_s = 0.0
        self._limit_here_s = 0.0  # within the transaction

    @property
    def is_open(self) -> bool:
        """Whether it was opened and not closed since."""
        return self._raw is not None and not self._raw.closed

    @property
    def pipeline(self) -> Pipeline:
        """What statements are sent by; the deadline is put into the connection."""
        if self._raw is None or self._pipeline is None:
            raise UnavailableError
        self._raw.deadline = self.deadline
        return self._pipeline

    def meaning(self, error: Exception) -> Exception:
        """Say what an error of the driver is."""
        if isinstance(error, psycopg.Error) and error.diag.source_function == _OUTDATED:
            self.close()  # with all that was prepared
            return WriteConflictError()
        told = meaning(error)
        late = time.monotonic() >= self.deadline
        if isinstance(told, UnavailableError) and late and not isinstance(told, HopelessError):
            self.close()
            return OverdueError()
        return told

    def settle(self) -> None:
        """Begin now."""
        if self._ahead:
            self.query("SELECT 1")

    def close(self) -> None:
        """Hang up."""
        raw, self._raw = self._raw, None
        if raw is not None:
            raw.close()

    def _connect(self) -> None:
        _deadline.set(self.deadline)
        try:
            self._raw = _Wire.connect(
                **self._settings,
                autocommit=True,  # no BEGIN of its own
                connect_timeout=max(2, round(min(CONNECT_S, self.left_s))),
            )
        except psycopg.Error as error:
            if error.pgconn is not None and error.pgconn.used_password:
                # Errors of connecting have no SQLSTATE; but a server that asks for the password is
                # up, and what it says then it will say again.
                raise HopelessError from error
            raise self.meaning(error) from error
        self._limit_s = 0.0
        self._check_server(self._raw.info)
        self._pipeline = Pipeline(self._raw)

    def _check_server(self, info: psycopg.ConnectionInfo) -> None:
        if info.server_version < OLDEST * 10_000:
            major = info.server_version // 10_000
            self.close()
            raise ValueError(f"PostgreSQL {major} is too old: it must be {OLDEST} or later")
        if info.parameter_status("server_encoding") != "UTF8":
            self.close()
            raise ValueError("the PostgreSQL database must have the encoding UTF8")

    def _start(self) -> None:
        """Begin with the first statement; a reader sees everything as of that."""
        self._limit()  # by itself: with BEGIN, a rollback would undo it
        self._ahead = list(_BEGIN_WRITING if self.write else _BEGIN_READING)
        if self.write and self.expected is not None:
            self._ahead.append(_check(self.expected))
        self._limit_here_s = self._limit_s

    def _limit(self) -> None:
        limit = self.limit_s
        if limit == self._limit_s:
            return
        try:
            self.pipeline.run([(f"SET statement_timeout = {round(limit * 1000)}", ())])
        except psycopg.Error as error:
            raise self.meaning(error) from error
        self._limit_s = limit

    def _limit_again(self) -> None:
        limit = self.limit_s
        if limit != self._limit_here_s:
            self._ahead.append(f"SET LOCAL statement_timeout = {round(limit * 1000)}")
            self._limit_here_s = limit

    def _query(self, text: str, parameters: Parameters) -> list[tuple[Any, ...]]:
        found = self._run([(text, parameters)])
        return self.pipeline.rows(found)

    def _execute(self, text: str, parameters: Parameters) -> None:
        self._run([(text, parameters)])

    def _define(self, text: str) -> None:
        self._run([(text, None)])

    def _execute_many(self, text: str, parameters: Iterable[Parameters]) -> None:
        self._run([(text, each) for each in parameters])

    def _execute_all(self, texts: Sequence[str]) -> None:
        self._run([(text, ()) for text in texts])

    def _run(self, batch: Batch) -> PGresult:
        """Send what is ahead too, in one round trip."""
        ahead, self._ahead = self._ahead, []
        whole = [*((text, None) for text in ahead), *batch] if ahead else batch
        try:
            found = self.pipeline.run(whole)
        except psycopg.Error as error:
            idle = self._fresh and self._reused
            if not idle or not isinstance(self.meaning(error), UnavailableError):
                raise
            self._renew()  # it was lost while nobody used it, and nothing with it
            found = self.pipeline.run(whole)
        self._fresh = self._alone
        return found

    def _set_savepoint(self, name: str) -> None:
        self._ahead.append(f"SAVEPOINT {name}")

    def _undo(self, name: str) -> None:
        unsent = f"SAVEPOINT {name}"
        if unsent in self._ahead:
            del self._ahead[self._ahead.index(unsent) :]
        else:
            self._ahead = []
            self._limit_here_s = 0.0  # it may be what it was before
            self._run([(f"ROLLBACK TO {name}", ()), (f"RELEASE {name}", ())])

    def _forget(self, name: str) -> None:
        unsent = f"SAVEPOINT {name}"
        if unsent in self._ahead:
            self._ahead.remove(unsent)
        else:
            self._ahead.append(f"RELEASE {name}")

    def _commit(self, left: Left | None) -> None:
        if self._fresh:  # nothing was ever sent
            return
        self._ahead = []
        batch = [] if left is None else [(left.text, each) for each in left.parameters]
        if self._run([*batch, ("COMMIT", None)]).command_status != b"COMMIT":
            raise UnavailableError  # the transaction was spoiled, unseen

    def _roll_back(self) -> None:
        self._ahead = []
        pipeline = self.pipeline
        if pipeline.in_transaction:
            pipeline.post("ROLLBACK")


def _check(version: int) -> str:
    """A statement that fails, so that none behind it is carried out, if another is on record."""
    return f"SELECT 1 / (max(version) = {version})::int FROM {record.TABLE}"  # noqa: S608 -- a number

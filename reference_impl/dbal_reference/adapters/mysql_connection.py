"""A connection of PyMySQL, with a deadline, whose errors are those of `adapters`."""

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import pymysql
from pymysql.cursors import Cursor

from dbal_reference.adapters import (
    OverdueError,
    ReferencedError,
    UnavailableError,
    UniqueViolation,
    WriteConflictError,
)
from dbal_reference.adapters.mysql_dialect import WRITER, Server, server_of
from dbal_reference.adapters.server_url import Limits
from dbal_reference.adapters.sql.server_connection import (
    CONNECT_S,
    HopelessError,
    Left,
    NewVersionError,
    ServerConnection,
    TooMuchError,
)
from dbal_reference.adapters.sql.unit import GaveUpError

_GRACE_S: Final = 0.25  # for the server to say itself that time is up
# What follows in a longer text is not sorted by; of the 1 kB that is usual, too much is left out.
# A buffer must hold 15 rows of 8 such texts (QRY-SORT-006), or the server gives up.
_SORTED_BYTES: Final = 65_536
_SLEEPING_S: Final = 3600  # the server hangs up after that
_LOCK: Final = f"SELECT version FROM {WRITER} FOR UPDATE"  # noqa: S608 -- a constant

_MEANINGS: Final[Mapping[int, type[Exception]]] = {
    **dict.fromkeys((1062, 1169, 1557, 1586, 1761, 1762), UniqueViolation),
    **dict.fromkeys((1216, 1217, 1451, 1452), ReferencedError),
    **dict.fromkeys(
        (1213, 1020, 1412), WriteConflictError
    ),  # deadlock; row or table changed meanwhile
    # Lock wait timeout, interrupted, max_statement_time, max_execution_time, cannot wait.
    **dict.fromkeys((1205, 1317, 1969, 3024, 3572), OverdueError),
    **dict.fromkeys((1044, 1045, 1049, 1698, 3118, 4151), HopelessError),  # denied, no database
    # Connections: too many, lost, killed; the server shuts down.
    **dict.fromkeys((1040, 1042, 1043, 1053, 1077, 1079, 1152, 1158, 1159, 1160), UnavailableError),
    **dict.fromkeys((1161, 1184, 1203, 1226, 1927, 4031), UnavailableError),
    **dict.fromkeys((2002, 2003, 2006, 2013, 2014, 2026, 2027, 2055), UnavailableError),
    # Disks and files: full, broken, to be read only.
    **dict.fromkeys((1021, 1026, 1030, 1034, 1035, 1036, 1037, 1041, 1114), UnavailableError),
    **dict.fromkeys((1180, 1194, 1195, 1290, 1792, 1836, 3100), UnavailableError),
    # Columns, indexes, bytes of a row, of an index, parts of an index, characters of a column; and
    # whatever else InnoDB cannot make.
    **dict.fromkeys((1117, 1069, 1118, 1071, 1070, 1074, 1005), TooMuchError),
    1644: NewVersionError,  # signalled: see `_lock`
    # More cascades below one another than InnoDB follows; MariaDB has no number of its own for it.
    **dict.fromkeys((3008, 1296), GaveUpError),
}

Parameters: TypeAlias = Sequence[Any]


def meaning(error: Exception) -> Exception:
    """Say what an error of the driver is, by its number (ERR-MAP-002); itself, if a defect."""
    if isinstance(error, pymysql.InterfaceError):
        return UnavailableError()  # the connection is closed
    if not isinstance(error, pymysql.MySQLError) or not error.args:
        return error
    known = _MEANINGS.get(error.args[0])
    return error if known is None else known()


class MysqlConnection(ServerConnection):
    """One connection; `settings` are PyMySQL's.

    Nothing begins a transaction for writing but the first statement in it: a round trip saved.
    """

    def __init__(self, settings: Mapping[str, Any], limits: Limits, *, write: bool) -> None:
        super().__init__(limits, write=write)
        self._settings = settings
        self._raw: pymysql.Connection[Cursor] | None = None
        self._limit_s = 0.0
        self._begun = False
        self._ahead: list[str] = []  # to be sent with the next statement, in one round trip
        self.server = Server("mysql", (0,))

    @property
    def is_open(self) -> bool:
        """Whether it was opened and not closed since."""
        return self._raw is not None and self._raw.open

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
        if raw is not None and raw.open:
            raw._force_close()  # type: ignore[attr-defined]  # noqa: SLF001 -- close() waits to say goodbye

    def _connect(self) -> None:
        wait = min(CONNECT_S, self.left_s)
        try:
            self._raw = pymysql.connect(
                **self._settings,
                charset="utf8mb4",
                autocommit=not self.write,
                connect_timeout=wait,
                read_timeout=wait,  # of its greeting; later each statement has its own
                write_timeout=wait,
            )
            self._limit_s = 0.0
            self.server = server_of(str(self._raw.get_server_info()))  # type: ignore[no-untyped-call]  # its stubs leave it out
            self._check_server()
            self._run(self._session())
        except pymysql.MySQLError as error:
            raise self.meaning(error) from error

    def _check_server(self) -> None:
        if self.server.version < self.server.oldest:
            self.close()
            oldest = ".".join(map(str, self.server.oldest))
            names = {"mariadb": "MariaDB", "mysql": "MySQL"}
            name = names[self.server.name]
            raise ValueError(f"{name} {self.server} is too old: it must be {oldest} or later")

    def _session(self) -> str:
        """A reader sees everything as of its first query; a writer what is there now."""
        isolation = "READ-COMMITTED" if self.write else "REPEATABLE-READ"
        kind = "transaction_isolation" if self.server.name == "mysql" else "tx_isolation"
        return (
            f"SET NAMES utf8mb4 COLLATE {self.server.collation}, SESSION {kind} = '{isolation}', "
            "sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO,"
            f"NO_AUTO_VALUE_ON_ZERO', wait_timeout = {_SLEEPING_S}, "
            f"max_sort_length = {_SORTED_BYTES}, sort_buffer_size = {16 * 8 * _SORTED_BYTES}"
        )

    def _start(self) -> None:
        """Wait for other writers with the first statement, where several can be one."""
        self._begun = False
        self._limit()
        self._ahead = _lock(self.expected) if self.write else []
        try:
            if not self.write:
                self._run("START TRANSACTION")
                self._begun = True
            elif not self._compounds:
                self._lock_by_itself()
        except pymysql.MySQLError as error:
            raise self.meaning(error) from error

    def settle(self) -> None:
        """Wait for other writers now."""
        try:
            self._send_ahead()
        except pymysql.MySQLError as error:
            self._tell(error)

    def _limit_again(self) -> None:
        self._limit()

    def _limit(self) -> None:
        """Have the server end a statement by about the deadline."""
        limit = self.limit_s
        if limit == self._limit_s:
            return
        own = f"max_statement_time = {limit}"
        if self.server.name == "mysql":
            own = f"max_execution_time = {math.ceil(limit * 1000)}"
        try:
            self._run(f"SET {own}, innodb_lock_wait_timeout = {math.ceil(limit)}")
        except pymysql.MySQLError as error:
            raise self.meaning(error) from error
        self._limit_s = limit

    def _query(self, text: str, parameters: Parameters) -> list[tuple[Any, ...]]:
        return list(self._send(text, parameters).fetchall())

    def _execute(self, text: str, parameters: Parameters) -> None:
        self._send(text, parameters or None)

    def _define(self, text: str) -> None:
        self._run(text)

    def _execute_many(self, text: str, parameters: Iterable[Parameters]) -> None:
        self._send_ahead()
        self._cursor().executemany(text, list(parameters))

    def _execute_all(self, texts: Sequence[str]) -> None:
        self._send_ahead()
        if self._compounds:
            self._run(_compound(texts))
        else:
            for text in texts:
                self._run(text)

    @property
    def _compounds(self) -> bool:
        """Whether several statements can be one, which fails with the first that does."""
        return self.server.name == "mariadb"

    def _set_savepoint(self, name: str) -> None:
        if self._compounds:
            self._ahead.append(f"SAVEPOINT {name}")
        else:
            self._run(f"SAVEPOINT {name}")

    def _undo(self, name: str) -> None:
        unsent = f"SAVEPOINT {name}"
        if unsent in self._ahead:
            del self._ahead[self._ahead.index(unsent) :]
        else:
            self._ahead = []
            self._run(f"ROLLBACK TO {name}")

    def _forget(self, name: str) -> None:
        """It goes with the transaction, or when the next of its name is set."""

    def _commit(self, left: Left | None) -> None:
        if not self._begun:  # nothing was ever sent
            return
        if left is None:
            self._run("COMMIT")
        elif self._compounds and len(left.parameters) == 1:
            self._run(_compound([left.text, "COMMIT"]), left.parameters[0])
        else:
            self._execute_many(left.text, left.parameters)
            self._run("COMMIT")
        self._begun = False

    def _roll_back(self) -> None:
        self._ahead = []
        if self._begun:
            self._run("ROLLBACK")
            self._begun = False

    def _send_ahead(self) -> None:
        """Send it by itself."""
        ahead, self._ahead = self._ahead, []
        if ahead:
            self._tried(_compound(ahead), None)

    def _lock_by_itself(self) -> None:
        self._ahead = []
        found = self._tried(_LOCK, None).fetchall()
        if self.expected is not None and found != ((self.expected,),):
            raise NewVersionError

    def _send(self, text: str, parameters: Parameters | None) -> Cursor:
        """Send what is ahead too, in one round trip."""
        if not self._ahead:
            return self._tried(text, parameters)
        ahead, self._ahead = self._ahead, []
        return self._tried(_compound([*ahead, text]), parameters)

    def _tried(self, text: str, parameters: Parameters | None) -> Cursor:
        """Send it, by another connection if this one was lost while nobody used it."""
        self._begun = self._begun or not self._alone
        try:
            cursor = self._run(text, parameters)
        except pymysql.MySQLError as error:
            idle = self._fresh and self._reused and not self._alone
            # Whoever waited until the deadline did not find it lost, and has no time to begin anew.
            if not idle or not isinstance(self.meaning(error), UnavailableError):
                raise
            self._renew()
            cursor = self._run(text, parameters)
        self._fresh = False
        return cursor

    def _run(self, text: str, parameters: Parameters | None = None) -> Cursor:
        cursor = self._cursor()
        cursor.execute(text, parameters)
        return cursor

    def _cursor(self) -> Cursor:
        if self._raw is None:
            raise UnavailableError
        limit = self.left_s + _GRACE_S
        self._raw._read_timeout = limit  # type: ignore[attr-defined]  # noqa: SLF001 -- else one limit for all
        self._raw._write_timeout = limit  # type: ignore[attr-defined]  # noqa: SLF001 -- likewise
        return self._raw.cursor()


def _lock(version: int | None) -> list[str]:
    """Wait for other writers, and stop if another version is on record."""
    lock = f"SELECT version INTO @dbal_version FROM {WRITER} FOR UPDATE"  # noqa: S608 -- a constant
    if version is None:
        return [lock]
    return [lock, f"IF @dbal_version <> {version} THEN SIGNAL SQLSTATE '45000'; END IF"]


def _compound(texts: Iterable[str]) -> str:
    """Make one statement of several; MariaDB alone takes it, and stops at the first that fails."""
    return f"BEGIN NOT ATOMIC {'; '.join(texts)}; END"

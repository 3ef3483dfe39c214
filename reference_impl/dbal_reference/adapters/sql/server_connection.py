"""A connection to a database server: it opens itself, knows its deadline, and outlives restarts."""

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple, NoReturn

from dbal_reference.adapters import (
    OverdueError,
    ReferencedError,
    UnavailableError,
    UniqueViolation,
    WriteConflictError,
)
from dbal_reference.adapters.server_url import Limits
from dbal_reference.adapters.sql.unit import GaveUpError

CONNECT_S: Final = 5.0
HEARING_S: Final = 0.5  # beyond the deadline, for the answer to what ends a transaction
LONGEST_S: Final = 300.0  # of a statement, whatever the deadline
FIRST_SAVEPOINT: Final = "s1"
_DELAYS_S: Final = (0.05, 0.1, 0.2, 0.4, 0.8)  # between attempts to begin


class HopelessError(UnavailableError):
    """The server refuses for good: a wrong password, or no such database."""


class NewVersionError(WriteConflictError):
    """Tables were migrated meanwhile; raised by the first statement at the latest."""


class TooMuchError(Exception):
    """A table or an index would be more than the server can have."""

    def __init__(self) -> None:
        super().__init__(
            "this database cannot have a table so wide, or so many or such wide indexes"
        )


class Left(NamedTuple):
    """A statement that is to be executed before whatever comes next, once for each of these."""

    text: str
    parameters: Sequence[Sequence[Any]]


# The transaction goes on; but for what is too much, only where no transaction makes tables.
_HARMLESS: Final = (UniqueViolation, ReferencedError, GaveUpError, TooMuchError)


class ServerConnection(ABC):
    """One connection, used by one thread at a time; the pool sees to that.

    Attributes:
        expected: the version of the schema that must be on record when a transaction for writing
            begins; None: any.
    """

    def __init__(self, limits: Limits, *, write: bool) -> None:
        self.write = write
        self._limits = limits
        self._renewed_at = 0.0
        self.deadline = float("inf")
        self.expected: int | None = None
        self._depth = 0
        self._spoiled = False
        self._alone = False  # each statement is a transaction of its own
        self._fresh = True  # nothing was done since it was begun
        self._reused = False  # it was open already, but may be lost by now
        self._left: Left | None = None

    @property
    def left_s(self) -> float:
        """Seconds until the deadline; never none at all."""
        return max(0.001, min(LONGEST_S, self.deadline - time.monotonic()))

    @property
    def limit_s(self) -> float:
        """A limit for statements on the server: what is left, give or take a factor of two.

        So most units need not set it anew; the exact end is the reader's of its answers.
        """
        return min(self._limits.query_s, 2.0 ** math.ceil(math.log2(self.left_s)))

    def begin(self, deadline: float) -> None:
        """Begin a transaction, on a new connection if the old one was lost meanwhile.

        Raises:
            UnavailableError: the database is not there, also not after a few attempts.
            OverdueError: the deadline passed while waiting.
        """
        self._ready(alone=False)
        self._open(deadline, self._start)

    def look(self, deadline: float) -> None:
        """Begin nothing: each statement sees what is committed as it begins; raises as `begin`."""
        self._ready(alone=True)
        self._open(deadline, self._limit)

    def _ready(self, *, alone: bool) -> None:
        self._depth = 0
        self._spoiled = False
        self._alone = alone
        self._fresh = True
        self._left = None
        if time.monotonic() > self._renewed_at + self._limits.recycle_s:
            self.close()
        self._reused = self.is_open

    def _renew(self) -> None:
        """Open another one in its place."""
        self.close()
        self._reused = False
        self._open(self.deadline, self._limit)

    def _open(self, deadline: float, start: Callable[[], None]) -> None:
        self.deadline = deadline
        delays = iter(_DELAYS_S)
        while True:
            reused = self.is_open
            try:
                if not reused:
                    self._connect()
                    self._renewed_at = time.monotonic()
                start()
            except HopelessError:
                raise
            except UnavailableError as error:
                self.close()
                if not reused:
                    self._pause(next(delays, None), error)
            else:
                return

    def prolong(self, deadline: float) -> None:
        """Go on with the transaction until another deadline."""
        self._need_transaction()
        self.deadline = deadline
        try:
            self._limit_again()
        except Exception as error:  # noqa: BLE001 -- told apart by its code
            self._tell(error)

    def query(self, text: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Give every record."""
        self._need_transaction()
        try:
            return self._query(text, parameters)
        except Exception as error:  # noqa: BLE001 -- told apart by its code
            if not self._was_lost(error):
                self._tell(error)
        self._renew()
        return self.query(text, parameters)

    def _was_lost(self, error: Exception) -> bool:
        """Whether it was lost before it was used again, and nothing with it."""
        lost = self._alone and self._reused
        return lost and isinstance(self.meaning(error), UnavailableError)

    def leave(self, text: str, parameters: Sequence[Sequence[Any]]) -> None:
        """Write later, with the commit if nothing else comes before it.

        If a constraint is in the way, WriteConflictError is raised then.
        """
        self._need_transaction()
        self._left = Left(text, parameters)

    def execute(self, text: str, parameters: Sequence[Any] = ()) -> None:
        """Write."""
        self._need_transaction()
        try:
            self._execute(text, parameters)
        except Exception as error:  # noqa: BLE001 -- told apart by its code
            self._tell(error)

    def execute_many(self, text: str, parameters: Iterable[Sequence[Any]]) -> None:
        """Write, once for each."""
        self._need_transaction()
        try:
            self._execute_many(text, parameters)
        except Exception as error:  # noqa: BLE001 -- told apart by its code
            self._tell(error)

    def execute_all(self, texts: Sequence[str]) -> None:
        """Write, by several statements without parameters, in as few round trips as can be."""
        self._need_transaction()
        try:
            self._execute_all(texts)
        except Exception as error:  # noqa: BLE001 -- told apart by its code
            self._tell(error)

    def define(self, text: str) -> None:
        """Make or change a table; the text is taken as it stands, percent signs too."""
        self._need_transaction()
        try:
            self._define(text)
        except Exception as error:  # noqa: BLE001 -- told apart by its code
            self._tell(error)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what is done inside, and only that, if the block raises."""
        self._depth += 1
        name = FIRST_SAVEPOINT if self._depth == 1 else f"s{self._depth}"
        try:
            self.set_savepoint(name)
            yield
        except BaseException:
            if self._is_sound:
                self.undo(name)
            raise
        else:
            self.forget(name)
        finally:
            self._depth -= 1

    def set_savepoint(self, name: str) -> None:
        """Remember this point."""
        self._controlled(self._set_savepoint, name)

    def undo(self, name: str) -> None:
        """Go back to the point, and forget it."""
        self._controlled(self._undo, name)

    def forget(self, name: str) -> None:
        """Let what was done since then be part of what was done before."""
        self._controlled(self._forget, name)

    def settle(self) -> None:  # noqa: B027 -- for those that begin later
        """Have begun, if what begins was to be sent with the first statement.

        Raises:
            NewVersionError: another version than the one expected is on record.
        """

    def commit(self) -> None:
        """Keep what was done.

        Raises:
            UnavailableError: `outcome_unknown` if the connection was lost meanwhile.
            OverdueError: the deadline has passed; nothing is kept.
        """
        left, self._left = self._left, None
        self._need_transaction()
        if time.monotonic() > self.deadline:
            raise OverdueError
        if left is not None and self._fresh:  # it may be lost, and must not be sent with a commit
            self._carry_out(left)
            left = None
            if time.monotonic() > self.deadline:  # that took its time
                raise OverdueError
        self.deadline = max(self.deadline, time.monotonic() + HEARING_S)  # what came of it
        try:
            self._commit(left)
        except Exception as error:
            told = self.meaning(error)
            # Whoever was not heard in time may have committed: the server did not say.
            unheard = isinstance(told, OverdueError) and not self.is_open
            if unheard or isinstance(told, UnavailableError):
                self.close()
                raise UnavailableError(outcome_unknown=True) from error
            self._tell(error, left=left is not None)

    def end(self) -> None:
        """Roll back what is not kept; hang up if that cannot be done."""
        if not self.is_open:
            return
        self.deadline = time.monotonic() + HEARING_S
        try:
            self._roll_back()
        except Exception:  # noqa: BLE001 -- the server rolls back when nobody is there any more
            self.close()
        self.deadline = float("inf")

    @property
    @abstractmethod
    def is_open(self) -> bool:
        """Whether it was opened and not closed since; it may be lost all the same."""

    @abstractmethod
    def meaning(self, error: Exception) -> Exception:
        """Say what an error of the driver is, by its code (ERR-MAP-002); itself, if a defect."""

    @abstractmethod
    def close(self) -> None:
        """Hang up; twice is harmless."""

    @abstractmethod
    def _connect(self) -> None:
        """Open; raises the errors of `adapters`."""

    @abstractmethod
    def _start(self) -> None:
        """Begin, and wait until nobody else writes if this is for writing."""

    @abstractmethod
    def _limit(self) -> None:
        """Have the server end a statement by about the deadline, unless it was told so already."""

    def _limit_again(self) -> None:  # noqa: B027 -- for servers that were told the deadline
        """Tell the server of a new deadline."""

    @abstractmethod
    def _query(self, text: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]: ...

    @abstractmethod
    def _execute(self, text: str, parameters: Sequence[Any]) -> None: ...

    @abstractmethod
    def _execute_many(self, text: str, parameters: Iterable[Sequence[Any]]) -> None: ...

    @abstractmethod
    def _execute_all(self, texts: Sequence[str]) -> None: ...

    @abstractmethod
    def _define(self, text: str) -> None: ...

    @abstractmethod
    def _set_savepoint(self, name: str) -> None: ...

    @abstractmethod
    def _undo(self, name: str) -> None: ...

    @abstractmethod
    def _forget(self, name: str) -> None: ...

    @abstractmethod
    def _commit(self, left: Left | None) -> None:
        """Commit, having carried out what was left, if anything was; all or nothing."""

    @abstractmethod
    def _roll_back(self) -> None: ...

    def _pause(self, delay: float | None, reason: UnavailableError) -> None:
        """Wait before another attempt, if there is one and time for it."""
        if delay is None or time.monotonic() + delay > self.deadline:
            raise reason
        time.sleep(delay)

    @property
    def _is_sound(self) -> bool:
        return self.is_open and not self._spoiled

    def _need_transaction(self) -> None:
        """What follows a lost transaction would be kept without what went before."""
        if not self._is_sound:
            raise UnavailableError
        if self._left is not None:
            left, self._left = self._left, None
            self._carry_out(left)

    def _carry_out(self, left: Left) -> None:
        try:
            if len(left.parameters) == 1:
                self._execute(left.text, left.parameters[0])
            else:
                self._execute_many(left.text, left.parameters)
        except Exception as error:  # noqa: BLE001 -- told apart by its code
            self._tell(error, left=True)

    def _controlled(self, control: Callable[[str], None], name: str) -> None:
        self._need_transaction()
        try:
            control(name)
        except Exception as error:  # noqa: BLE001 -- told apart by its code
            self._tell(error)

    def _tell(self, error: Exception, *, left: bool = False) -> NoReturn:
        told = self.meaning(error)
        if left and isinstance(told, _HARMLESS):  # too late to be told whoever wrote
            told = WriteConflictError()
        if not isinstance(told, _HARMLESS):
            self._spoiled = True
        if isinstance(told, UnavailableError):
            self.close()
        if told is error:
            raise error
        raise told from error

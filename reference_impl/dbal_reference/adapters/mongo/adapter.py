"""The MongoDB adapter."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from time import monotonic
from typing import Final

from pymongo.errors import PyMongoError

from dbal_reference.adapters import OverdueError, Row, UnavailableError
from dbal_reference.adapters.mongo.collections import make_collections
from dbal_reference.adapters.mongo.errors import meaning
from dbal_reference.adapters.mongo.plan import Plan
from dbal_reference.adapters.mongo.server import Server
from dbal_reference.adapters.mongo.session import Session
from dbal_reference.adapters.mongo.transaction import PATIENCE_S, MongoTransaction
from dbal_reference.adapters.mongo.unit import Journal, MongoUnit
from dbal_reference.adapters.mongo.url import parse
from dbal_reference.model import Schema

_UNDO_S: Final = 5.0
_PING_S: Final = 5.0  # SYS-HEALTH-001
_ALWAYS: Final = frozenset(
    {"joins", "relations", "fullTextSearch", "jsonQueries", "aggregations", "ttl"}
)
_TRANSACTIONS: Final = frozenset({"transactions.flat", "transactions.nested"})


def capabilities_of(*, transactional: bool) -> frozenset[str]:
    """What is claimed; a server has transactions as part of a replica set alone."""
    return _ALWAYS | _TRANSACTIONS if transactional else _ALWAYS


class MongoAdapter:
    """Opens `mongodb://user:password@host:port/database`.

    Any number of threads read at once; one thread writes at a time, of all adapters on one
    database (decision 040): threads of this process wait for each other here, those of other
    processes at the server. A standalone server claims no transactions.
    """

    def __init__(self, schema: Schema, url: str) -> None:
        self.schema = schema
        self._plan = Plan(schema)
        self._server = Server(parse(url))
        self.name, self.version = self._server.name, self._server.version
        self.capabilities = capabilities_of(transactional=self._server.transactional)
        self._turn = threading.Lock()
        self._open = True
        try:
            make_collections(self._server, self._plan)
        except PyMongoError as error:
            self.close()
            raise meaning(error, in_transaction=False) from error
        except BaseException:
            self.close()
            raise

    @contextmanager
    def unit(self, *, write: bool, deadline: float, lazy: bool = False) -> Iterator[MongoUnit]:  # noqa: ARG002 -- there is nothing to gain
        """Begin a unit of work."""
        if not write:
            with self._reading(deadline) as session:
                yield self.unit_on(session, write=False, journal=None)
            return
        with self.writing(deadline) as session:
            if self._server.transactional:
                yield self.unit_on(session, write=True, journal=None)
                session.commit()
            else:
                yield from self._by_hand(session)

    def glance(self, deadline: float) -> AbstractContextManager[MongoUnit]:
        """Read; a snapshot costs nothing to begin or end."""
        return self.unit(write=False, deadline=deadline)

    def transaction(self) -> MongoTransaction:
        """Begin a transaction, of which the server does not know yet."""
        return MongoTransaction(self)

    def dump(self) -> Iterable[tuple[str, list[Row]]]:
        """Every row of every entity by key, as of one moment."""
        with self.unit(write=False, deadline=monotonic() + PATIENCE_S) as unit:
            return unit.everything()

    def revision(self) -> object:
        """Compare where the server's log ends."""
        try:
            return self._server.last_write()
        except PyMongoError as error:
            raise meaning(error, in_transaction=False) from error

    def clear(self) -> None:
        """Remove every row of every entity."""
        with self.writing(monotonic() + PATIENCE_S) as session:
            for entity in self._plan.shapes:
                session.delete(entity, {})
            session.commit()

    def holds_rows(self) -> bool:
        """Whether any entity has a row."""
        with self._reading(monotonic() + PATIENCE_S) as session:
            return any(session.run(name, [{"$limit": 1}]) for name in self._plan.shapes)

    def ping(self) -> bool:
        """Whether the server answers."""
        try:
            with self._reading(monotonic() + _PING_S) as session:
                session.run(next(iter(self._plan.shapes)), [{"$limit": 1}])
        except (UnavailableError, OverdueError):
            return False
        return True

    def close(self) -> None:
        """Close all connections."""
        self._open = False
        self._server.close()

    @contextmanager
    def writing(self, deadline: float) -> Iterator[Session]:
        """Be the only one that writes; what is not kept in the block is rolled back."""
        self._need_open()
        if not self._turn.acquire(timeout=max(0.0, deadline - monotonic())):
            raise OverdueError
        session = Session(self._server)
        try:
            session.begin_writing(deadline)
            yield session
        finally:
            session.end()
            self._turn.release()

    def unit_on(self, session: Session, *, write: bool, journal: Journal | None) -> MongoUnit:
        """Make a unit on a session on which something was begun."""
        return MongoUnit(session, self._plan, write=write, journal=journal)

    def _by_hand(self, session: Session) -> Iterator[MongoUnit]:
        """A unit without a transaction: what it wrote is written back if it fails.

        Raises:
            UnavailableError: `outcome_unknown`: it failed, and could not be undone.
        """
        journal = Journal()
        try:
            yield self.unit_on(session, write=True, journal=journal)
            session.commit()
        except BaseException:
            if journal:
                session.revive(monotonic() + _UNDO_S)
                try:
                    journal.undo(session, 0)
                except (UnavailableError, OverdueError) as error:
                    raise UnavailableError(outcome_unknown=True) from error
            raise

    @contextmanager
    def _reading(self, deadline: float) -> Iterator[Session]:
        self._need_open()
        session = Session(self._server)
        try:
            session.begin_reading(deadline)
            yield session
        finally:
            session.end()

    def _need_open(self) -> None:
        if not self._open:
            raise UnavailableError

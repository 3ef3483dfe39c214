"""A talk with the server: each statement within the deadline, errors as those of `adapters`."""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple, TypeAlias

import pymongo
from pymongo import DeleteOne, InsertOne, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.errors import PyMongoError

from dbal_reference.adapters import OverdueError, UnavailableError, WriteConflictError
from dbal_reference.adapters.mongo.documents import KEY, Document
from dbal_reference.adapters.mongo.errors import HopelessError, is_conflict, meaning
from dbal_reference.adapters.mongo.filters import Filter, Stage
from dbal_reference.adapters.mongo.selection import Question
from dbal_reference.adapters.mongo.server import KEPT, SNAPSHOT, Documents, Server
from dbal_reference.adapters.mongo.url import CONNECT_S

Operation: TypeAlias = InsertOne[Document] | UpdateOne | DeleteOne
Sort: TypeAlias = Sequence[tuple[str, int]]

LONGEST_S: Final = 300.0  # of a statement, whatever the deadline
WRITER: Final = "dbal_writer"  # the collection of the one document that whoever writes has
_BATCH: Final = 5000  # documents in one reply
_DELAYS_S: Final = (0.05, 0.1, 0.2, 0.4, 0.8)  # between attempts to begin
_FIRST_WAIT_S: Final = 0.002  # for another process to end its transaction
_LONGEST_WAIT_S: Final = 0.05


class Bounds(NamedTuple):
    """Which of the documents; a `limit` of 0 is none."""

    skip: int = 0
    limit: int = 0


ALL: Final = Bounds()


class Session:
    """One at a time is used by one thread; `spoiled` when nothing is left of what it wrote."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._session: ClientSession | None = None
        self._writing = False
        self.deadline = float("inf")
        self.spoiled = False

    @property
    def left_s(self) -> float:
        """Seconds until the deadline; never none at all."""
        return max(0.001, min(LONGEST_S, self.deadline - time.monotonic()))

    def begin_reading(self, deadline: float) -> None:
        """See everything as of the first statement, where the server can."""
        self.deadline = deadline
        if self._server.transactional:
            with self._heard():
                self._session = self._server.client.start_session(snapshot=True)

    def begin_writing(self, deadline: float) -> None:
        """Begin a transaction and be the only one that writes, of all processes (040).

        MongoDB does not wait for a document: who comes second is refused, and tries again.

        Raises:
            UnavailableError: the database is not there, also not after a few attempts.
            OverdueError: another one was writing until the deadline.
        """
        self.deadline = deadline
        with self._heard():
            self._session = self._server.client.start_session()
        self._writing = True
        delays = iter(_DELAYS_S)
        wait = _FIRST_WAIT_S
        while True:
            try:
                self._take_turn()
            except HopelessError:
                raise
            except UnavailableError as error:
                self._pause(next(delays, None), error)
            except WriteConflictError:
                # Of uneven length, so that two who wait do not meet again and again.
                self._pause(wait * random.uniform(0.5, 1.5), OverdueError())  # noqa: S311
                wait = min(2 * wait, _LONGEST_WAIT_S)
            else:
                return

    def find(
        self,
        question: Question,
        sort: Sort = (),
        bounds: Bounds = ALL,
        projection: Document | None = None,
    ) -> list[Document]:
        """Documents of a question, in order."""
        if not question.simple:
            stages = question.pipeline
            stages += [{"$sort": dict(sort)}] if sort else []
            stages += [{"$skip": bounds.skip}] if bounds.skip else []
            stages += [{"$limit": bounds.limit}] if bounds.limit else []
            stages += [{"$project": projection}] if projection else []
            return self.run(question.entity, stages)
        with self._heard():
            cursor = self._collection(question.entity).find(
                question.first,
                projection,
                sort=list(sort) or None,
                skip=bounds.skip,
                limit=bounds.limit,
                batch_size=_BATCH,
                session=self._session,
            )
            return list(cursor)

    def run(self, entity: str, stages: Sequence[Stage]) -> list[Document]:
        """What a pipeline gives."""
        with self._heard():
            cursor = self._collection(entity).aggregate(
                list(stages), session=self._session, batchSize=_BATCH
            )
            return list(cursor)

    def write(self, entity: str, operations: Sequence[Operation]) -> None:
        """Do these in order, in as few round trips as their kinds allow."""
        with self._heard():
            self._collection(entity).bulk_write(list(operations), session=self._session)

    def update(self, entity: str, where: Filter, change: Document) -> None:
        """Change all documents that satisfy a condition."""
        with self._heard():
            self._collection(entity).update_many(where, change, session=self._session)

    def delete(self, entity: str, where: Filter) -> None:
        """Remove all documents that satisfy a condition."""
        with self._heard():
            self._collection(entity).delete_many(where, session=self._session)

    def commit(self) -> None:
        """Keep what was written.

        Raises:
            UnavailableError: `outcome_unknown` if the server was lost meanwhile.
            OverdueError: the deadline has passed; nothing is kept.
        """
        self.need_sound()
        if time.monotonic() > self.deadline:
            raise OverdueError
        session = self._session
        if session is None or not session.in_transaction:
            return
        until = max(self.deadline, time.monotonic() + CONNECT_S)  # to hear what came of it
        while True:
            try:
                with pymongo.timeout(max(0.001, until - time.monotonic())):
                    session.commit_transaction()
            except PyMongoError as error:
                self.spoiled = True
                if not error.has_error_label("UnknownTransactionCommitResult"):
                    raise meaning(error, in_transaction=True) from error
                if time.monotonic() + _DELAYS_S[0] > until:
                    raise UnavailableError(outcome_unknown=True) from error
                time.sleep(_DELAYS_S[0])  # asking again is harmless: it is kept once
            else:
                self.spoiled = False
                return

    def end(self) -> None:
        """Roll back what is not kept, and let go."""
        session, self._session = self._session, None
        if session is None:
            return
        try:
            with pymongo.timeout(CONNECT_S):
                session.end_session()  # aborts
        except PyMongoError:
            pass  # the server aborts it when it has been idle for a minute

    def need_sound(self) -> None:
        """What follows a lost transaction would be kept without what went before."""
        if self.spoiled:
            raise UnavailableError

    def _take_turn(self) -> None:
        session = self._session
        if session is None:
            raise UnavailableError
        try:
            with pymongo.timeout(self.left_s):
                session.start_transaction(read_concern=SNAPSHOT, write_concern=KEPT)
                turn = {"$inc": {"turn": 1}}
                self._server.database[WRITER].update_one({KEY: "writer"}, turn, session=session)
        except PyMongoError as error:
            self._abort(session)
            if is_conflict(error):
                raise WriteConflictError from error
            raise meaning(error, in_transaction=True) from error

    def _abort(self, session: ClientSession) -> None:
        if session.in_transaction:
            try:
                with pymongo.timeout(CONNECT_S):
                    session.abort_transaction()
            except PyMongoError:
                pass  # it has ended already

    def _pause(self, delay: float | None, reason: Exception) -> None:
        """Wait before another attempt, if there is one and time for it."""
        if delay is None or time.monotonic() + delay > self.deadline:
            raise reason
        time.sleep(delay)

    def _collection(self, name: str) -> Documents:
        return self._server.collection(name)

    @contextmanager
    def _heard(self) -> Iterator[None]:
        self.need_sound()
        try:
            with pymongo.timeout(self.left_s):
                yield
        except PyMongoError as error:
            self.spoiled = True
            told = meaning(error, in_transaction=self._writing)
            if told is error:
                raise
            raise told from error

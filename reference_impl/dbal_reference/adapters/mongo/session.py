"""A talk with the server: each statement within the deadline, errors as those of `adapters`."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple, TypeAlias

import pymongo
from pymongo import DeleteOne, InsertOne, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.errors import AutoReconnect, PyMongoError

from dbal_reference.adapters import OverdueError, UnavailableError
from dbal_reference.adapters.mongo.documents import KEY, Document
from dbal_reference.adapters.mongo.errors import is_conflict, meaning
from dbal_reference.adapters.mongo.filters import Filter, Stage
from dbal_reference.adapters.mongo.lease import Lease
from dbal_reference.adapters.mongo.loose import Documents, abort
from dbal_reference.adapters.mongo.selection import Question
from dbal_reference.adapters.mongo.server import KEPT, SNAPSHOT, WRITER, Server

Operation: TypeAlias = InsertOne[Document] | UpdateOne | DeleteOne
Sort: TypeAlias = Sequence[tuple[str, int]]

LONGEST_S: Final = 300.0  # of a statement, whatever the deadline
COMMIT_S: Final = 5.0  # for one answer to a commit
COMING_S: Final = 2.0  # for a server that is not there to come
HEARING_S: Final = 0.5  # beyond the deadline, for the answer to what ends a transaction
_BATCH: Final = 5000  # documents in one reply
_ASK_AGAIN_S: Final = 0.05  # what came of a commit
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
        self._lease: Lease | None = None
        self.deadline = float("inf")
        self.spoiled = False

    @property
    def left_s(self) -> float:
        """Seconds that a statement may take; never none at all.

        The driver would wait until the deadline for a server that is not there.
        """
        longest = LONGEST_S if self._server.is_there else COMING_S
        return max(0.001, min(longest, self.deadline - time.monotonic()))

    @property
    def _in_transaction(self) -> bool:
        return self._writing and self._server.transactional

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
            UnavailableError: the database is not there, and did not come while it was waited for.
            OverdueError: another one was writing until the deadline.
        """
        self.deadline = deadline
        with self._heard():
            self._session = self._server.client.start_session()
        self._writing = True
        if not self._server.transactional:
            self._lease = Lease(self._server.collection(WRITER))
        self._tie_loose_ends()
        wait = _FIRST_WAIT_S
        while not self._took_turn():
            # Of uneven length, so that two who wait do not meet again and again.
            pause = wait * random.uniform(0.5, 1.5)  # noqa: S311 -- no secret
            if time.monotonic() + pause > self.deadline:
                raise OverdueError
            time.sleep(pause)
            wait = min(2 * wait, _LONGEST_WAIT_S)
            self._tie_loose_ends()

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
        collection = self._collection(question.entity)
        return self._read(
            lambda: collection.find(
                question.first,
                projection,
                sort=list(sort) or None,
                skip=bounds.skip,
                limit=bounds.limit,
                batch_size=_BATCH,
                session=self._session,
            )
        )

    def run(self, entity: str, stages: Sequence[Stage]) -> list[Document]:
        """What a pipeline gives."""
        collection = self._collection(entity)
        return self._read(
            lambda: collection.aggregate(list(stages), session=self._session, batchSize=_BATCH)
        )

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
        if session is None or not self._in_transaction:
            return
        until = max(self.deadline, time.monotonic() + HEARING_S)
        while True:
            left = max(0.001, until - time.monotonic())
            try:
                # Lost, the driver asks once more what came of it, and waits for the server.
                with pymongo.timeout(min(left, COMMIT_S)):
                    session.commit_transaction()
            except PyMongoError as error:
                self.spoiled = True
                if time.monotonic() + _ASK_AGAIN_S < until and self._may_ask_again(error):
                    time.sleep(_ASK_AGAIN_S)
                    continue
                told = meaning(error, in_transaction=True)
                if isinstance(told, OverdueError | UnavailableError):
                    raise UnavailableError(outcome_unknown=True) from error
                raise told from error
            else:
                self.spoiled = False
                return

    def _may_ask_again(self, error: PyMongoError) -> bool:
        """Whether somebody may say what came of a commit: what is kept, is kept once."""
        return self._server.is_there and error.has_error_label("UnknownTransactionCommitResult")

    def end(self) -> None:
        """Roll back what is not kept, and let go."""
        session, self._session = self._session, None
        if session is None:
            return
        abort(session)
        if self._lease is not None:
            self._give_back(self._lease)
        if self.spoiled and self._writing and self._server.transactional:
            self._server.loose_ends.leave(session)
        else:
            session.end_session()

    def revive(self, deadline: float) -> None:
        """Go on after an error: what was written without a transaction is still there."""
        self.spoiled = False
        self.deadline = deadline

    def need_sound(self) -> None:
        """What follows a lost transaction would be kept without what went before."""
        if self.spoiled:
            raise UnavailableError

    def _took_turn(self) -> bool:
        """Begin, and write the document of whoever writes; False if another one has it."""
        session = self._session
        if session is None:
            raise UnavailableError
        if self._lease is not None:
            with self._heard():
                return self._lease.take()
        try:
            with pymongo.timeout(self.left_s):
                session.start_transaction(read_concern=SNAPSHOT, write_concern=KEPT)
                turn = {"$inc": {"turn": 1}}
                self._server.database[WRITER].update_one({KEY: "writer"}, turn, session=session)
        except PyMongoError as error:
            abort(session)
            if is_conflict(error):
                return False
            self.spoiled = True
            raise meaning(error, in_transaction=True) from error
        return True

    def _give_back(self, lease: Lease) -> None:
        try:
            with pymongo.timeout(HEARING_S):
                lease.give_back()
        except PyMongoError:
            pass  # it ends by itself

    def _tie_loose_ends(self) -> None:
        self._server.loose_ends.tie(self._server.collection(WRITER), self.left_s)

    def _collection(self, name: str) -> Documents:
        return self._server.collection(name)

    def _read(self, ask: Callable[[], Iterable[Document]]) -> list[Document]:
        """Every document; asked again if a connection was lost that had been idle."""
        with self._heard():
            try:
                return list(ask())
            except AutoReconnect:
                if self._writing or not self._server.is_there:
                    raise
                return list(ask())

    @contextmanager
    def _heard(self) -> Iterator[None]:
        self.need_sound()
        try:
            with pymongo.timeout(self.left_s):
                yield
        except PyMongoError as error:
            self.spoiled = True
            told = meaning(error, in_transaction=self._in_transaction)
            if told is error:
                raise
            raise told from error

"""Transactions whose end the server may not have heard of: it would keep them for a minute.

Whoever was cut off in a transaction cannot abort it, and a commit that nobody answered must not be
aborted by the driver's rules; until then the document of whoever writes is taken. A session that
begins another transaction ends the one before, so that is what is done once the server is there.
"""

from collections import deque
from typing import Final, TypeAlias

import pymongo
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import PyMongoError

from dbal_reference.adapters.mongo.documents import Document

Documents: TypeAlias = "Collection[Document]"

ABORT_S: Final = 0.5
_MOST: Final = 100  # the server forgets the others by itself


class LooseEnds:
    """Sessions that were let go of without an answer; threads may leave and tie at once."""

    def __init__(self) -> None:
        self._sessions: deque[ClientSession] = deque(maxlen=_MOST)

    def leave(self, session: ClientSession) -> None:
        """Remember one."""
        self._sessions.append(session)

    def tie(self, documents: Documents, within_s: float) -> None:
        """Have the server end what is left of all; `documents` is something to look at."""
        for _ in range(len(self._sessions)):
            try:
                session = self._sessions.popleft()
            except IndexError:  # another thread was quicker
                return
            try:
                with pymongo.timeout(within_s):
                    abort(session)
                    session.start_transaction()
                    documents.find_one({}, session=session)
                    abort(session)
            except PyMongoError:
                self._sessions.append(session)
                return
            session.end_session()


def abort(session: ClientSession) -> None:
    """Undo what the transaction of a session wrote, if it has one; fails in silence."""
    if session.in_transaction:
        try:
            with pymongo.timeout(ABORT_S):
                session.abort_transaction()
        except PyMongoError:
            pass

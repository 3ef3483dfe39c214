"""The turn of whoever writes on a standalone server, which has no transactions to hold it.

A document says whose turn it is and until when, by the server's clock: whoever dies in his turn
holds the others up for that long.
"""

import secrets
from typing import Final

from bson.datetime_ms import DatetimeMS

from dbal_reference.adapters.mongo.documents import KEY, Document
from dbal_reference.adapters.mongo.loose import Documents

THIS: Final = "lease"
FREE: Final[Document] = {"until": DatetimeMS(0)}
_LEASE_MS: Final = 60_000  # longer than any unit may take


class Lease:
    """A turn that can be had."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._holder = secrets.token_hex(8)

    def take(self) -> bool:
        """Have the turn, unless another one has it."""
        now_ms = int(
            DatetimeMS(self._documents.database.client.admin.command("hello")["localTime"])
        )
        taken = self._documents.update_one(
            {KEY: THIS, "until": {"$lt": DatetimeMS(now_ms)}},
            {"$set": {"holder": self._holder, "until": DatetimeMS(now_ms + _LEASE_MS)}},
        )
        return taken.modified_count == 1

    def give_back(self) -> None:
        """Let others have it; harmless if it is lost."""
        self._documents.update_one({KEY: THIS, "holder": self._holder}, {"$set": FREE})

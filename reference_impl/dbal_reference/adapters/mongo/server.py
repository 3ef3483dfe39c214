"""A server and a database on it: what it is, what it can, and how it is asked."""

from collections.abc import Mapping
from typing import Any, Final

from bson import CodecOptions
from bson.codec_options import DatetimeConversion
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from dbal_reference.adapters.mongo.documents import Document
from dbal_reference.adapters.mongo.errors import meaning
from dbal_reference.adapters.mongo.loose import Documents, LooseEnds
from dbal_reference.adapters.mongo.url import MongoUrl

OLDEST: Final = 5  # $setWindowFields, $getField, lookups with a pipeline, reads of one snapshot
WRITER: Final = "dbal_writer"  # the collection of the one document that whoever writes has
_PARTING_S: Final = 2.0  # for a server that is not there to come once more
_OTHERS: Final = {"secantusVersion": "secantusdb", "ferretdb": "ferretdb"}
SNAPSHOT: Final = ReadConcern("snapshot")
KEPT: Final = WriteConcern("majority")  # what was confirmed survives the loss of a member
_OPTIONS: Final[CodecOptions[Document]] = CodecOptions(
    document_class=dict, datetime_conversion=DatetimeConversion.DATETIME_MS
)


class Server:
    """A client of its own, which keeps a pool of connections.

    Raises:
        ValueError: the server is too old.
        UnavailableError: it cannot be reached, or lets nobody in.
    """

    def __init__(self, url: MongoUrl) -> None:
        self.client = url.client()
        self.loose_ends = LooseEnds()
        self.database = self.client.get_database(
            url.database, codec_options=_OPTIONS, write_concern=KEPT
        )
        try:
            hello = self.client.admin.command("hello")
            build = self.client.admin.command("buildInfo")
            self.database.command("ping")  # as the user of the URL
        except PyMongoError as error:
            self.client.close()
            raise meaning(error, in_transaction=False) from error
        self.name, self.version = product(build)
        # A standalone server has neither transactions nor snapshots.
        self.transactional = "setName" in hello or hello.get("msg") == "isdbgrid"
        major = int(str(build["version"]).partition(".")[0])
        if major < OLDEST:
            self.client.close()
            raise ValueError(f"MongoDB {major} is too old: it must be {OLDEST} or later")

    @property
    def is_there(self) -> bool:
        """Whether the driver knows somebody who can be written to, by what it heard last."""
        return self.client.topology_description.has_writable_server()

    def collection(self, name: str) -> Documents:
        """A collection of the database."""
        return self.database[name]

    def close(self) -> None:
        """Leave nothing that holds others up, if that can be; close all connections."""
        self.loose_ends.tie(self.collection(WRITER), _PARTING_S)
        self.client.close()

    def last_write(self) -> object:
        """The place of the last write in the log of a replica set; of others nothing is known."""
        hello = self.client.admin.command("hello")
        if self.transactional and "lastWrite" in hello:
            return repr(hello["lastWrite"]["opTime"])
        return object()


def product(build: Mapping[str, Any]) -> tuple[str, str]:
    """Name and version of what answers, from its `buildInfo`: others speak the protocol too."""
    for entry, name in _OTHERS.items():
        told = build.get(entry)
        if told is not None:
            return name, str(told["version"] if isinstance(told, dict) else told)
    return "mongodb", str(build["version"])

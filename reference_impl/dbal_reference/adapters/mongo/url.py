"""The URL of a MongoDB server, taken apart; its password is never part of a message."""

from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import msgspec
from pymongo import MongoClient
from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri

from dbal_reference.adapters.server_url import POOL_SIZE

CONNECT_S: Final = 5.0
_OPTIONS: Final = (
    *("replicaSet", "directConnection", "authSource", "authMechanism", "loadBalanced"),
    *("tls", "tlsCAFile", "tlsCertificateKeyFile", "tlsCRLFile", "compressors"),
)
_MOST: Final = 1024
_WORDS: Final = (
    "not a database URL: mongodb://user:password@host:port/database, with signs such as "
    "@ : / ? # % in user and password written as %40 and so on"
)


class MongoUrl(msgspec.Struct, frozen=True):
    """`mongodb://user:password@host:port,host:port/database?option=value`."""

    place: str  # as the driver takes it, with the password
    database: str
    pool_size: int

    def __repr__(self) -> str:
        return f"MongoUrl({self.database})"

    def client(self, **options: Any) -> "MongoClient[dict[str, Any]]":  # noqa: ANN401 -- of the driver
        """A client that has not talked to the server yet."""
        milliseconds = round(CONNECT_S * 1000)
        return MongoClient(
            self.place,
            connect=False,
            appname="dbal-reference",
            maxPoolSize=self.pool_size + 1,  # one writes
            connectTimeoutMS=milliseconds,
            serverSelectionTimeoutMS=milliseconds,
            retryReads=False,  # within a time limit, the driver would go on until it ends
            retryWrites=True,
            **options,
        )


def parse(url: str) -> MongoUrl:
    """Take a URL apart.

    Raises:
        ValueError: it is none, names no database, or has an unknown option.
    """
    place, _, query = url.partition("?")
    try:
        given = dict(parse_qsl(query, strict_parsing=bool(query)))
    except ValueError:  # whose words may quote the password, here and below
        raise ValueError(_WORDS) from None
    size = given.pop("pool_size", str(POOL_SIZE))
    unknown = given.keys() - set(_OPTIONS)
    if unknown:
        raise ValueError(
            f"a database URL has the options pool_size, {', '.join(_OPTIONS)}, but not "
            f"{', '.join(sorted(unknown))}"
        )
    if not size.isascii() or not size.isdigit() or not 1 <= int(size) <= _MOST:
        raise ValueError(f"pool_size is a number from 1 to {_MOST}")
    whole = f"{place}?{urlencode(given)}" if given else place
    try:
        parsed = parse_uri(whole, warn=False)
    except (PyMongoError, ValueError):
        raise ValueError(_WORDS) from None
    database = parsed["database"]
    if not database or parsed["collection"]:
        raise ValueError("the database URL names no database: mongodb://host/database")
    return MongoUrl(whole, database, int(size))

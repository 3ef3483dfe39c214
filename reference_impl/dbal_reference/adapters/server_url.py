"""The URL of a database server, taken apart; its password is never part of a message."""

import math
from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

POOL_SIZE = 8


class ServerUrl(msgspec.Struct, frozen=True):
    """`kind://user:password@host:port/database?option=value`."""

    host: str
    port: int
    database: str
    user: str | None
    password: str | None
    pool_size: int
    options: dict[str, str]

    def __repr__(self) -> str:
        return f"ServerUrl({self.host}:{self.port}/{self.database})"


def parse(url: str, *, port: int, options: Collection[str]) -> ServerUrl:
    """Take a URL apart; the driver may be given `options` and nothing else.

    Raises:
        ValueError: it is none, names no database, or has an unknown option.
    """
    try:
        parts = urlsplit(url)
        given: dict[str, Any] = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        at = parts.port or port
    except ValueError:  # whose words may quote the password
        raise ValueError(
            "not a database URL: kind://user:password@host:port/database, with signs such as "
            "@ : / ? # % in user and password written as %40 and so on"
        ) from None
    database = unquote(parts.path.removeprefix("/"))
    if not database or "/" in database:
        raise ValueError("the database URL names no database: kind://host/database")
    size = given.pop("pool_size", str(POOL_SIZE))
    unknown = given.keys() - set(options)
    if unknown:
        raise ValueError(
            f"a database URL has the options pool_size, {', '.join(options)}, but not "
            f"{', '.join(sorted(unknown))}"
        )
    if not size.isascii() or not size.isdigit() or not 1 <= int(size) <= math.ldexp(1, 10):
        raise ValueError("pool_size is a number from 1 to 1024")
    return ServerUrl(
        host=parts.hostname or "localhost",
        port=at,
        database=database,
        user=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
        pool_size=int(size),
        options=given,
    )

"""The URL of a database server, taken apart; its password is never part of a message."""

from collections.abc import Collection
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

POOL_SIZE: Final = 8
_OWN: Final = ("pool_size", "pool_recycle", "query_timeout")


class Limits(NamedTuple):
    """Of each connection, in seconds: how long a statement may take, and until it is renewed."""

    query_s: float = 30.0
    recycle_s: float = 1800.0


class ServerUrl(msgspec.Struct, frozen=True):
    """`kind://user:password@host:port/database?option=value`."""

    host: str
    port: int
    database: str
    user: str | None
    password: str | None
    pool_size: int
    limits: Limits
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
    size = _whole(given, "pool_size", POOL_SIZE, 1024)
    limits = Limits(
        _whole(given, "query_timeout", 30, 86_400), _whole(given, "pool_recycle", 1800, 86_400)
    )
    unknown = given.keys() - set(options)
    if unknown:
        raise ValueError(
            f"a database URL has the options {', '.join((*_OWN, *options))}, but not "
            f"{', '.join(sorted(unknown))}"
        )
    return ServerUrl(
        host=parts.hostname or "localhost",
        port=at,
        database=database,
        user=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
        pool_size=size,
        limits=limits,
        options=given,
    )


def _whole(given: dict[str, Any], name: str, usual: int, most: int) -> int:
    text = given.pop(name, str(usual))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
        raise ValueError(f"{name} is a number from 1 to {most}")
    return int(text)

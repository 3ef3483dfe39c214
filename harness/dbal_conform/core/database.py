"""What the spec of a database means: `sqlite`, `postgres:17`, `postgresql://user:pw@host/db`."""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from dbal_conform.core.errors import InputError

# Images of servers, by their official names: the kind of each, and a version for messages.
IMAGES = {
    "postgres": "postgres:17",
    "mariadb": "mariadb:11.8",
    "mysql": "mysql:8.4",
    "mongo": "mongo:7",
}
# Which are started without Docker, and what may follow the colon.
EMULATORS = {"secantusdb": frozenset({"", "standalone"})}
SPECS = (
    "memory, sqlite, sqlite:PATH, postgres:17, mariadb:11.8, mysql:8.4, mongo:7, secantusdb (which"
    " emulates MongoDB) or the URL of a server"
)
# What a server is spoken to by, and the kind that it then is: a column of capabilities.yaml.
_SCHEMES = {
    "postgresql": "postgres",
    "postgres": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "mongodb": "mongo",
}
_KINDS = {
    "postgres": "postgres",
    "mariadb": "mysql",
    "mysql": "mysql",
    "mongo": "mongo",
    "secantusdb": "mongo",
}
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")  # as Docker has it
_ESCAPE = "write signs such as @ : / ? # % in user and password as %40, %3A and so on"


class Database(NamedTuple):
    """A spec taken apart.

    `shown` is how it is written wherever it can be read: without a password. `name` is the family
    or image, and `kind` its column in capabilities.yaml; `detail` is what follows the colon: a
    path, or a tag. `url` is that of a server which exists, with its password, or empty.
    """

    shown: str
    name: str
    kind: str
    detail: str = ""
    url: str = ""

    def __repr__(self) -> str:
        return f"Database({self.shown})"

    @property
    def image(self) -> str:
        """The image to start, or empty."""
        return self.shown if self.name in IMAGES and not self.url else ""

    @property
    def emulator(self) -> str:
        """The emulator to start, or empty."""
        return self.name if self.name in EMULATORS else ""


def database_of(spec: str) -> Database:
    """Take a spec apart; whether anything can open it is for others to say.

    Raises:
        InputError: it is an image without a tag, or a URL that is none. A URL is not quoted, since
            it may hold a password where none is expected.
    """
    name, _, detail = spec.partition(":")
    if detail.startswith("//") and name != "sqlite":
        return _server(spec)
    if name in IMAGES and not _TAG.fullmatch(detail):
        raise InputError(
            f"database {spec!r}: name a version, as in {IMAGES[name]}, or the URL of a server"
        )
    if detail not in EMULATORS.get(name, {detail}):
        raise InputError(f"database {spec!r}: {name} is named alone, or as {name}:standalone")
    return Database(spec, name, _KINDS.get(name, name), detail)


def _server(url: str) -> Database:
    """Take the URL of a server apart."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise InputError(f"a database URL is none: {_ESCAPE}") from None
    if "@" in parts.path + parts.query or parts.fragment or "/" in parts.path[1:]:
        # An unescaped sign ended the password early: what follows it is secret too.
        raise InputError(f"a database URL has its host in an odd place: {_ESCAPE}")
    if not parts.hostname or parts.scheme not in _SCHEMES:
        known = ", ".join(f"{scheme}://" for scheme in _SCHEMES)
        raise InputError(f"a database URL begins {known} and names a host")
    user = f"{parts.username}@" if parts.username else ""
    at = f":{port}" if port else ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    shown = f"{parts.scheme}://{user}{host}{at}{parts.path}"
    return Database(shown, parts.scheme, _SCHEMES[parts.scheme], url=url)

"""The way from a target to its server: where it leads, and whether it can be watched."""

from typing import Final
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from dbal_conform.core.errors import CouldNotRunError
from dbal_conform.environments.base import Base

_PORTS: Final = {"postgres": 5432, "mysql": 3306, "mongo": 27017}
HOST: Final = "127.0.0.1"
# Options of a URL that ask for encryption, or lead another way.
_VEILS: Final = frozenset(
    {
        *("ssl_ca", "ssl_cert", "ssl_key", "sslrootcert", "sslcert", "unix_socket"),
        *("tls", "tlsCAFile", "tlsCertificateKeyFile", "compressors"),
    }
)
_OPEN: Final = frozenset({"disable", "allow", "prefer"})  # of sslmode


def address_of(base: Base) -> tuple[str, int]:
    """Return host and port of a server whose connections can be watched.

    Raises:
        CouldNotRunError: they cannot, being encrypted.
    """
    if veils := veils_of(base.url):
        raise CouldNotRunError(
            f"faults at a statement need connections that can be read; {', '.join(veils)} in the"
            " URL of the database hides them"
        )
    parts = urlsplit(base.url)
    return parts.hostname or HOST, parts.port or _PORTS[base.database.kind]


def veils_of(url: str) -> tuple[str, ...]:
    """Return what in a URL hides what is said on the connection."""
    given = parse_qs(urlsplit(url).query)
    found = _VEILS & given.keys()
    if not _OPEN.issuperset(given.get("sslmode", [])):
        found |= {"sslmode"}
    if "require" in given.get("channel_binding", []):
        found |= {"channel_binding"}
    return tuple(sorted(found))


def through(url: str, port: int) -> str:
    """Return the URL of what is behind a proxy on that port of the loopback."""
    parts = urlsplit(url)
    user, at, _ = parts.netloc.rpartition("@")
    parts = parts._replace(netloc=f"{user}{at}{HOST}:{port}")
    if parts.scheme != "mongodb":
        return parts.geturl()
    # Else the driver would ask a member of a replica set where the others are, and go there.
    given = {name: value for name, value in parse_qsl(parts.query) if name != "replicaSet"}
    return parts._replace(query=urlencode({**given, "directConnection": "true"})).geturl()

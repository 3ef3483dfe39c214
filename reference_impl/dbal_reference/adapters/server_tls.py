"""Why a server cannot be talked to in secret: told when a database is opened, in plain words.

Drivers tell it by their own words alone, which nobody can rely on; so here the server is asked.
"""

import socket
import ssl
import struct
from typing import Final

from dbal_reference.adapters.server_url import ServerUrl

_PATIENCE_S: Final = 5.0
_ASK_FOR_TLS: Final = struct.pack("!II", 8, 80877103)  # PostgreSQL's SSLRequest
_NO_TLS: Final = 2026  # CR_SSL_CONNECTION_ERROR of MySQL's drivers
_WANTED: Final = frozenset({"require", "verify-ca", "verify-full"})


class TlsError(ValueError):
    """The URL asks for TLS, and the server has none, or none that is to be trusted."""


def ask_postgres(url: ServerUrl) -> TlsError | None:
    """Say what is wrong with the TLS of a server that could not be opened; None: not that."""
    mode = url.options.get("sslmode", "prefer")
    if mode not in _WANTED:
        return None
    where = f"PostgreSQL at {url.host}:{url.port}"
    try:
        with socket.create_connection((url.host, url.port), _PATIENCE_S) as raw:
            raw.sendall(_ASK_FOR_TLS)
            if raw.recv(1) != b"S":
                return TlsError(f"{where} offers no TLS, which sslmode={mode} asks for")
            with _trust(mode, url.options.get("sslrootcert")).wrap_socket(
                raw, server_hostname=url.host
            ):
                return None
    except ssl.SSLCertVerificationError as error:
        return _untrusted(where, error)
    except OSError:  # it is away altogether, or the file of certificates is no such file
        return None


def explain_mysql(url: ServerUrl, error: BaseException | None) -> TlsError | None:
    """Say what is wrong with the TLS of a server, by what the driver raised; None: not that."""
    where = f"the server at {url.host}:{url.port}"
    while error is not None:
        origin = getattr(error, "original_exception", error)
        if isinstance(origin, ssl.SSLCertVerificationError):
            return _untrusted(where, origin)
        if error.args[:1] == (_NO_TLS,):
            return TlsError(f"{where} offers no TLS, which ssl_ca asks for")
        error = error.__cause__
    return None


def _trust(mode: str, roots: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=roots)
    context.check_hostname = mode == "verify-full"
    if mode == "require" and roots is None:
        context.verify_mode = ssl.CERT_NONE
    return context


def _untrusted(where: str, error: ssl.SSLCertVerificationError) -> TlsError:
    return TlsError(f"the certificate of {where} is not to be trusted: {error.verify_message}")

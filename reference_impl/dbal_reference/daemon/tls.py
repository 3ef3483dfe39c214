"""TLS 1.2 or later, with certificates of clients where they are asked for (TLS-CONF-001)."""

import ssl
from pathlib import Path

import msgspec

from dbal_reference.daemon.settings import SettingsError, Tls


class Pem(msgspec.Struct, frozen=True):
    """What a TLS other than Python's is given."""

    certificate: bytes
    key: bytes
    client_ca: bytes | None

    def __repr__(self) -> str:
        return "Pem(...)"  # there is a key in it


class Certificates:
    """What the doors that listen show and ask for, read once.

    Attributes:
        context: for sockets; None: no TLS.
        pem: for gRPC, which has a TLS of its own.

    Raises:
        SettingsError: a file cannot be read, or is none of its kind.
    """

    def __init__(self, tls: Tls) -> None:
        self.context: ssl.SSLContext | None = None
        self.pem: Pem | None = None
        if tls.certificate is None or tls.key is None:
            return
        self.context = _context(tls.certificate, tls.key)
        if tls.client_ca is not None:
            _ask_clients(self.context, tls.client_ca)
        self.pem = Pem(
            tls.certificate.read_bytes(),
            tls.key.read_bytes(),
            None if tls.client_ca is None else tls.client_ca.read_bytes(),
        )


def _context(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except (OSError, ValueError) as error:
        raise SettingsError("tls", f"certificate and key cannot be used: {_why(error)}") from None
    return context


def _ask_clients(context: ssl.SSLContext, authority: Path) -> None:
    try:
        context.load_verify_locations(authority)
    except OSError as error:
        raise SettingsError("tls.client_ca", f"it cannot be used: {_why(error)}") from None
    context.verify_mode = ssl.CERT_REQUIRED


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return error.reason or "no PEM"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _no_password() -> str:
    raise ValueError("the key has a password, and nobody could type it")

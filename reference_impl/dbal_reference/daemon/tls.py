"""TLS 1.2 or later, with certificates of clients where they are asked for (TLS-CONF-001)."""

import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from dbal_reference.daemon.settings import SettingsError, Tls

if TYPE_CHECKING:  # an extra
    import grpc


def tls_context(tls: Tls) -> ssl.SSLContext | None:
    """For sockets; None: no TLS.

    Raises:
        SettingsError: a file cannot be read, or is none of its kind.
    """
    if tls.certificate is None or tls.key is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(tls.certificate, tls.key, password=_no_password)
    except (OSError, ValueError) as error:
        raise SettingsError("tls", f"certificate and key cannot be used: {_why(error)}") from None
    if tls.client_ca is not None:
        try:
            context.load_verify_locations(tls.client_ca)
        except OSError as error:
            raise SettingsError("tls.client_ca", f"it cannot be used: {_why(error)}") from None
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def grpc_credentials(tls: Tls) -> "grpc.ServerCredentials | None":
    """For gRPC, which has a TLS of its own; None: no TLS.

    Raises:
        SettingsError: as for `tls_context`, which looks first: gRPC says nothing of why.
    """
    if tls_context(tls) is None or tls.certificate is None or tls.key is None:
        return None
    import grpc  # noqa: PLC0415 -- an extra

    pair = (_read(tls.key), _read(tls.certificate))
    authority = None if tls.client_ca is None else _read(tls.client_ca)
    return grpc.ssl_server_credentials(
        [pair], root_certificates=authority, require_client_auth=authority is not None
    )


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SettingsError("tls", f"{file} cannot be read: {error.strerror}") from None


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return error.reason or "no PEM"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _no_password() -> str:
    raise ValueError("the key has a password, and nobody could type it")

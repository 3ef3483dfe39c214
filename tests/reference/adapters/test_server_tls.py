"""What the URL says of TLS is held to, and what is wrong with it is told in plain words."""

import datetime as dt
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.reference.adapters.world import WORLD

from dbal_reference.adapters.open import open_adapter
from dbal_reference.adapters.server_tls import TlsError

SECRET = "s3cret"
# The greeting of a MariaDB that has no TLS: protocol 10, a salt, and what it can do.
_GREETING = (
    b"\x0a5.5.5-10.11.9-MariaDB\0\x01\0\0\0saltsalt\0\xff\xf7\x2d\x02\0\x0f\x80\x15"
    + bytes(10)
    + b"saltsaltsalt\0mysql_native_password\0"
)


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


@contextmanager
def server(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """Somebody at a port, who talks so with each who comes."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(10)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    with door.accept()[0] as guest, suppress(OSError):
                        guest.settimeout(5)
                        talk(guest)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield door.getsockname()[1]
        finally:
            door.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def test_postgresql_without_tls_is_refused_where_it_is_asked_for() -> None:
    def talk(guest: socket.socket) -> None:
        guest.recv(8)
        guest.sendall(b"N")

    with server(talk) as port, pytest.raises(TlsError) as caught:
        open_adapter(WORLD, f"postgresql://u:{SECRET}@127.0.0.1:{port}/d?sslmode=require")
    words = f"PostgreSQL at 127.0.0.1:{port} offers no TLS, which sslmode=require asks for"
    assert str(caught.value) == words


def test_a_postgresql_of_somebody_else_is_refused(tmp_path: Path) -> None:
    own, key = certificate(tmp_path, "own")
    other, _ = certificate(tmp_path, "other")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(own, key)

    def talk(guest: socket.socket) -> None:
        guest.recv(8)
        guest.sendall(b"S")
        context.wrap_socket(guest, server_side=True).recv(1)

    with server(talk) as port, pytest.raises(TlsError, match="is not to be trusted: ") as caught:
        open_adapter(
            WORLD,
            f"postgresql://u:{SECRET}@127.0.0.1:{port}/d?sslmode=verify-ca&sslrootcert={other}",
        )
    assert SECRET not in str(caught.value)


def test_mariadb_without_tls_is_refused_where_it_is_asked_for(tmp_path: Path) -> None:
    authority, _ = certificate(tmp_path, "authority")

    def talk(guest: socket.socket) -> None:
        guest.sendall(len(_GREETING).to_bytes(3, "little") + b"\0" + _GREETING)
        guest.recv(100)

    with server(talk) as port, pytest.raises(TlsError) as caught:
        open_adapter(WORLD, f"mariadb://u:{SECRET}@127.0.0.1:{port}/d?ssl_ca={authority}")
    assert (
        str(caught.value) == f"the server at 127.0.0.1:{port} offers no TLS, which ssl_ca asks for"
    )


@pytest.mark.parametrize("image", ["mariadb:11.8"], indirect=True)
@pytest.mark.database
def test_a_mariadb_of_somebody_else_is_refused(
    image: str, database_url: Callable[[str, str], str], tmp_path: Path
) -> None:
    """It makes itself a certificate when it starts, since 11.4."""
    stranger, _ = certificate(tmp_path, "stranger")
    with pytest.raises(TlsError, match="is not to be trusted: "):
        open_adapter(WORLD, f"{database_url(image, 'tls')}?ssl_ca={stranger}")

"""TLS and mutual TLS at every door, with certificates made for the test (TLS-CONF-001)."""

import http.client
import ssl
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
import trustme
from tests.reference.daemon.serving import DOORS, Grpc, Serving, request
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from dbal_reference.daemon.settings import SettingsError, Tls
from dbal_reference.daemon.tls import Certificates

HOST = "127.0.0.1"


class Papers:
    """An authority, a server's certificate and a client's, as files."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        server, client = authority.issue_cert(HOST), authority.issue_cert("client@example.com")
        self.authority, self.client = authority, client
        self.ca, self.certificate, self.key = (folder / name for name in ("ca", "cert", "key"))
        self.client_certificate, self.client_key = folder / "client", folder / "client-key"
        authority.cert_pem.write_to_path(self.ca)
        server.cert_chain_pems[0].write_to_path(self.certificate)
        server.private_key_pem.write_to_path(self.key)
        client.cert_chain_pems[0].write_to_path(self.client_certificate)
        client.private_key_pem.write_to_path(self.client_key)

    def context(self, *, as_client: bool = False) -> ssl.SSLContext:
        """What trusts the authority."""
        context = ssl.create_default_context(cafile=str(self.ca))
        if as_client:
            context.load_cert_chain(self.client_certificate, self.client_key)
        return context

    def credentials(self, *, as_client: bool = False) -> grpc.ChannelCredentials:
        """The same for gRPC."""
        if not as_client:
            return grpc.ssl_channel_credentials(self.ca.read_bytes())
        key, chain = self.client_key.read_bytes(), self.client_certificate.read_bytes()
        return grpc.ssl_channel_credentials(self.ca.read_bytes(), key, chain)


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return Papers(tmp_path_factory.mktemp("papers"))


@pytest.fixture(scope="module")
def secure(papers: Papers) -> Iterator[Serving]:
    tls = {"certificate": papers.certificate, "key": papers.key}
    with Serving(**DOORS, tls=tls) as serving:
        yield serving


@pytest.fixture(scope="module")
def mutual(papers: Papers) -> Iterator[Serving]:
    tls = {"certificate": papers.certificate, "key": papers.key, "client_ca": papers.ca}
    with Serving(**DOORS, tls=tls) as serving:
        yield serving


def over_websocket(serving: Serving, context: ssl.SSLContext) -> bytes:
    with connect(serving.urls["websocket"], ssl=context) as raw:
        raw.send(request("dbal.hello"), text=True)
        return str(raw.recv(timeout=10)).encode()


def over_http(serving: Serving, context: ssl.SSLContext) -> bytes:
    connection = http.client.HTTPSConnection(
        HOST, serving.port("http"), context=context, timeout=10
    )
    try:
        connection.request(
            "POST", "/rpc", request("dbal.hello"), {"Content-Type": "application/json"}
        )
        return connection.getresponse().read()
    finally:
        connection.close()


def over_grpc(serving: Serving, credentials: grpc.ChannelCredentials) -> object:
    with grpc.secure_channel(f"{HOST}:{serving.port('grpc')}", credentials) as channel:
        return Grpc(channel).hello()


def test_each_door_serves_who_trusts_it(secure: Serving, papers: Papers) -> None:
    schemes = {url.partition(":")[0] for url in secure.urls.values()}
    assert schemes == {"wss", "https", "grpcs"}
    assert b'"contract":"1.0"' in over_websocket(secure, papers.context())
    assert b'"contract":"1.0"' in over_http(secure, papers.context())
    assert over_grpc(secure, papers.credentials())


def test_a_stranger_s_authority_is_not_trusted(secure: Serving) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        over_http(secure, ssl.create_default_context())


def test_who_shows_no_certificate_is_not_let_in_where_one_is_asked_for(
    mutual: Serving, papers: Papers
) -> None:
    for attempt in (over_websocket, over_http):
        with pytest.raises((OSError, EOFError, WebSocketException)):
            attempt(mutual, papers.context())
    with pytest.raises(grpc.RpcError):
        over_grpc(mutual, papers.credentials())
    assert b"result" in over_websocket(mutual, papers.context(as_client=True))
    assert b"result" in over_http(mutual, papers.context(as_client=True))
    assert over_grpc(mutual, papers.credentials(as_client=True))


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1:DeprecationWarning")
def test_tls_before_1_2_is_refused(secure: Serving, papers: Papers) -> None:
    old = papers.context()
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = ssl.TLSVersion.TLSv1_1
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        over_http(secure, old)


def test_files_that_are_no_certificates_are_named_by_their_setting(
    papers: Papers, tmp_path: Path
) -> None:
    junk = tmp_path / "junk"
    junk.write_text("junk")
    for tls, told in (
        (Tls(junk, papers.key), "tls: certificate and key cannot be used"),
        (Tls(papers.certificate, tmp_path / "nowhere"), "No such file"),
        (Tls(papers.certificate, papers.client_key), "KEY_VALUES_MISMATCH"),
        (Tls(papers.certificate, papers.key, junk), "tls.client_ca: it cannot be used"),
    ):
        with pytest.raises(SettingsError, match=told):
            Certificates(tls)


def test_a_key_is_never_printed(papers: Papers) -> None:
    pem = Certificates(Tls(papers.certificate, papers.key)).pem
    assert "PRIVATE" not in repr(pem)

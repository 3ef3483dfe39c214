"""An authority of the tests, and certificates that hold or do not."""

import datetime as dt
import ssl
from pathlib import Path

import trustme

_NOW = dt.datetime.now(dt.UTC)


def issue(folder: Path, kind: str) -> tuple[Path, bytes, bytes]:
    """Return the authority's file, and key and chain of a server; `kind` says what is wrong."""
    authority = trustme.CA()
    file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    issuer = trustme.CA() if kind == "unknown" else authority
    name = "elsewhere.example" if kind == "wrong-name" else "127.0.0.1"
    until = _NOW - dt.timedelta(days=1) if kind == "expired" else None
    made = issuer.issue_cert(name, not_after=until)
    chain = b"".join(each.bytes() for each in made.cert_chain_pems)
    return file, made.private_key_pem.bytes(), chain


def context(folder: Path, key: bytes, chain: bytes) -> ssl.SSLContext:
    """Return what a server speaks TLS with."""
    file = folder / "server.pem"
    file.write_bytes(key + chain)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(file)
    return made

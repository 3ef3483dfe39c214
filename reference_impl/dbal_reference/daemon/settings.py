"""How the server is configured: every setting, its meaning and its default; judged at start."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import msgspec

from dbal_reference.daemon.address import Address, AddressError, parse_address
from dbal_reference.daemon.door import Limits

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=1)]
Seconds: TypeAlias = Annotated[float, msgspec.Meta(gt=0, le=86_400)]

DOORS = ("websocket", "http", "grpc", "monitor")


class SettingsError(ValueError):
    """The server cannot start so; `setting` is what must be changed, `message` to what."""

    def __init__(self, setting: str, message: str) -> None:
        super().__init__(f"{setting}: {message}")
        self.setting = setting
        self.message = message


class Tls(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of every door that listens; files in PEM.

    Attributes:
        certificate: with its chain. None: no TLS.
        key: of the certificate.
        client_ca: whose certificates clients must show (mutual TLS). None: they need none.
    """

    certificate: Path | None = None
    key: Path | None = None
    client_ca: Path | None = None


class LimitSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What anybody may use up; see `door.Limits` for those of connections.

    Attributes:
        threads: calls outside transactions that run at once.
        request_s: for one call, whatever deadline it asks for.
        message_bytes: of a request; at least the contract's 1 MiB, and told by hello.
        reply_bytes: of a reply; at least the contract's 16 MiB.
        nesting: of the JSON of a request; the contract's 128 if not less.
    """

    connections: Count = 4096
    in_flight: Annotated[int, msgspec.Meta(ge=32)] = 32  # WS-CONN-002
    threads: Annotated[int, msgspec.Meta(ge=4, le=1024)] = 64  # CAP-POOL-001
    request_s: Annotated[float, msgspec.Meta(ge=1, le=300)] = 300.0
    read_s: Seconds = 30.0
    write_s: Seconds = 30.0
    idle_s: Annotated[float, msgspec.Meta(ge=60)] = 600.0  # WS-CONN-004
    ping_s: Seconds = 20.0
    grace_s: Annotated[float, msgspec.Meta(ge=0, le=300)] = 5.0
    message_bytes: Annotated[int, msgspec.Meta(ge=2**20, le=2**30)] | None = None  # RPC-MSG-008
    reply_bytes: Annotated[int, msgspec.Meta(ge=2**24, le=2**30)] | None = None
    nesting: Annotated[int, msgspec.Meta(ge=48, le=128)] | None = None

    @property
    def of_doors(self) -> Limits:
        """Those that each door has for itself."""
        return Limits(**{name: getattr(self, name) for name in Limits.__struct_fields__})

    @property
    def of_schema(self) -> dict[str, int]:
        """Those that change what the schema says, under its names."""
        named = {
            "max_request_bytes": self.message_bytes,
            "max_reply_bytes": self.reply_bytes,
            "envelope_depth": self.nesting,
            "in_flight": self.in_flight,
        }
        return {name: limit for name, limit in named.items() if limit is not None}


class Log(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What goes to stderr, as JSON lines.

    Attributes:
        level: of what is logged.
        requests: log each call, not only those that failed for no fault of the caller.
    """

    level: Literal["debug", "info", "warning", "error"] = "info"
    requests: bool = False


class Audit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where audit records are kept beside memory; at most one (AUD-REC-010).

    Attributes:
        file: JSON lines are added to it.
        database: the URL of another database than that of the rows; they go to `dbal_audit`.
    """

    file: Path | None = None
    database: str | None = None

    def __repr__(self) -> str:
        return "Audit(...)"  # the URL may hold a password


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All of them.

    Attributes:
        database: the URL; nothing but the configuration can say it.
        database_file: a file that holds the URL.
        bootstrap_token: of the actor `system`; None: nobody is.
        bootstrap_token_file: a file that holds the token.
        schema: another folder than the packaged one.
        conformance: offer `conformance.*`, on a database that is empty.
        stdio: talk on stdin and stdout.
        websocket: `HOST:PORT` to listen at; likewise `http`, `grpc`.
        monitor: `HOST:PORT` of nothing but `/health`, `/ready` and `/metrics`.
        monitor_insecure: let the monitor, which never has TLS, be beyond loopback.
        insecure: listen beyond loopback without TLS (TLS-CONF-001).
        origins: of web pages that may open WebSockets.
        user: whom to become after the start, if it was root's.
    """

    database: str | None = None
    database_file: Path | None = None
    bootstrap_token: str | None = None
    bootstrap_token_file: Path | None = None
    schema: Path | None = None
    conformance: bool = False
    stdio: bool = False
    websocket: str | None = None
    http: str | None = None
    grpc: str | None = None
    monitor: str | None = None
    monitor_insecure: bool = False
    insecure: bool = False
    origins: tuple[str, ...] = ()
    user: str | None = None
    tls: Tls = Tls()
    limits: LimitSettings = LimitSettings()
    log: Log = Log()
    audit: Audit = Audit()

    def __repr__(self) -> str:
        return "Settings(...)"  # secrets are among them

    def addresses(self) -> Iterator[tuple[str, Address]]:
        """The doors that listen, and where.

        Raises:
            SettingsError: one of them is nowhere.
        """
        for name in DOORS:
            text = getattr(self, name)
            if text is None:
                continue
            try:
                yield name, parse_address(text)
            except AddressError as error:
                raise SettingsError(name, str(error)) from None

    def check(self) -> None:
        """See that they go together.

        Raises:
            SettingsError: they do not.
        """
        addresses = dict(self.addresses())
        if not self.stdio and not addresses.keys() - {"monitor"}:
            raise SettingsError("websocket", "no door is open: give one of stdio, websocket, ...")
        if self.database is None:
            raise SettingsError("database", "it is missing: name one, as in sqlite:app.db")
        if (self.tls.certificate is None) != (self.tls.key is None):
            raise SettingsError("tls", "certificate and key are given together")
        if self.tls.client_ca is not None and self.tls.certificate is None:
            raise SettingsError("tls.client_ca", "it needs tls.certificate and tls.key")
        if self.audit.file is not None and self.audit.database is not None:
            raise SettingsError("audit", "give file or database, not both")
        for name, address in addresses.items():
            if not address.is_loopback and not self.insecure:
                self._check_public(name, address)

    def _check_public(self, name: str, address: Address) -> None:
        """TLS-CONF-001."""
        if name == "monitor" and not self.monitor_insecure:
            raise SettingsError(
                name,
                f"{address} is beyond loopback, and the monitor has no TLS: set monitor_insecure "
                "if everybody there may know how the server is",
            )
        if name != "monitor" and self.tls.certificate is None:
            raise SettingsError(
                name,
                f"{address} is beyond loopback, and there is no TLS: set tls.certificate and "
                "tls.key, or insecure if something in front of it does that",
            )

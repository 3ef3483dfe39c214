"""Audit records in a database of their own, each committed by itself (AUD-REC-010)."""

import secrets
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import BigInteger, Boolean, Column, MetaData, String, Table, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from dbal_reference.adapters import UnavailableError

TABLE: Final = "dbal_audit"

_DRIVERS: Final[Mapping[str, str]] = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mariadb": "mariadb+pymysql",
    "mysql": "mysql+pymysql",
}
_WAIT_S: Final = 5  # a record that takes longer is none, and its call fails
_ARGUMENTS: Final[Mapping[str, dict[str, Any]]] = {
    "sqlite": {"timeout": _WAIT_S, "check_same_thread": False},
    "postgresql+psycopg": {
        "connect_timeout": _WAIT_S,
        "options": f"-c statement_timeout={_WAIT_S * 1000}",
    },
    "mariadb+pymysql": {"connect_timeout": _WAIT_S, "read_timeout": _WAIT_S},
    "mysql+pymysql": {"connect_timeout": _WAIT_S, "read_timeout": _WAIT_S},
}

_records = Table(
    TABLE,
    MetaData(),
    Column("run", String(16), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("timestamp", String(30), nullable=False, index=True),
    Column("user", String(64), nullable=False, index=True),
    Column("role", String(64)),
    Column("tenant", String(64)),
    Column("operation", String(128), nullable=False),
    Column("entity", String(128)),
    Column("id", String(1024)),
    Column("success", Boolean, nullable=False),
    Column("code", String(64)),
    Column("requestId", String(128)),
    Column("securityIncident", Boolean, nullable=False),
)


class AuditStore:
    """Keeps audit records; makes its table if it is missing.

    `run` tells starts of servers apart, of which several may share the database.

    Args:
        url: as that of the rows, but another: records must outlive what happens there.

    Raises:
        ValueError: the URL is of no known kind.
        UnavailableError: the database cannot be opened.
    """

    def __init__(self, url: str) -> None:
        self._run = secrets.token_hex(8)
        address = _address(url)
        self._engine = create_engine(
            address,
            pool_size=1,
            max_overflow=0,
            pool_pre_ping=True,
            pool_timeout=_WAIT_S,
            connect_args=dict(_ARGUMENTS[address.drivername]),
            hide_parameters=True,
        )
        try:
            _records.metadata.create_all(self._engine)
        except SQLAlchemyError:
            self._engine.dispose()
            raise UnavailableError from None

    def add(self, record: Mapping[str, Any]) -> None:
        """Add a record, by the names of section 12.

        Raises:
            UnavailableError: it was not stored.
        """
        row = {**record, "run": self._run}
        if row["id"] is not None:
            row["id"] = str(row["id"])[:1024]
        try:
            with self._engine.begin() as connection:
                connection.execute(_records.insert(), row)
        except SQLAlchemyError:
            raise UnavailableError from None

    def close(self) -> None:
        """Hang up."""
        self._engine.dispose()


def _address(url: str) -> URL:
    kind, colon, place = url.partition(":")
    driver = _DRIVERS.get(kind)
    if not colon or driver is None or not place:
        raise ValueError("an audit database is sqlite:PATH, postgresql://... or mariadb://...")
    if kind == "sqlite":
        return URL.create(driver, database=place)
    try:
        if not urlsplit(url).path.strip("/"):
            raise ValueError("the URL of the audit database names no database")
        return make_url(f"{driver}:{place}")
    except ArgumentError:  # whose words may quote the password
        raise ValueError("the URL of the audit database is none") from None

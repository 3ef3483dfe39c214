"""What a client calls through; one row a mode, so that a program changes no other line."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from dbal_reference.adapters import UnavailableError
from dbal_reference.adapters.open import open_adapter
from dbal_reference.client.auth import Auth
from dbal_reference.errors import DatabaseError, DbalError, EnvelopeError
from dbal_reference.model import Schema
from dbal_reference.schema.load import load_schema
from dbal_reference.service import Service


class Connection(Protocol):
    """Somewhere calls are answered; threads may share it."""

    @property
    def schema(self) -> Schema:
        """The schema in force; another one after a migration."""
        ...

    def call(self, method: str, params: dict[str, Any], auth: Auth) -> Any:  # noqa: ANN401 -- any JSON
        """The result of one call, in JSON form.

        Raises:
            DbalError: the call failed.
        """
        ...

    def close(self) -> None:
        """Let go of everything; may be called twice."""
        ...


class InProcess:
    """The service itself, over a database of its own; nothing is skipped that a server would do."""

    def __init__(
        self, adapter: str, database: str | Path | None, schema: str | Path | None
    ) -> None:
        folder = load_schema(Path(schema) if schema is not None else None)
        try:
            self._adapter = open_adapter(folder, database_url(adapter, database))
        except UnavailableError:
            refusal = DatabaseError("the database cannot be opened")
            describe(refusal, folder)
            raise refusal from None
        try:
            self._service = Service(folder, self._adapter)
        except BaseException:
            self._adapter.close()
            raise

    @property
    def schema(self) -> Schema:
        """See `Connection`."""
        return self._service.schema

    def call(self, method: str, params: dict[str, Any], auth: Auth) -> Any:  # noqa: ANN401 -- any JSON
        """See `Connection`."""
        try:
            return self._service.call(method, params, auth.context, token=auth.secret)
        except DbalError as error:
            describe(error, self.schema)
            raise

    def close(self) -> None:
        """See `Connection`."""
        self._service.close()
        self._adapter.close()


def describe(error: DbalError, schema: Schema) -> None:
    """Fill in what errors.yaml says of an error of this name."""
    spec = schema.errors[error.name]
    error.retryable = spec.retryable
    error.code = spec.code
    if isinstance(error, EnvelopeError):
        error.code = schema.envelope[error.details["reason"]].code


def database_url(adapter: str, database: str | Path | None) -> str:
    """What `open_adapter` takes.

    Raises:
        ValueError: no such adapter, memory was given a place, or a server no URL.
    """
    if adapter not in ADAPTERS:
        known = ", ".join(f"{name!r} ({what})" for name, what in ADAPTERS.items())
        raise ValueError(f"there is no adapter {adapter!r}; there are {known}")
    if adapter == "memory" and database is not None:
        raise ValueError("adapter 'memory' keeps nothing: leave database out, or take 'sqlite'")
    if adapter in _SERVERS:
        if not isinstance(database, str) or not database.startswith(f"{adapter}://"):
            raise ValueError(
                f"database is the URL of a server: {adapter}://user:password@host/name"
            )
        return database
    private = database is None or str(database) == ":memory:"  # as Python's sqlite3 calls it
    return f"{adapter}:{'' if private else database}"


ADAPTERS: Mapping[str, str] = {
    "memory": "in this process, gone when it ends",
    "sqlite": "a file, or a private database where none is named",
    "postgresql": "a server, whose URL is the database",
    "mariadb": "the same",
    "mysql": "the same",
}
_SERVERS = ("postgresql", "mariadb", "mysql")
MODES: Mapping[str, Callable[[str, str | Path | None, str | Path | None], Connection]] = {
    "development": InProcess,
}

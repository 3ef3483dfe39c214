"""A DBAL in conformance mode, in this process: where a harness gets its target."""

from collections.abc import Mapping
from pathlib import Path

from dbal_reference.adapters import Adapter
from dbal_reference.adapters.open import open_adapter
from dbal_reference.schema.load import load_schema
from dbal_reference.service import Service
from dbal_reference.wire.jsonrpc import Connection, Handler

_SETTINGS = frozenset({"database", "bootstrap_token", "schema"})


class Target:
    """One service over one database, spoken to in messages over one connection."""

    def __init__(self, service: Service, adapter: Adapter) -> None:
        self.service = service
        self._adapter = adapter
        self._handler = Handler(service)
        self._connection = Connection()

    def handle(self, message: bytes) -> bytes:
        """The reply to one message; any number of threads may call at once."""
        return self._handler.handle(message, self._connection)

    def close(self) -> None:
        """Roll back what is open, and let go of the database; may be called twice."""
        self.service.close()
        self._adapter.close()


def open_target(settings: Mapping[str, str]) -> Target:
    """Open a database and serve it with `conformance.*`.

    Args:
        settings: `database` (`memory:`, `sqlite:` or `sqlite:PATH`), `bootstrap_token`, and, if it
            is not the packaged one, the `schema` folder.

    Raises:
        ValueError: a setting is missing, unknown or empty, or the database holds rows that it did
            not make: a reset would destroy them (CTL-MODE-003).
        SchemaError: the schema is wrong.
        UnavailableError: the database cannot be opened.
    """
    unknown = settings.keys() - _SETTINGS
    if unknown:
        raise ValueError(f"unknown settings: {', '.join(sorted(unknown))}")
    for name in ("database", "bootstrap_token"):
        if not settings.get(name):
            raise ValueError(f"the setting {name} is missing")
    folder = settings.get("schema")
    schema = load_schema(Path(folder) if folder else None)
    adapter = open_adapter(schema, settings["database"])
    try:
        refuse_rows(adapter)
        service = Service(
            schema, adapter, bootstrap_token=settings["bootstrap_token"], conformance=True
        )
    except BaseException:
        adapter.close()
        raise
    return Target(service, adapter)


def refuse_rows(adapter: Adapter) -> None:
    """See that a reset would destroy nothing.

    Raises:
        ValueError: the database holds rows that conformance did not make (CTL-MODE-003).
    """
    if adapter.holds_rows():
        raise ValueError("the database holds rows already: give conformance one of its own")

"""From a database URL to the adapter for it."""

from dbal_reference.adapters import Adapter
from dbal_reference.adapters.memory import MemoryAdapter
from dbal_reference.model import Schema


def open_adapter(schema: Schema, url: str) -> Adapter:
    """Open `memory:`, `sqlite:` (private, in memory) or `sqlite:PATH`, creating missing tables.

    Raises:
        ValueError: the URL is of no known kind.
        UnavailableError: the database cannot be opened.
        SchemaError: it has tables of another schema.
    """
    kind, colon, place = url.partition(":")
    if not colon:
        raise ValueError("a database is named as memory:, sqlite: or sqlite:PATH")
    match kind:
        case "memory" if not place:
            return MemoryAdapter(schema)
        case "sqlite":
            # Here, not above: SQLAlchemy takes longer to import than memory takes to start.
            from dbal_reference.adapters.sqlite import SqliteAdapter  # noqa: PLC0415

            return SqliteAdapter(schema, None if place in {"", ":memory:"} else place)
        case _:
            raise ValueError("a database is named as memory:, sqlite: or sqlite:PATH")

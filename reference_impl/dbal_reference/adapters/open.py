"""From a database URL to the adapter for it."""

from dbal_reference.adapters import Adapter
from dbal_reference.adapters.memory import MemoryAdapter
from dbal_reference.model import Schema

_KINDS = (
    "a database is named as memory:, sqlite:, sqlite:PATH, postgresql://user:password@host/database,"
    " mariadb://user:password@host/database (or mysql://) or mongodb://user:password@host/database"
)


def open_adapter(schema: Schema, url: str) -> Adapter:
    """Open a database, creating missing tables.

    Args:
        schema: the contract.
        url: `memory:`, `sqlite:` (private, in memory), `sqlite:PATH`,
            `postgresql://user:password@host:port/database`, or the same with `mariadb`, `mysql` or
            `mongodb`;
            `?pool_size=8` is how many threads can read at once.

    Raises:
        ValueError: the URL is of no known kind, or the server is too old.
        MissingDriverError: the driver is not installed.
        UnavailableError: the database cannot be opened.
        SchemaError: it has tables of another schema, or cannot index what the schema asks for.
    """
    kind, colon, place = url.partition(":")
    if not colon:
        raise ValueError(_KINDS)
    match kind:
        case "memory" if not place:
            return MemoryAdapter(schema)
        case "sqlite":
            # Here, not above: SQLAlchemy takes longer to import than memory takes to start.
            from dbal_reference.adapters.sqlite import SqliteAdapter  # noqa: PLC0415

            return SqliteAdapter(schema, None if place in {"", ":memory:"} else place)
        case "postgresql" | "postgres" if place.startswith("//"):
            return _postgres(schema, url)
        case "mariadb" | "mysql" if place.startswith("//"):
            return _mysql(schema, url)
        case "mongodb" if place.startswith("//"):
            return _mongo(schema, url)
        case _:
            raise ValueError(_KINDS)


class MissingDriverError(ValueError):
    """A database needs a Python package that is not installed; the message names the extra."""

    def __init__(self, database: str, module: str, extra: str) -> None:
        super().__init__(
            f"{database} needs the Python package {module}: pip install 'dbal-conform[{extra}]'"
        )


def _postgres(schema: Schema, url: str) -> Adapter:
    try:
        from dbal_reference.adapters.postgres import PostgresAdapter  # noqa: PLC0415 -- an extra
    except ModuleNotFoundError as error:
        _refuse(error, "PostgreSQL", "psycopg", "postgres")
        raise
    return PostgresAdapter(schema, url)


def _mysql(schema: Schema, url: str) -> Adapter:
    try:
        from dbal_reference.adapters.mysql import MysqlAdapter  # noqa: PLC0415 -- an extra
    except ModuleNotFoundError as error:
        _refuse(error, "MariaDB and MySQL", "pymysql", "mysql")
        raise
    return MysqlAdapter(schema, url)


def _mongo(schema: Schema, url: str) -> Adapter:
    try:
        from dbal_reference.adapters.mongo.adapter import MongoAdapter  # noqa: PLC0415 -- an extra
    except ModuleNotFoundError as error:
        if error.name in {"bson", "pymongo"}:  # of one package
            raise MissingDriverError("MongoDB", "pymongo", "mongo") from None
        raise
    return MongoAdapter(schema, url)


def _refuse(error: ModuleNotFoundError, database: str, module: str, extra: str) -> None:
    if error.name == module:
        raise MissingDriverError(database, module, extra) from None

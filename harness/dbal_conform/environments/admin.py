"""What is done on a server beside the target, with its plain driver: databases made and dropped."""

from collections.abc import Sequence
from typing import Any, Protocol, Self
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from dbal_conform.environments.errors import AdminError as AdminError  # noqa: PLC0414 -- of this too
from dbal_conform.environments.errors import missing
from dbal_conform.environments.mongo_admin import MongoAdmin, with_source

CONNECT_S = 10
DROP_S = 10  # for whoever still uses a database to let go of it
# Of a URL's options, those that are the driver's; the others are for the target.
_POSTGRES_OPTIONS = frozenset(
    {"sslmode", "sslrootcert", "sslcert", "sslkey", "sslpassword", "channel_binding", "options"}
)
_MYSQL_OPTIONS = frozenset({"ssl_ca", "ssl_cert", "ssl_key", "unix_socket"})


class Admin(Protocol):
    """A connection of someone who may make databases. Names are ours: letters, digits and _."""

    def prepare(self) -> None:
        """Do what a server of ours needs once it has started; may be called again.

        Raises:
            AdminError: it is not ready yet.
        """
        ...

    def version(self) -> str:
        """Return the server's name and version."""
        ...

    def databases(self) -> Sequence[str]:
        """Return the names of all databases that this user can see."""
        ...

    def create(self, name: str) -> None:
        """Make an empty database."""
        ...

    def drop(self, name: str) -> None:
        """Drop a database if it is there, whoever is connected to it."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


def connect(kind: str, url: str) -> Admin:
    """Connect to the server of `url`; `kind` is postgres, mysql or mongo.

    Raises:
        CouldNotRunError: the driver is not installed; the message says what to install.
        AdminError: it cannot be reached, or lets nobody in.
    """
    parts = urlsplit(url)
    match kind:
        case "postgres":
            return _Postgres(parts)
        case "mongo":
            return MongoAdmin(parts, CONNECT_S)
        case _:
            return _Mysql(parts)


def in_database(url: str, name: str) -> str:
    """Return the URL of another database on the same server."""
    parts = urlsplit(url)
    if parts.scheme == "mongodb":
        parts = with_source(parts)
    return parts._replace(path=f"/{name}").geturl()


class _Connection:
    """What both have: statements in, rows out, errors of one class."""

    _raw: Any
    _error: type[Exception]

    def prepare(self) -> None:
        """Nothing: it is ready when it lets somebody in."""

    def _run(self, text: str, *parameters: object) -> list[tuple[Any, ...]]:
        try:
            with self._raw.cursor() as cursor:
                cursor.execute(text, parameters or None)
                return list(cursor.fetchall()) if cursor.description else []
        except self._error as error:
            raise AdminError(_words(error)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._raw.close()


class _Postgres(_Connection):
    def __init__(self, parts: SplitResult) -> None:
        try:
            import psycopg  # noqa: PLC0415 -- an extra
        except ImportError:
            raise missing("psycopg", "postgres") from None
        self._error = psycopg.Error
        settings = _settings(parts, 5432, _POSTGRES_OPTIONS)
        name = unquote(parts.path[1:]) or "postgres"
        try:
            self._raw = psycopg.connect(
                **settings, dbname=name, connect_timeout=CONNECT_S, autocommit=True
            )
        except psycopg.Error as error:
            raise AdminError(_words(error)) from error

    def version(self) -> str:
        return f"PostgreSQL {self._run('SHOW server_version')[0][0]}"

    def databases(self) -> Sequence[str]:
        return [name for (name,) in self._run("SELECT datname FROM pg_database")]

    def create(self, name: str) -> None:
        # From template0, which nobody is connected to: several workers can do so at once.
        self._run(f'CREATE DATABASE "{name}" TEMPLATE template0')

    def drop(self, name: str) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


class _Mysql(_Connection):
    def __init__(self, parts: SplitResult) -> None:
        try:
            import pymysql  # noqa: PLC0415 -- an extra
        except ImportError:
            raise missing("pymysql", "mysql") from None
        self._error = pymysql.MySQLError
        settings = _settings(parts, 3306, _MYSQL_OPTIONS)
        name = unquote(parts.path[1:]) or None
        try:
            self._raw = pymysql.connect(
                **settings, database=name, connect_timeout=CONNECT_S, autocommit=True
            )
        except (pymysql.MySQLError, OSError) as error:
            raise AdminError(_words(error)) from error

    def version(self) -> str:
        text = str(self._run("SELECT VERSION()")[0][0])
        return f"{'MariaDB' if 'MariaDB' in text else 'MySQL'} {text.partition('-')[0]}"

    def databases(self) -> Sequence[str]:
        return [name for (name,) in self._run("SHOW DATABASES")]

    def create(self, name: str) -> None:
        self._run(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4")

    def drop(self, name: str) -> None:
        # A connection that was left in a transaction would hold its tables.
        using = self._run("SELECT id FROM information_schema.processlist WHERE db = %s", name)
        for (number,) in using:
            try:
                self._run(f"KILL {int(number)}")
            except AdminError:
                continue  # it has ended by itself, or is another user's
        self._run(f"SET SESSION lock_wait_timeout = {DROP_S}")
        self._run(f"DROP DATABASE IF EXISTS `{name}`")


def _settings(parts: SplitResult, port: int, options: frozenset[str]) -> dict[str, Any]:
    given = {name: value for name, value in parse_qsl(parts.query) if name in options}
    user, password = parts.username, parts.password
    return {
        "host": parts.hostname,
        "port": parts.port or port,
        **({"user": unquote(user)} if user else {}),
        **({"password": unquote(password)} if password else {}),
        **given,
    }


def _words(error: Exception) -> str:
    """Return what a driver says, on one line: PyMySQL's errors are a number and a text."""
    text = str(error.args[1]) if len(error.args) > 1 else str(error)
    return " ".join(text.split()) or type(error).__name__

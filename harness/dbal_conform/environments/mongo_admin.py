"""What is done on a MongoDB server beside the target, with pymongo."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Self, TypeVar
from urllib.parse import SplitResult, parse_qsl, urlencode

from dbal_conform.environments.errors import AdminError, missing

T = TypeVar("T")

_OTHERS: Final = {
    "secantusVersion": "SecantusDB",
    "ferretdb": "FerretDB",
}  # as they call themselves
_MADE: Final = "dbal_conform"  # a collection by which a database is there at all
# Of a URL's options, those that are the driver's; the others are for the target.
_OPTIONS: Final = frozenset(
    {
        *("replicaSet", "directConnection", "authSource", "authMechanism", "loadBalanced"),
        *("tls", "tlsCAFile", "tlsCertificateKeyFile", "tlsCRLFile"),
    }
)


class MongoAdmin:
    """See `admin.Admin`."""

    def __init__(self, parts: SplitResult, timeout_s: float) -> None:
        try:
            import pymongo  # noqa: PLC0415 -- an extra
            from pymongo.errors import PyMongoError  # noqa: PLC0415
        except ImportError:
            raise missing("pymongo", "mongo") from None
        self._error: type[Exception] = PyMongoError
        milliseconds = round(timeout_s * 1000)
        self._client: Any = self._run(
            lambda: pymongo.MongoClient(
                _url(parts),
                appname="dbal-conform",
                serverSelectionTimeoutMS=milliseconds,
                connectTimeoutMS=milliseconds,
                socketTimeoutMS=milliseconds,
            )
        )
        try:
            self._hello: Mapping[str, Any] = self._run(lambda: self._client.admin.command("hello"))
        except AdminError:
            self._client.close()
            raise

    def prepare(self) -> None:
        """Make a replica set of one of a server that was just started as part of one.

        Raises:
            AdminError: it cannot be written to yet.
        """
        if self._hello.get("isreplicaset"):
            # As the server sees itself; who speaks to it from outside connects directly.
            only = {"_id": 0, "host": "127.0.0.1:27017"}
            wanted = {"_id": "dbal", "members": [only]}
            self._run(lambda: self._client.admin.command("replSetInitiate", wanted))
        if not self._hello.get("isWritablePrimary"):
            raise AdminError("it has no primary yet")

    def version(self) -> str:
        """Return name and version of what answers; an emulator is called by its own name."""
        build = self._run(lambda: self._client.admin.command("buildInfo"))
        for entry, name in _OTHERS.items():
            if entry in build:
                told = build[entry]
                return f"{name} {told['version'] if isinstance(told, dict) else told}"
        return f"MongoDB {build['version']}"

    def databases(self) -> Sequence[str]:
        """Return the names of all databases that this user can see."""
        found: list[str] = self._run(self._client.list_database_names)
        return found

    def create(self, name: str) -> None:
        """Make a database, with a collection that says whose it is."""
        self._run(lambda: self._client[name].create_collection(_MADE))

    def drop(self, name: str) -> None:
        """Drop a database if it is there."""
        self._run(lambda: self._client.drop_database(name))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def _run(self, do: Callable[[], T]) -> T:
        try:
            return do()
        except self._error as error:
            raise AdminError(" ".join(str(error).split()) or type(error).__name__) from error


def with_source(parts: SplitResult) -> SplitResult:
    """Name the database whose user it is, which else is the one in the path."""
    given = dict(parse_qsl(parts.query))
    if not parts.username or "authSource" in given:
        return parts
    given["authSource"] = parts.path[1:] or "admin"
    return parts._replace(query=urlencode(given))


def _url(parts: SplitResult) -> str:
    given = {name: value for name, value in parse_qsl(parts.query) if name in _OPTIONS}
    return parts._replace(path=parts.path or "/", query=urlencode(given)).geturl()

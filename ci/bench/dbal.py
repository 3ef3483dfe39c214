"""The DBAL in this process, called as its users call it: by a client with a token."""

from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec
import world
from plain import Plain

from dbal_reference import Auth, DBALClient
from dbal_reference.adapters.open import open_adapter
from dbal_reference.audit import Record
from dbal_reference.client.calls import Calls
from dbal_reference.client.transaction import Transaction
from dbal_reference.schema.load import load_schema
from dbal_reference.service import Service

_NEW = {
    name: value
    for name, value in world.post("", "").items()
    if value is not None and name not in {"id", "ownerId"}
}


class Dbal:
    """A client on a database, with nothing left out."""

    name = "DBAL"

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._users, self._posts = calls.entity("User"), calls.entity("Post")

    def point_read(self, key: str) -> dict[str, Any]:
        """One user."""
        return self._users.read(key)

    def list_page(self) -> tuple[Sequence[Any], int]:
        """The first users by name."""
        found = self._users.list(
            filter={"role": "user"}, sort={"username": "asc"}, limit=world.PAGE
        )
        return found.data, found.total or 0

    def include(self) -> tuple[Sequence[Any], int]:
        """The first posts with their owners."""
        found = self._posts.list(filter={"views": 12}, include=["owner"], limit=world.PAGE)
        return found.data, found.total or 0

    def create(self, owner: str) -> dict[str, Any]:
        """One post."""
        return self._posts.create({**_NEW, "ownerId": owner})

    def create_many(self, owner: str) -> int:
        """Posts."""
        return self._posts.create_many([{**_NEW, "ownerId": owner} for _ in range(world.BULK)])

    def transaction(self, owner: str) -> None:
        """Three posts; five calls, since begin and commit are calls too."""
        with Transaction(self._calls) as held:
            for _ in range(3):
                held.posts.create({**_NEW, "ownerId": owner})

    def close(self) -> None:
        """Close what the client opened."""
        if isinstance(self._calls, DBALClient):
            self._calls.close()


def open_client(url: str) -> Dbal:
    """A client on a database of its own opening."""
    kind, _, path = url.partition(":")
    database = path if kind == "sqlite" else url
    return Dbal(DBALClient(adapter=kind, database=database, auth=Auth.token(world.TOKEN)))


class Audited:
    """A service whose audit records are written to a file too, each at once."""

    def __init__(self, url: str, file: str) -> None:
        self.schema = load_schema(None)
        self._adapter = open_adapter(self.schema, url)
        self._file = Path(file).open("ab", buffering=0)  # noqa: SIM115 -- closed by `close`
        encode = msgspec.json.Encoder().encode
        self._service = Service(self.schema, self._adapter, audit_sink=self._keep)
        self._encode = encode

    def call(self, method: str, params: dict[str, Any], auth: Auth) -> Any:  # noqa: ANN401 -- any JSON
        """As `Connection.call` of the client."""
        return self._service.call(method, params, auth.context, token=auth.secret)

    def close(self) -> None:
        """Let go of everything."""
        self._service.close()
        self._adapter.close()
        self._file.close()

    def _keep(self, record: Record) -> None:
        self._file.write(self._encode(record) + b"\n")


def open_audited(connection: Audited) -> Dbal:
    """The same calls, with a sink."""
    subject = Dbal(Calls(connection, Auth.token(world.TOKEN), {}))
    subject.name = "DBAL with an audit file"
    return subject


def fill(url: str) -> None:
    """Make the tables and store the world."""
    adapter = open_adapter(load_schema(None), url)
    try:
        adapter.clear()
        for entity, rows in world.rows():
            store(adapter, entity, rows)
    finally:
        adapter.close()
    plain = Plain(url)
    plain.analyze()
    plain.close()


def store(adapter: Any, entity: str, rows: Sequence[dict[str, Any]]) -> None:  # noqa: ANN401 -- an adapter
    """Insert in units of a size that every server takes."""
    for start in range(0, len(rows), 1000):
        with adapter.unit(write=True, deadline=monotonic() + 120) as unit:
            unit.insert(entity, rows[start : start + 1000])

"""A database of its own on a server, to be migrated."""

import copy
import json
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from tests import servers
from tests.reference.adapters.world import soon
from tests.server_admin import Admin, catalog

from dbal_reference.adapters.open import open_adapter
from dbal_reference.adapters.sql.server import ServerAdapter
from dbal_reference.identity import AsSystem
from dbal_reference.model import Schema
from dbal_reference.schema.growth import grow

SYSTEM = AsSystem()
TAG: dict[str, Any] = {
    "entity": "Tag",
    "version": "1.0",
    "fields": {"name": {"type": "string", "primary": True, "required": True, "max_length": 9}},
}
MORE: dict[str, Any] = {
    "more": {"type": "string", "default": 'it\'s 100% \\ "é"'},
    "fresh": {"type": "boolean", "default": True},
    "size": {"type": "double", "default": 0.1},
    "extra": {"type": "json", "default": {"a": ["'", "\\"]}},
    "note": {"type": "text", "nullable": True},
    "mark": {"type": "string", "nullable": True, "unique": True, "max_length": 30},
    "link": {
        "type": "uuid",
        "nullable": True,
        "foreign_key": {"entity": "Post", "field": "id", "on_delete": "set_null"},
    },
}
_numbers = count()


class Server:
    """A database of its own on a server."""

    def __init__(self, image: str, name: str) -> None:
        self.image, self.name = image, name
        self.url = servers.url_of(image, name)
        self._opened: list[ServerAdapter] = []

    def open(self, schema: Schema) -> ServerAdapter:
        adapter = open_adapter(schema, self.url)
        assert isinstance(adapter, ServerAdapter)
        self._opened.append(adapter)
        return adapter

    def run(self, *texts: str) -> list[tuple[Any, ...]]:
        """What somebody else does to the database; the names are quoted for PostgreSQL."""
        found: list[tuple[Any, ...]] = []
        with Admin(servers.shared(self.image), self.name) as admin:
            for text in texts:
                found = admin.run(text if admin.kind == "postgres" else text.replace('"', "`"))
        return found

    def record(self) -> list[tuple[int, list[Any]]]:
        found = self.run('SELECT version, changes FROM dbal_schema ORDER BY "version"')
        return [(version, json.loads(changes)) for version, changes in found]

    def versions(self) -> list[int]:
        return [version for version, _ in self.record()]

    def catalog(self) -> list[tuple[Any, ...]]:
        return catalog(servers.shared(self.image), self.name)

    def close(self) -> None:
        for adapter in self._opened:
            adapter.close()


@pytest.fixture
def new(image: str, worker_id: str) -> Iterator[Callable[[], Server]]:
    """A database that was never used, as often as it is called."""
    made: list[Server] = []

    def make() -> Server:
        made.append(Server(image, f"migrated_{next(_numbers)}_{worker_id}"))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def server(new: Callable[[], Server]) -> Server:
    return new()


def wider(schema: Schema, entity: str = "Probe", **fields: Any) -> dict[str, Any]:  # noqa: ANN401 -- of definitions
    definition: dict[str, Any] = copy.deepcopy(schema.entities[entity].definition)
    for name, members in fields.items():
        definition["fields"][name] = {**definition["fields"].get(name, {}), **members}
    return definition


def migrate(adapter: ServerAdapter, *definitions: Any, deadline: float | None = None) -> None:  # noqa: ANN401 -- any JSON
    adapter.migrate(lambda schema: grow(schema, definitions), now_ms=1, deadline=deadline or soon())

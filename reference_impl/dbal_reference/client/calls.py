"""Calls by entity and by name: what clients and transactions have in common."""

from collections.abc import Mapping
from typing import Any

from dbal_reference.client.auth import Auth
from dbal_reference.client.connection import Connection
from dbal_reference.client.entity import EntityClient
from dbal_reference.client.names import plural
from dbal_reference.client.values import read_result, tag_arguments, to_json
from dbal_reference.model import Schema


class _Entities:
    """The entities of one schema, by name and by attribute."""

    def __init__(self, schema: Schema, calls: "Calls") -> None:
        self.schema = schema
        self.by_name = {name: _entity_client(schema, name, calls) for name in schema.entities}
        self.by_attribute = {plural(name): client for name, client in self.by_name.items()}


class Calls:
    """Calls of one identity on one database; each entity of the schema is an attribute."""

    def __init__(self, connection: Connection, auth: Auth, meta: Mapping[str, Any]) -> None:
        self._connection = connection
        self._auth = auth
        self._meta = dict(meta)
        self._known = _Entities(connection.schema, self)

    def entity(self, name: str) -> EntityClient:
        """The operations of an entity by its name in the schema, `User`.

        Raises:
            KeyError: there is no such entity.
        """
        by_name = self._entities().by_name
        try:
            return by_name[name]
        except KeyError:
            known = ", ".join(by_name)
            raise KeyError(f"there is no entity {name!r}; there are {known}") from None

    def call(self, method: str, params: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 -- by operation
        """One call by its name in the contract: `client.call("User.count", {"filter": {...}})`.

        Pages come back as `Page`, aggregates as `Groups`, long integers as they are; else the
        result is the contract's.

        Raises:
            DbalError: the call failed; `.name` says how.
        """
        schema = self._connection.schema
        operation = schema.operations.get(method)
        entity = schema.entities.get(operation.entity or "") if operation is not None else None
        given = to_json(params or {})
        if entity is not None:
            given = tag_arguments(schema, entity, given)
        if self._meta:
            given["meta"] = self._meta | given.get("meta", {})
        result = self._connection.call(method, given, self._auth)
        return read_result(schema, entity, operation, result)

    def __getattr__(self, name: str) -> EntityClient:
        attributes = self._entities().by_attribute if "_known" in self.__dict__ else {}
        if name not in attributes:
            raise AttributeError(
                f"the client has no {name!r}; its entities are {', '.join(sorted(attributes))}"
            )
        return attributes[name]

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._entities().by_attribute})

    def _entities(self) -> _Entities:
        """Those of the schema in force, which migrations replace."""
        if self._known.schema is not self._connection.schema:
            self._known = _Entities(self._connection.schema, self)
        return self._known


def _entity_client(schema: Schema, name: str, calls: Calls) -> EntityClient:
    operations = {
        operation.name: operation
        for operation in schema.operations.values()
        if operation.entity == name
    }
    return EntityClient(name, operations, calls.call)

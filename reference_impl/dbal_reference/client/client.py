"""The client: one attribute an entity."""

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from dbal_reference.client.auth import Auth
from dbal_reference.client.connection import MODES, Connection
from dbal_reference.client.entity import EntityClient
from dbal_reference.client.names import plural
from dbal_reference.client.values import read_result, tag_arguments, to_json


class DBALClient:
    """Calls of one identity on one database.

        with DBALClient(adapter="sqlite", database="app.db", auth=Auth.system()) as client:
            user = client.users.create({"username": "alice", "email": "alice@example.com"})
            page = client.users.list(filter={"role": "user"}, sort={"createdAt": "desc"}, limit=10)

    Each entity of the schema is an attribute in plural snake_case (`client.page_configs`), or
    `client.entity("PageConfig")`. Threads may share a client. Cursors of lists are valid as long as
    the client and those made from it by `acting_as` are open.
    """

    def __init__(  # noqa: PLR0913 -- all by name
        self,
        *,
        auth: Auth,
        mode: str = "development",
        adapter: str = "sqlite",
        database: str | Path | None = None,
        schema: str | Path | None = None,
        tenant: str | UUID | None = None,
    ) -> None:
        """Open the database, creating tables that are missing.

        Args:
            auth: who calls.
            mode: `development` runs the whole service in this process.
            adapter: the kind of database, `sqlite` or `memory`.
            database: the file of SQLite; None is a private database that lives in memory.
            schema: a schema folder; None is the contract's own.
            tenant: act in this tenant only.

        Raises:
            ValueError: no such mode or adapter.
            SchemaError: the schema folder is wrong.
            DatabaseError: the database cannot be opened.
        """
        if mode not in MODES:
            known = ", ".join(repr(name) for name in MODES)
            raise ValueError(f"there is no mode {mode!r}; there is {known}")
        self._take(MODES[mode](adapter, database, schema), auth, tenant, owned=True)

    def _take(
        self, connection: Connection, auth: Auth, tenant: str | UUID | None, *, owned: bool
    ) -> None:
        self._connection = connection
        self._auth = auth
        self._meta = {} if tenant is None else {"tenant": str(tenant)}
        self._owned = owned
        schema = connection.schema
        self._entities = {name: self._entity_client(name) for name in schema.entities}
        self._attributes = {plural(name): name for name in schema.entities}

    def _entity_client(self, name: str) -> EntityClient:
        operations = {
            operation.name: operation
            for operation in self._connection.schema.operations.values()
            if operation.entity == name
        }
        return EntityClient(name, operations, self.call)

    def acting_as(self, auth: Auth, *, tenant: str | UUID | None = None) -> "DBALClient":
        """A client of another identity on the same database; it ends with this one."""
        other = object.__new__(DBALClient)
        other._take(self._connection, auth, tenant, owned=False)
        return other

    def entity(self, name: str) -> EntityClient:
        """The operations of an entity by its name in the schema, `User`.

        Raises:
            KeyError: there is no such entity.
        """
        try:
            return self._entities[name]
        except KeyError:
            known = ", ".join(self._entities)
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

    def close(self) -> None:
        """Close the database; clients made by `acting_as` leave that to the first."""
        if self._owned:
            self._connection.close()

    def __getattr__(self, name: str) -> EntityClient:
        attributes = self.__dict__.get("_attributes", {})
        if name not in attributes:
            raise AttributeError(
                f"the client has no {name!r}; its entities are {', '.join(sorted(attributes))}"
            )
        return self._entities[attributes[name]]

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._attributes})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<DBALClient acting as {self._auth!r}>"

"""The client: one attribute an entity."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import msgspec

from dbal_reference.client.auth import Auth
from dbal_reference.client.calls import Calls
from dbal_reference.client.connection import MODES, Connection
from dbal_reference.client.migration import Migration
from dbal_reference.client.transaction import Transaction


class DBALClient(Calls):
    """Calls of one identity on one database.

        with DBALClient(adapter="sqlite", database="app.db", auth=Auth.system()) as client:
            user = client.users.create({"username": "alice", "email": "alice@example.com"})
            page = client.users.list(filter={"role": "user"}, sort={"createdAt": "desc"}, limit=10)
            with client.transaction() as tx:
                tx.posts.create({"title": "both"})
                tx.posts.create({"title": "or none"})

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
            adapter: the kind of database: `sqlite`, `memory`, `postgresql`, `mariadb` or `mysql`.
            database: the file of SQLite (None is a private database, gone with the client), or the
                URL of a server: `postgresql://user:password@host/name`.
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
        super().__init__(connection, auth, {} if tenant is None else {"tenant": str(tenant)})
        self._owned = owned

    def acting_as(self, auth: Auth, *, tenant: str | UUID | None = None) -> "DBALClient":
        """A client of another identity on the same database; it ends with this one."""
        other = object.__new__(DBALClient)
        other._take(self._connection, auth, tenant, owned=False)
        return other

    def transaction(self) -> Transaction:
        """Begin a transaction, best in a `with` statement, which ends it.

        Raises:
            CapabilityError: the database has none.
            RateLimitError: too many are open.
        """
        return Transaction(self)

    def migrate(self, entities: Iterable[Mapping[str, Any]], *, dry_run: bool = False) -> Migration:
        """Add entities and widen those that exist, for `Auth.system()` alone.

        Args:
            entities: definitions, as entity files hold them; whole, also of entities that exist.
            dry_run: tell what would change, and change nothing.

        Raises:
            ValidationFailedError: something would be removed or narrowed; nothing was changed.
            CapabilityError: the database keeps nothing that could be migrated.
        """
        told = self.call("dbal.migrate", {"entities": list(entities), "dryRun": dry_run})
        return msgspec.convert(told, Migration)

    def close(self) -> None:
        """Close the database; clients made by `acting_as` leave that to the first."""
        if self._owned:
            self._connection.close()

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

"""Calls that are kept together or not at all."""

from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from dbal_reference.client.calls import Calls
from dbal_reference.errors import DbalError


class Transaction(Calls):
    """A transaction, open from construction on; calls outside see nothing of it until its commit.

        with client.transaction() as tx:
            tx.posts.create({"title": "one"})
            with tx.transaction() as inner:
                inner.posts.create({"title": "two"})

    A block that ends commits; one that raises rolls back. A call that fails in it undoes itself
    alone, but for TimeoutExceededError, DatabaseError and a ConflictError `write_conflict`, after
    which the transaction is gone, as it is after 30 s without a call.
    """

    def __init__(self, outer: Calls) -> None:
        within = outer._meta.get("tx")  # noqa: SLF001 -- of the same family
        arguments = {} if within is None else {"parent": within}
        meta = {name: value for name, value in outer._meta.items() if name != "tx"}  # noqa: SLF001
        super().__init__(outer._connection, outer._auth, meta)  # noqa: SLF001
        self._handle: str = self.call("dbal.begin", arguments)["tx"]
        self._plain_meta = meta
        self._meta = {**meta, "tx": self._handle}
        self._open = True

    def transaction(self) -> "Transaction":
        """Begin a transaction within; while it is open, this one takes no calls.

        Raises:
            ConflictError: `open_child`: there is one already.
            CapabilityError: the database has none.
        """
        return Transaction(self)

    def commit(self) -> None:
        """Keep what was written: for good, or as part of the transaction around it.

        Raises:
            NotFoundError: it has ended.
            ConflictError: `open_child`, or `write_conflict`: nothing was kept.
        """
        self._end("dbal.commit")

    def rollback(self) -> None:
        """Undo what was written, also by those within.

        Raises:
            NotFoundError: it has ended.
        """
        self._end("dbal.rollback")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._open:
            return
        try:
            if error is None:
                self.commit()
        finally:
            if self._open:
                with suppress(DbalError):  # it may have ended by itself
                    self.rollback()
                self._open = False

    def __repr__(self) -> str:
        return f"<Transaction of {self._auth!r}>"

    def _end(self, method: str) -> None:
        params: dict[str, Any] = {"tx": self._handle}
        if self._plain_meta:
            params["meta"] = self._plain_meta
        self._connection.call(method, params, self._auth)
        self._open = False

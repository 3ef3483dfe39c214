"""What the service asks of a database; one module for each kind, and nothing else knows it.

A row is a dict of every field of the entity (hidden ones too): uuid, string, text, email and enum
as str, integer and bigint as int, double as float, boolean as bool, datetime as its canonical text,
json as plain JSON values, null as None. SQLite forgets the sign of a double's zero.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeAlias, runtime_checkable

from dbal_reference.model import Schema
from dbal_reference.query.groups import Aggregate, Group
from dbal_reference.query.predicate import Predicate, Select
from dbal_reference.schema.growth import Growth

Row: TypeAlias = dict[str, Any]


class Unit(Protocol):
    """One atomic unit of work: all of it is kept, or none (CALL-ATOM-001).

    A method that raises has changed nothing, and the unit goes on. Keys without a row are passed
    over. In a unit that only reads, the writing methods raise RuntimeError.
    """

    def select(self, query: Select) -> list[Row]:
        """Rows in order; one statement. They carry the values of `Order.via` under its `field`."""
        ...

    def page(self, query: Select) -> tuple[list[Row], int | None]:
        """As `select`, and how many rows satisfy `where`; one statement.

        The number is None where no row is given but `offset` may have passed over some.
        """
        ...

    def count(self, entity: str, where: Predicate) -> int:
        """How many rows satisfy it; one statement."""
        ...

    def aggregate(self, query: Aggregate) -> list[Group]:
        """Groups in order; one statement."""
        ...

    def insert(self, entity: str, rows: Sequence[Row]) -> None:
        """Store whole rows, one after the other.

        Raises:
            UniqueViolation: a key or unique value is taken, also by another unit that came first.
            ReferencedError: a reference points at no row (the service looks before, ENT-FK-001).
        """
        ...

    def update(self, entity: str, keys: Sequence[Any], changes: Mapping[str, Any]) -> None:
        """Set the same fields of the rows with these keys; on_update cascades follow."""
        ...

    def replace(self, entity: str, rows: Sequence[Row]) -> None:
        """Set each row, found by its key, to these values, one after the other."""
        ...

    def delete(self, entity: str, keys: Sequence[Any]) -> None:
        """Remove rows by key; on_delete cascade and set_null follow, transitively.

        Raises:
            ReferencedError: a restrict reference of a row that stays points at one that goes.
        """
        ...


class Transaction(Protocol):
    """Units of work that are kept together or not at all (TXN-BASE); one thread at a time uses it.

    Until its first unit that writes it holds nothing, and reads what is committed at the moment.
    That unit waits for other writers, and from then on others wait until the transaction ends;
    readers outside never wait for it, and see nothing of it. What raises in a unit undoes that unit
    alone, but for UnavailableError, OverdueError and WriteConflictError: after those, `rollback`
    is all that is left to do.
    """

    def unit(self, *, write: bool, deadline: float) -> AbstractContextManager[Unit]:
        """Begin a unit that sees what those before it wrote; see `Adapter.unit`."""
        ...

    def glance(self, deadline: float) -> AbstractContextManager[Unit]:
        """See what was written for one statement; see `Adapter.glance`."""
        ...

    def open_level(self, deadline: float) -> None:
        """Begin a transaction within the innermost (TXN-NEST-001)."""
        ...

    def keep_level(self, deadline: float) -> None:
        """Let what the innermost level wrote be part of the one around it (TXN-NEST-002)."""
        ...

    def undo_level(self, deadline: float) -> None:
        """Undo what was written since the innermost level was begun, and end it."""
        ...

    def commit(self, deadline: float) -> None:
        """Keep everything; the transaction has ended, whatever is raised.

        Raises:
            UnavailableError: the database was lost, perhaps with `outcome_unknown`.
            OverdueError: the deadline passed; nothing was kept.
            WriteConflictError: the database let another one win; nothing was kept.
        """
        ...

    def rollback(self) -> None:
        """Undo everything; harmless when it has ended."""
        ...

    def dump(self) -> Iterable[tuple[str, list[Row]]]:
        """Every row as the transaction sees it; see `Adapter.dump`."""
        ...


class UniqueViolation(Exception):  # noqa: N818 -- named as databases name it
    """A unique constraint stood in the way; which one, the service finds out by looking."""


class ReferencedError(Exception):
    """A restrict reference stood in the way."""


class UnavailableError(Exception):
    """The database is not there, or was lost (ERR-MAP-001), `outcome_unknown` while committing."""

    def __init__(self, *, outcome_unknown: bool = False) -> None:
        super().__init__("the database is not available")
        self.outcome_unknown = outcome_unknown


class WriteConflictError(Exception):
    """The database ended the unit for the sake of another: a deadlock, or no serial order.

    Nothing was kept, and the unit may be tried again from its begin.
    """


class OverdueError(Exception):
    """`deadline` passed while waiting for the database; nothing was kept."""


class Adapter(Protocol):
    """A database of one kind, open from construction until `close`.

    Attributes:
        schema: what the tables are for: that of the folder, and what migrations made of it.
    """

    name: str  # of the backend, as dbal.hello tells it
    version: str
    capabilities: frozenset[str]
    schema: Schema

    def unit(
        self, *, write: bool, deadline: float, lazy: bool = False
    ) -> AbstractContextManager[Unit]:
        """Begin; commit at the end of the block, roll back if it raises.

        In a `lazy` unit what is inserted and changed may be written later, with the commit at the
        latest, and a constraint that stands in the way is WriteConflictError then: whoever wants to
        know which, does it again in a unit that is not lazy.

        `deadline` is a `time.monotonic()` instant. Write units of one adapter exclude each other,
        and a private SQLite database has one unit at a time: do not begin one inside another.

        Raises:
            UnavailableError: the database is not there.
            OverdueError: the deadline passed while waiting, or before a write unit ended.
        """
        ...

    def glance(self, deadline: float) -> AbstractContextManager[Unit]:
        """Read by one statement, or by several that need not see the same state.

        Costs what the statement costs: nothing is begun, and nothing ended. Raises as `unit`.
        """
        ...

    def transaction(self) -> Transaction:
        """Begin a transaction; takes no lock and does not talk to the database (TXN-BASE-009).

        What claims `transactions.nested` also has levels.
        """
        ...

    def dump(self) -> Iterable[tuple[str, list[Row]]]:
        """Every stored row of every entity by key, expired ones too (conformance.digest)."""
        ...

    def revision(self) -> object:
        """Equal between two calls only if nothing was written between them, by anyone.

        With it a digest need not be computed again after a call that changed nothing.
        """
        ...

    def clear(self) -> None:
        """Remove every row, and what migrations added, fast (conformance.reset)."""
        ...

    def holds_rows(self) -> bool:
        """Whether any entity has a row (CTL-MODE-003)."""
        ...

    def ping(self) -> bool:
        """Whether the database answers, in 5 s at most (SYS-HEALTH-001)."""
        ...

    def close(self) -> None:
        """Let go of everything; may be called twice."""
        ...


@runtime_checkable
class Migrates(Protocol):
    """What an adapter that claims `migrations` has beside the rest."""

    def follow(self, renew: Callable[[Schema], None]) -> None:
        """Call `renew` whenever another schema is in force, before anything is written under it.

        Other processes may migrate too; what they did is noticed when a unit begins that writes.
        """
        ...

    def migrate(self, change: Callable[[Schema], Growth], *, now_ms: int, deadline: float) -> None:
        """Bring tables and schema to what `change` makes of the schema in force, or do nothing.

        Nobody writes meanwhile. Existing rows get the defaults of new fields as of `now_ms`.

        Raises:
            Exception: whatever `change` raises; nothing has changed then.
            OverdueError, UnavailableError: as for units.
        """
        ...


@runtime_checkable
class Refills(Protocol):
    """What an adapter may have beside `clear`, where that and a unit cost more than one."""

    def refill(self, fill: Callable[[Unit], None], deadline: float) -> bool:
        """Remove every row and have others inserted in one unit, without judging references.

        Returns:
            False if nothing was done: migrations are to be taken back before, by `clear`.

        Raises:
            Exception: whatever `fill` raises; nothing has changed then.
            OverdueError, UnavailableError: as for units.
        """
        ...


class Factory(Protocol):
    """Opens an adapter; `url` is `memory:`, `sqlite:` (private, in memory) or `sqlite:PATH`."""

    def __call__(self, schema: Schema, url: str) -> Adapter:
        """Open, and create the tables that are missing."""
        ...

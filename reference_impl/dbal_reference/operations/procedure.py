"""The shape of every operation: rights, then arguments, then the database."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from dbal_reference.adapters import Row
from dbal_reference.errors import CapabilityError, ForbiddenError
from dbal_reference.model import Entity, Operation
from dbal_reference.operations.arguments import Arguments
from dbal_reference.operations.call import Call
from dbal_reference.operations.engine import Engine
from dbal_reference.operations.related import add_related
from dbal_reference.query.capability import needs_capability
from dbal_reference.query.include import Branch
from dbal_reference.query.logic import all_of
from dbal_reference.query.predicate import TRUE, Predicate
from dbal_reference.query.related import entities_related
from dbal_reference.query.visibility import See, bind

Include: TypeAlias = tuple[Branch, ...] | None
Named: TypeAlias = tuple[str, Iterable[str]]  # a verb, and the fields that the call writes by it


class Procedure(ABC):
    """One method, compiled at start. Nothing of a call is kept here: calls run in parallel.

    Attributes:
        writes: whether `perform` is given a unit of work that writes.
        commits: whether what was written is kept in the end, so that this can go wrong.
        tells_outage: whether an outage is its answer, and no error.
    """

    tells_outage = False
    commits = False

    def __init__(self, engine: Engine, operation: Operation) -> None:
        self.engine = engine
        self.operation = operation
        self.writes = operation.writes
        self.commits = self.commits or operation.writes
        self.arguments = Arguments(engine, operation)
        self._gated = tuple(
            (argument.name, argument.capability)
            for argument in operation.arguments.values()
            if argument.capability is not None and argument.capability not in engine.claims
        )
        self._filters = "filter" in operation.arguments or "sort" in operation.arguments
        self._relates = self._filters or "include" in operation.arguments

    def check_rights(self, call: Call) -> None:
        """Check 3, but for the tenant: role x operation, and fields named.

        Raises:
            ForbiddenError: no rule grants it, whatever the row.
        """
        actor, who = call.actor, self.operation.who
        if actor.is_system or who == "everyone":
            return
        if isinstance(who, dict):
            granted = actor.kind == "user" and actor.role in who.get("roles", ())
        else:
            granted = who is None or (who == "authenticated" and actor.kind == "user")
        if not granted:
            raise ForbiddenError
        if who is None:
            self._check_verbs(call)

    def _check_verbs(self, call: Call) -> None:
        access, entity = self.engine.access, self.operation.entity or ""
        for verb in self.operation.verbs:
            if not access.allows(call.actor, entity, verb):
                raise ForbiddenError
        if (also := self.operation.also) is not None:
            for verb in also["verbs"]:
                if not access.allows(call.actor, also["entity"], verb):
                    raise ForbiddenError
        if self._relates:
            self._check_related(call, entity)
        for verb, names in self.named(call):
            if access.withheld(call.actor, entity, verb, names):
                raise ForbiddenError

    def _check_related(self, call: Call, entity: str) -> None:
        """Whoever looks at rows through relations must be allowed to list them (QRY-INC-002)."""
        reach = self.engine.reach(call.actor)
        for related in entities_related(reach, entity, call.params):
            if not self.engine.access.allows(call.actor, related, "list"):
                raise ForbiddenError

    def check_capabilities(self, call: Call) -> None:
        """Check 4: what the method, an argument's presence or its syntax needs.

        Raises:
            CapabilityError: it is not claimed (CAP-CLAIM-003 to -005).
        """
        claims, needed = self.engine.claims, self.operation.capability
        if needed is not None and needed not in claims:
            raise CapabilityError(f"{needed} is not supported", capability=needed)
        for name, capability in self._gated:
            if name in call.params:
                raise CapabilityError(f"{capability} is not supported", capability=capability)
        if self._filters:
            params = call.params
            syntax = needs_capability(params.get("filter"), params.get("sort"), claims)
            if syntax is not None:
                raise CapabilityError(f"{syntax} is not supported", capability=syntax)

    def named(self, call: Call) -> Iterator[Named]:  # noqa: ARG002 -- for those that write
        """What check 3 looks at: fields named in data; none unless a subclass says so."""
        return iter(())

    def identify(self, call: Call) -> None:  # noqa: B027 -- most calls are not about one row
        """Set `call.subject` from the arguments as sent, whatever comes of it (AUD-REC-005)."""

    @abstractmethod
    def judge(self, call: Call) -> Any:  # noqa: ANN401 -- what `perform` of the same class takes
        """Checks 5 to 8, without the database. The result is handed to `perform`."""

    @abstractmethod
    def perform(self, call: Call, intent: Any) -> Any:  # noqa: ANN401 -- any JSON
        """Checks 9 to 11, and the work; may be done again if another process got in between."""


class EntityProcedure(Procedure):
    """A procedure on the rows of one entity."""

    entity: Entity

    def __init__(self, engine: Engine, operation: Operation) -> None:
        super().__init__(engine, operation)
        self.entity = engine.schema.entities[operation.entity or ""]

    def readable(self, call: Call) -> frozenset[str]:
        """Fields that the actor may read."""
        return self.engine.access.readable(call.actor, self.entity.name)

    def seen(self, call: Call, where: Predicate = TRUE) -> Predicate:
        """The condition on rows that lists show to the actor, related ones included."""
        return all_of((self.seen_rows(call, self.entity.name), bind(where, self.see(call))))

    def seen_rows(self, call: Call, entity: str) -> Predicate:
        """Rows of any entity that lists show to the actor."""
        return self.engine.seen(call.actor, entity, call.now_ms)

    def see(self, call: Call) -> See:
        """Which related rows count for the actor (QRY-JOIN-001)."""
        return lambda entity: self.seen_rows(call, entity)

    def show(
        self, call: Call, row: Row, select: frozenset[str] | None = None, include: Include = None
    ) -> Any:  # noqa: ANN401 -- any JSON
        """The row as a reply shows it to the actor."""
        return self.show_all(call, [row], select, include)[0]

    def show_all(
        self, call: Call, rows: list[Row], select: frozenset[str] | None, include: Include = None
    ) -> list[Any]:
        """Rows as a reply shows them to the actor, with the related rows that it includes."""
        view = self.engine.view(self.entity, self.readable(call) if select is None else select)
        shown = [view(row) for row in rows]
        if include:
            add_related(self.engine, call, rows, shown, include)
        return shown


def names_of(data: Any) -> Iterable[str]:  # noqa: ANN401 -- any JSON
    """The fields that data names; none if it is no object, which is for check 5."""
    return data.keys() if type(data) is dict else ()

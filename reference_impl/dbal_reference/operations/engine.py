"""What every operation works with: the schema and what was compiled from it, once for a service."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from dbal_reference.access.actor import Actor
from dbal_reference.access.rules import Access
from dbal_reference.adapters import Adapter, Row
from dbal_reference.adapters.constraints import Constraint, Reference, references, uniques
from dbal_reference.clock import Clock
from dbal_reference.model import Entity, Schema
from dbal_reference.passwords import Hasher
from dbal_reference.query.cursor import Cursors
from dbal_reference.query.evaluate import Test, compile_predicate
from dbal_reference.query.logic import all_of, any_of
from dbal_reference.query.predicate import TRUE, Compare, IsNull, Predicate
from dbal_reference.query.relations import Reach
from dbal_reference.rate_limit import FailureLimit
from dbal_reference.sweeper import Sweeper
from dbal_reference.transactions import Transactions
from dbal_reference.values import encode_value

# What this service does whole of that for which a backend must give its word (CAP-CLAIM-002).
SERVED: frozenset[str] = frozenset(
    {
        *("transactions.flat", "transactions.nested", "ttl", "migrations"),
        *("joins", "relations", "fullTextSearch", "jsonQueries", "aggregations"),
    }
)
ALWAYS_SERVED = frozenset({"schemaIntrospection"})  # needs nothing of a backend

_MOST_CACHED = (
    2048  # actors x entities x verbs; forgotten all at once, since they are cheap to make
)

View: TypeAlias = Callable[[Row], dict[str, Any]]


class BoundGrant(NamedTuple):
    """What one rule gives one actor, ready to judge rows."""

    where: Predicate
    fields: frozenset[str] | None  # None: all
    passes: Test


def claims_of(adapter: Adapter) -> frozenset[str]:
    """What a service over this database claims (CAP-CLAIM-006)."""
    return ALWAYS_SERVED | (adapter.capabilities & SERVED)


class OutdatedError(Exception):
    """The schema was migrated while the call was on its way: it is to be judged anew."""


class Resources(NamedTuple):
    """What outlives a migration of the schema.

    Attributes:
        sweeper: None where rows that expire leave storage otherwise, or when they are told to.
    """

    adapter: Adapter
    clock: Clock
    cursors: Cursors
    hasher: Hasher
    failures: FailureLimit
    transactions: Transactions
    sweeper: Sweeper | None
    conformance: bool


class Engine:
    """Shared by all calls; nothing in it changes but its caches."""

    def __init__(self, schema: Schema, resources: Resources) -> None:
        self.schema = schema
        self.adapter = resources.adapter
        self.clock = resources.clock
        self.conformance = resources.conformance
        self.access = Access(schema)
        self.cursors = resources.cursors
        self.hasher = resources.hasher
        self.failures = resources.failures
        self.transactions = resources.transactions
        self._sweeper = resources.sweeper
        self.claims = claims_of(resources.adapter)
        self.referrers = _referrers(schema)
        self.constraints = {name: _constraints(entity) for name, entity in schema.entities.items()}
        self._visible: dict[tuple[Actor, str, str], Predicate] = {}
        self._grants: dict[tuple[Actor, str, str], tuple[BoundGrant, ...]] = {}
        self._views: dict[tuple[str, frozenset[str]], View] = {}

    def note_write(self, entity: str | None = None) -> None:
        """Rows of this entity, or of any, were written and are committed."""
        if self._sweeper is not None and (
            entity is None or self.schema.entities[entity].ttl_field is not None
        ):
            self._sweeper.notice()

    def alive(self, entity: Entity, now_ms: int) -> Predicate:
        """Rows that have not expired (GEN-TTL-002)."""
        if entity.ttl_field is None:
            return TRUE
        later = Compare(entity.ttl_field, "gt", now_ms)
        field = entity.fields[entity.ttl_field]
        return any_of((IsNull(field.name), later)) if field.nullable else later

    def visible(self, actor: Actor, entity: str, verb: str = "list") -> Predicate:
        """As `Access.visible`, bound to an actor once and not at every call."""
        key = (actor, entity, verb)
        found = self._visible.get(key)
        if found is None:
            found = self.access.visible(actor, entity, verb)
            _keep(self._visible, key, found)
        return found

    def seen(self, actor: Actor, entity: str, now_ms: int) -> Predicate:
        """Rows that lists show to the actor: visible and not expired."""
        alive = self.alive(self.schema.entities[entity], now_ms)
        return all_of((self.visible(actor, entity), alive))

    def reach(self, actor: Actor) -> Reach:
        """The relations that exist for the actor."""
        access = self.access
        return Reach(
            self.schema,
            lambda entity: access.readable(actor, entity),
            lambda entity: any(access.allows(actor, entity, verb) for verb in ("read", "list")),
        )

    def grants(self, actor: Actor, entity: str, verb: str) -> tuple[BoundGrant, ...]:
        """As `Access.grants`, ready to judge rows."""
        key = (actor, entity, verb)
        found = self._grants.get(key)
        if found is None:
            found = tuple(
                BoundGrant(grant.where, grant.fields, compile_predicate(grant.where))
                for grant in self.access.grants(actor, entity, verb)
            )
            _keep(self._grants, key, found)
        return found

    def view(self, entity: Entity, fields: frozenset[str]) -> View:
        """A function from a stored row to what a reply shows of it, in the order of the schema."""
        key = (entity.name, fields)
        view = self._views.get(key)
        if view is None:
            view = _compile_view(entity, fields)
            _keep(self._views, key, view)
        return view


def _keep(cache: dict[Any, Any], key: object, value: object) -> None:
    if len(cache) >= _MOST_CACHED:
        cache.clear()
    cache[key] = value


def _referrers(schema: Schema) -> Mapping[str, tuple[Reference, ...]]:
    """For each entity the references that point at it."""
    links = references(schema)
    return {name: tuple(link for link in links if link.target == name) for name in schema.entities}


def _constraints(entity: Entity) -> tuple[Constraint, ...]:
    """The key first, then what else is unique."""
    return (Constraint((entity.primary.name,)), *uniques(entity))


def _compile_view(entity: Entity, fields: frozenset[str]) -> View:
    names = tuple(
        name for name, field in entity.fields.items() if name in fields and not field.sensitive
    )
    bigints = tuple(name for name in names if entity.fields[name].type == "bigint")

    def view(row: Row) -> dict[str, Any]:
        shown = {name: row[name] for name in names}
        for name in bigints:
            shown[name] = encode_value(shown[name])
        return shown

    return view

"""Who calls: from a token, or from the explicit context of in-process use (AUT-TOK)."""

import hashlib
import hmac
from typing import TypeAlias

import msgspec

from dbal_reference.access.actor import Actor
from dbal_reference.adapters import Row
from dbal_reference.errors import ForbiddenError, UnauthorizedError
from dbal_reference.operations.call import Call
from dbal_reference.operations.engine import Engine
from dbal_reference.operations.seal import seal
from dbal_reference.query.logic import all_of
from dbal_reference.query.predicate import TRUE, Compare, Link, Order, Predicate, Select

SESSIONS = "Session"
USERS = "User"
_USER = "user"  # of a session
_ACTOR = ("id", "username", "role", "tenantId", "passwordChangeTimestamp")


class Anonymous(msgspec.Struct, frozen=True):
    """In process: nobody in particular."""


class AsUser(msgspec.Struct, frozen=True):
    """In process: this user; role and tenant are read from his row at every call (AUT-TOK-002)."""

    user_id: str


class AsSystem(msgspec.Struct, frozen=True):
    """In process: the system itself."""


Context: TypeAlias = Anonymous | AsUser | AsSystem


class Identity:
    """Establishes the actor of a call. Every refusal is alike (AUT-TOK-007).

    Args:
        engine: with the rows of sessions and users.
        bootstrap_token: the system's; unset or empty, it authenticates nobody (AUT-TOK-006).
    """

    def __init__(self, engine: Engine, bootstrap_token: str | None) -> None:
        self._engine = engine
        self._bootstrap = _digest(bootstrap_token) if bootstrap_token else None
        self._sessions = engine.schema.entities[SESSIONS]
        self._users = engine.schema.entities[USERS]
        key = self._users.primary.name
        link = Link("userId", USERS, key, TRUE)
        self._user_of = tuple(Order(f"{_USER}.{name}", via=(link,)) for name in _ACTOR)

    def establish(self, call: Call, token: str | None, context: Context | None) -> Actor:
        """Check 2. A token, if there is one, decides; else the context; else nobody.

        Raises:
            UnauthorizedError: the token is unknown, expired or revoked, or the user is gone.
        """
        if token is not None:
            return self._by_token(call, token)
        match context:
            case AsSystem():
                return Actor.system()
            case AsUser(user_id=user_id):
                key = self._users.primary.name
                return self._actor(self._row(call, USERS, Compare(key, "eq", user_id)))
            case Anonymous() | None:
                return Actor.anonymous()

    def narrow(self, call: Call) -> Actor:
        """Check 3, the tenant: the actor as he acts in `meta.tenant` (AUT-TEN-001, -002).

        Raises:
            ForbiddenError: it is not his own, and he does not see all.
        """
        actor, tenant = call.actor, call.meta.tenant
        if tenant is None:
            return actor
        match actor.kind:
            case "anonymous":
                return Actor.anonymous(tenant)
            case "system":
                return Actor.system(tenant)
            case "user":
                if not actor.sees_all_tenants and actor.tenant != tenant:
                    raise ForbiddenError("meta.tenant is not the actor's own")
                return msgspec.structs.replace(actor, tenant=tenant, narrowed=True)

    def _by_token(self, call: Call, token: str) -> Actor:
        if self._bootstrap is not None and hmac.compare_digest(_digest(token), self._bootstrap):
            return Actor.system()
        alive = self._engine.alive(self._sessions, call.now_ms)
        where = all_of((Compare("token", "eq", seal(token)), alive))
        query = Select(SESSIONS, where, (), fields=("createdAt",), carry=self._user_of)
        session = self._first(call, query)
        if session is None:
            raise UnauthorizedError
        user = {name: session[f"{_USER}.{name}"] for name in _ACTOR}
        if user[_ACTOR[0]] is None or _is_stale(session, user):
            raise UnauthorizedError
        return self._actor(user)

    def _actor(self, user: Row | None) -> Actor:
        if user is None:
            raise UnauthorizedError
        role = user["role"]
        return Actor.user(
            id=user["id"],
            username=user["username"],
            role=role,
            level=self._engine.schema.ladder.index(role) + 1,
            tenant=user["tenantId"],
        )

    def _row(self, call: Call, entity: str, where: Predicate) -> Row | None:
        return self._first(call, Select(entity, where, ()))

    def _first(self, call: Call, query: Select) -> Row | None:
        with call.glance() as unit:
            rows = unit.select(query)
        return rows[0] if rows else None


def _is_stale(session: Row, user: Row) -> bool:
    """Begun before the password changed (AUT-TOK-004)."""
    changed_at = user["passwordChangeTimestamp"]
    return changed_at is not None and session["createdAt"] < changed_at


def _digest(token: str) -> bytes:
    """Equal lengths, so that the time of a comparison tells nothing at all."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()

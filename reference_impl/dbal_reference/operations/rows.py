"""Finding the row that a call is about: existence first, then the row filter (check 9)."""

from typing import Any

from dbal_reference.adapters import Row
from dbal_reference.errors import ForbiddenError, NotFoundError
from dbal_reference.model import Entity, Field
from dbal_reference.operations.call import Call
from dbal_reference.operations.engine import Engine
from dbal_reference.operations.rights import Rights
from dbal_reference.query.logic import all_of
from dbal_reference.query.predicate import Compare, In, IsNull, Order, Predicate, Select
from dbal_reference.values import check_key
from dbal_reference.values.strings import charset_holds


class Rows:
    """Rows of one entity as calls address them; expired ones do not exist (GEN-TTL-002)."""

    def __init__(self, engine: Engine, entity: Entity) -> None:
        self._engine = engine
        self._entity = entity
        self._rights = Rights(engine, entity)
        self._key = entity.primary.name
        self._by_key = (Order(self._key),)
        self._keys_tell = not entity.primary.generated

    def addressed(
        self,
        call: Call,
        key: Any,  # noqa: ANN401 -- a key of any type
        verb: str,
        names: frozenset[str] = frozenset(),
    ) -> Row:
        """The row with this key, if the actor may do `verb` on it.

        Args:
            call: whose actor asks.
            key: None stands for a key that no row can have (GEN-READ-003).
            verb: read, update or delete.
            names: fields that the call writes.

        Raises:
            NotFoundError: no such row in the tenants in sight; or the row filter fails where keys
                are chosen by callers and the actor may not read the row either (ORD-CHK-003/004).
            ForbiddenError: the row filter fails.
        """
        row = None if key is None else self._in_sight(call, Compare(self._key, "eq", key))
        if row is None:
            raise NotFoundError(f"there is no such {self._entity.name}")
        if self._rights.may(call, verb, row, names):
            return row
        if self._keys_tell and not self._rights.may(call, "read", row):
            raise NotFoundError(f"there is no such {self._entity.name}")
        raise ForbiddenError(f"no rule lets the actor {verb} this row")

    def many(self, call: Call, keys: list[Any]) -> dict[Any, Row]:
        """The rows with these keys that are in sight of the actor's tenants."""
        tenant = self._engine.access.tenant_predicate(call.actor, self._entity.name)
        where = all_of((In(self._key, tuple(keys)), tenant, self._alive(call)))
        rows = call.unit.select(Select(self._entity.name, where, self._by_key))
        return {row[self._key]: row for row in rows}

    def first(self, call: Call, where: Predicate, verb: str = "list") -> Row | None:
        """The first visible row by key; None counts as missing (ORD-CHK-005)."""
        visible = self._engine.visible(call.actor, self._entity.name, verb)
        where = all_of((where, visible, self._alive(call)))
        rows = call.unit.select(Select(self._entity.name, where, self._by_key, limit=1))
        return rows[0] if rows else None

    def in_tenant_acted_in(self, call: Call) -> Predicate:
        """Rows of the one tenant that by-field operations mean (PAG-PATH-002)."""
        name = self._entity.tenant_field or ""
        tenant = call.actor.tenant
        return IsNull(name) if tenant is None else Compare(name, "eq", tenant)

    def _in_sight(self, call: Call, where: Predicate) -> Row | None:
        tenant = self._engine.access.tenant_predicate(call.actor, self._entity.name)
        where = all_of((where, tenant, self._alive(call)))
        with call.glance() as unit:
            rows = unit.select(Select(self._entity.name, where, ()))
        return rows[0] if rows else None

    def _alive(self, call: Call) -> Predicate:
        return self._engine.alive(self._entity, call.now_ms)


def subject_of(field: Field, key: Any) -> str | int | None:  # noqa: ANN401 -- any JSON
    """A key as the audit record tells it: as asked, a uuid in lower case (section 20)."""
    if type(key) is int:
        return key
    if type(key) is not str or not charset_holds(key):
        return None
    found, _ = check_key(field, key)
    return found if isinstance(found, str) else key

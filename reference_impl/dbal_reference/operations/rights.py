"""Rights that depend on values and rows: one rule covers the whole write (ACL-RULE-003..005)."""

from collections.abc import Iterable, Mapping
from typing import Any

from dbal_reference.errors import ForbiddenError
from dbal_reference.model import Entity
from dbal_reference.operations.call import Call
from dbal_reference.operations.engine import Engine
from dbal_reference.query.logic import any_of
from dbal_reference.query.partial import may_hold
from dbal_reference.query.predicate import Predicate


class Rights:
    """What an actor may do with rows of one entity."""

    def __init__(self, engine: Engine, entity: Entity) -> None:
        self._engine = engine
        self._entity = entity
        self._only_actor = tuple(f.name for f in entity.fields.values() if f.only_actor)

    def check_create(self, call: Call, row: Mapping[str, Any], named: frozenset[str]) -> None:
        """Check 7 on create: tenant, the actor's own id, and a rule that holds on the new row.

        Raises:
            ForbiddenError: the values are not the actor's to give (AUT-TEN-006, ACL-RULE-005).
        """
        tenant_field = self._entity.tenant_field
        if (
            tenant_field is not None
            and tenant_field in named
            and row[tenant_field] != call.actor.tenant
            and not call.actor.sees_all_tenants
        ):
            raise ForbiddenError("the row would belong to another tenant")
        self._check_own(call, row, named)
        for grant in self._engine.grants(call.actor, self._entity.name, "create"):
            if _covers(grant.fields, named) and grant.passes(row):
                return
        raise ForbiddenError("no rule lets the actor create this row")

    def check_values(self, call: Call, changes: Mapping[str, Any]) -> None:
        """Check 7 on update: what the new values decide, whatever the row.

        Raises:
            ForbiddenError: no rule could hold after the change.
        """
        self._check_own(call, changes, frozenset(changes))
        for grant in self._engine.grants(call.actor, self._entity.name, "update"):
            if _covers(grant.fields, changes) and may_hold(grant.where, changes):
                return
        raise ForbiddenError("no rule lets the actor write these values")

    def may(self, call: Call, verb: str, row: Mapping[str, Any], names: Iterable[str] = ()) -> bool:
        """Whether one rule grants the verb on this row, and on these fields of it."""
        return any(
            _covers(grant.fields, names) and grant.passes(row)
            for grant in self._engine.grants(call.actor, self._entity.name, verb)
        )

    def permits(
        self, call: Call, before: Mapping[str, Any], after: Mapping[str, Any], names: Iterable[str]
    ) -> bool:
        """Whether one rule holds on the row before and after the change (ACL-RULE-004)."""
        named = frozenset(names)
        return any(
            _covers(grant.fields, named) and grant.passes(before) and grant.passes(after)
            for grant in self._engine.grants(call.actor, self._entity.name, "update")
        )

    def where(self, call: Call, verb: str, names: Iterable[str] = ()) -> Predicate:
        """The rows on which one rule grants the verb for all these fields; tenants aside."""
        named = frozenset(names)
        grants = self._engine.grants(call.actor, self._entity.name, verb)
        return any_of(grant.where for grant in grants if _covers(grant.fields, named))

    def _check_own(self, call: Call, values: Mapping[str, Any], named: frozenset[str]) -> None:
        """Fields that name the actor name nobody else (WFL-CREATE-004)."""
        if call.actor.is_system:
            return
        for name in self._only_actor:
            if name in named and values[name] not in (None, call.actor.id):
                raise ForbiddenError(f"{name} may only be the actor himself")


def _covers(fields: frozenset[str] | None, names: Iterable[str]) -> bool:
    return fields is None or fields.issuperset(names)

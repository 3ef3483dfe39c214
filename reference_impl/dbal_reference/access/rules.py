"""The rules of acl.yaml, compiled at start: what is not granted here is refused (ACL-RULE-001)."""

from collections.abc import Iterable

import msgspec

from dbal_reference.access.actor import Actor
from dbal_reference.access.row_filter import RowFilter
from dbal_reference.access.tenancy import Tenants
from dbal_reference.access.tokens import FilterSyntaxError
from dbal_reference.errors import SchemaError
from dbal_reference.model import Entity, RuleSource, Schema
from dbal_reference.query.logic import all_of, any_of
from dbal_reference.query.predicate import FALSE, TRUE, Predicate

VERBS = frozenset({"create", "read", "update", "delete", "list", "verify"})


class Grant(msgspec.Struct, frozen=True):
    """What one rule gives one actor: some rows, and of them some fields to write.

    A write passes if one grant covers every field it names, and `where` holds on the row before and
    after (ACL-RULE-004); no two grants share one write.
    """

    where: Predicate  # without tenants
    fields: frozenset[str] | None = None  # None: all


class _Rule(msgspec.Struct, frozen=True):
    """One rule for one entity; `filter` is None where it passes every row."""

    filter: RowFilter | None
    fields: frozenset[str] | None
    hidden: frozenset[str]

    def bind(self, actor: Actor) -> Grant:
        return Grant(TRUE if self.filter is None else self.filter.bind(actor), self.fields)


_FREE = (Grant(TRUE),)  # of system (ACL-SYS-001)


class Access:
    """Every question about rights that names no stored row. Shared by all calls, never changed."""

    def __init__(self, schema: Schema) -> None:
        """Compile the rules.

        Raises:
            SchemaError: a rule names an unknown entity, role, verb or field, hides a key, or has a
                filter that is not of the grammar (ACL-RULE-007).
        """
        self._schema = schema
        self._tenants = Tenants(schema)
        self._rules: dict[tuple[str, str, str], list[_Rule]] = {}
        for source in schema.rules:
            rule = _compile(source, schema)
            for role in source.role:
                for verb in source.operations:
                    self._rules.setdefault((role, source.entity, verb), []).append(rule)
        self._writable = {
            (role, entity, verb): _union(rules, schema.entities[entity])
            for (role, entity, verb), rules in self._rules.items()
        }
        self._readable = {
            (role, entity.name): self._fields_shown(role, entity)
            for role in schema.ladder
            for entity in schema.entities.values()
        }
        self._open = {
            entity.name: frozenset(n for n, field in entity.fields.items() if not field.sensitive)
            for entity in schema.entities.values()
        }

    def allows(self, actor: Actor, entity: str, verb: str) -> bool:
        """Whether any rule grants the verb, whatever the row (check 3)."""
        return actor.is_system or (actor.role or "", entity, verb) in self._rules

    def grants(self, actor: Actor, entity: str, verb: str) -> tuple[Grant, ...]:
        """What the granting rules give, bound to the actor; of none: nothing is allowed."""
        if actor.is_system:
            return _FREE
        rules = self._rules.get((actor.role or "", entity, verb), ())
        return tuple(rule.bind(actor) for rule in rules)

    def readable(self, actor: Actor, entity: str) -> frozenset[str]:
        """The fields that exist for this actor (ACL-HIDE); never a sensitive one."""
        if actor.is_system:
            return self._open[entity]
        return self._readable[actor.role or "", entity]

    def visible(self, actor: Actor, entity: str, verb: str = "list") -> Predicate:
        """The rows that the rules granting this verb let through, in the tenants in sight."""
        rows = any_of(grant.where for grant in self.grants(actor, entity, verb))
        return FALSE if rows == FALSE else all_of((self.tenant_predicate(actor, entity), rows))

    def tenant_predicate(self, actor: Actor, entity: str) -> Predicate:
        """The rows of the tenants in sight (AUT-TEN-002, AUT-TEN-003, AUT-TEN-005)."""
        return self._tenants.in_sight(actor, entity)

    def withheld(self, actor: Actor, entity: str, verb: str, names: Iterable[str]) -> list[str]:
        """Fields of the schema, of those named, that no granting rule lets be written (check 3).

        Unknown names are not among them: they wait for check 5.
        """
        if actor.is_system:
            return []
        known = self._schema.entities[entity].fields
        granted = self._writable.get((actor.role or "", entity, verb), frozenset())
        return [name for name in names if name in known and name not in granted]

    def _fields_shown(self, role: str, entity: Entity) -> frozenset[str]:
        """Shown unless every rule that lets the role read or list hides it (ACL-HIDE-004).

        A role that may write and not read is told the key only.
        """
        shown = {entity.primary.name}
        for verb in ("read", "list"):
            for rule in self._rules.get((role, entity.name, verb), ()):
                shown.update(name for name in entity.fields if name not in rule.hidden)
        return frozenset(name for name in shown if not entity.fields[name].sensitive)


def _union(rules: Iterable[_Rule], entity: Entity) -> frozenset[str]:
    """The fields that some rule lets be written."""
    every = frozenset(entity.fields)
    return frozenset().union(*(every if rule.fields is None else rule.fields for rule in rules))


def _compile(source: RuleSource, schema: Schema) -> _Rule:
    entity = schema.entities.get(source.entity)
    if entity is None:
        raise SchemaError(f"{source.place}: there is no entity {source.entity!r}")
    for key, given, known in (
        ("role", source.role, schema.ladder),
        ("operations", source.operations, sorted(VERBS)),
        ("write_fields", source.write_fields or (), tuple(entity.fields)),
        ("hide_fields", source.hide_fields, tuple(entity.fields)),
    ):
        for name in given:
            if name not in known:
                raise SchemaError(f"{source.place}: {key}: {name!r} is none of {', '.join(known)}")
    if entity.primary.name in source.hide_fields:
        raise SchemaError(
            f"{source.place}: hide_fields: {entity.primary.name} is the key, which every reply has"
        )
    written = source.write_fields
    return _Rule(
        filter=_compile_filter(source, entity, schema.ladder),
        fields=None if written is None else frozenset(written),
        hidden=frozenset(source.hide_fields),
    )


def _compile_filter(
    source: RuleSource, entity: Entity, ladder: tuple[str, ...]
) -> RowFilter | None:
    if source.row_level_filter is None:
        return None
    try:
        return RowFilter(source.row_level_filter, entity, ladder)
    except FilterSyntaxError as error:
        raise SchemaError(f"{source.place}: row_level_filter: {error}") from None

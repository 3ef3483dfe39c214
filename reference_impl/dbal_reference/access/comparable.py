"""Whether the two sides of a comparison can ever be equal; what cannot is a mistake of the author.

Section 8 says which operators a type has, and that operands have the field's type without
conversion; row filters keep the same rules, judged once at start (ACL-RULE-007, ACL-RULE-008).
"""

from collections.abc import Sequence

import msgspec

from dbal_reference.access.grammar import (
    Comparison,
    Conjunction,
    Disjunction,
    Expression,
    FieldTerm,
    LiteralTerm,
    Membership,
    Negation,
    Term,
    UserTerm,
)
from dbal_reference.access.tokens import FilterSyntaxError
from dbal_reference.model import Entity, Field
from dbal_reference.query.operand import IMPOSSIBLE, judge

_ORDERED = frozenset({"number", "text", "datetime", "literal text"})
_FAMILIES = {
    "integer": "number",
    "bigint": "number",
    "double": "number",
    "string": "text",
    "text": "text",
    "email": "text",
}
_ATTRIBUTES = {
    "id": "uuid",
    "tenantId": "uuid",
    "username": "text",
    "role": "enum",
    "level": "number",
}


def check(tree: Expression, entity: Entity, ladder: Sequence[str]) -> Expression:
    """The same tree, with literals in the form in which rows hold them.

    Raises:
        FilterSyntaxError: an unknown or sensitive field, or sides whose types never compare.
    """
    match tree:
        case Conjunction(parts=parts):
            return Conjunction(tuple(check(part, entity, ladder) for part in parts))
        case Disjunction(parts=parts):
            return Disjunction(tuple(check(part, entity, ladder) for part in parts))
        case Negation(part=part):
            return Negation(check(part, entity, ladder))
        case Comparison():
            return _comparison(tree, entity)
        case Membership():
            return _membership(tree, entity, ladder)


def _comparison(tree: Comparison, entity: Entity) -> Comparison:
    left = _literal_for(tree.left, tree.right, entity)
    right = _literal_for(tree.right, tree.left, entity)
    families = _family(left, entity), _family(right, entity)
    if not _comparable(*families):
        raise FilterSyntaxError(
            left.at, f"{families[0]} and {families[1]} are never equal, whatever the row"
        )
    if tree.sign not in ("=", "!="):
        for term, family in zip((left, right), families, strict=True):
            if family not in _ORDERED:
                raise FilterSyntaxError(term.at, f"{tree.sign} does not order {family}")
    return msgspec.structs.replace(tree, left=left, right=right)


def _membership(tree: Membership, entity: Entity, ladder: Sequence[str]) -> Membership:
    family = _family(tree.term, entity)
    if tree.values is None:
        if family not in ("enum", "text", "literal text"):
            raise FilterSyntaxError(tree.term.at, f"{family} is never one of $user.roles")
        if isinstance(tree.term, LiteralTerm) and tree.term.value not in ladder:
            raise FilterSyntaxError(tree.term.at, f"{tree.term.value!r} is no role")
        return tree
    values = tuple(_checked(_literal_for(value, tree.term, entity)) for value in tree.values)
    for value in values:
        if not _comparable(family, found := _family(value, entity)):
            raise FilterSyntaxError(value.at, f"{family} and {found} are never equal")
    return Membership(tree.term, values)


def _checked(term: Term) -> LiteralTerm:
    if not isinstance(term, LiteralTerm):  # pragma: no cover -- the grammar has literals only
        raise TypeError(term)
    return term


def _literal_for(term: Term, other: Term, entity: Entity) -> Term:
    """A literal in the form of the field it stands beside; other terms as they are."""
    if not isinstance(term, LiteralTerm) or term.value is None or not isinstance(other, FieldTerm):
        return term
    field = _field(other, entity)
    if field.holds_json:
        raise FilterSyntaxError(term.at, f"{field.name} holds JSON and compares with null only")
    value, code = judge(field, term.value)
    if code is not None or value is IMPOSSIBLE:
        raise FilterSyntaxError(
            term.at, f"{term.value!r} is no value of {field.name} ({field.type})"
        )
    return LiteralTerm(value, term.at)


def _family(term: Term, entity: Entity) -> str:
    match term:
        case FieldTerm():
            field = _field(term, entity)
            return "json" if field.holds_json else _FAMILIES.get(field.type, field.type)
        case UserTerm(attribute=attribute):
            return _ATTRIBUTES[attribute]
        case LiteralTerm(value=None):
            return "null"
        case LiteralTerm(value=bool()):
            return "boolean"
        case LiteralTerm(value=int() | float()):
            return "number"
        case LiteralTerm():
            return "literal text"


def _field(term: FieldTerm, entity: Entity) -> Field:
    field = entity.fields.get(term.name)
    if field is None:
        known = ", ".join(name for name, each in entity.fields.items() if not each.sensitive)
        raise FilterSyntaxError(term.at, f"{entity.name} has no field {term.name}; it has {known}")
    if field.sensitive:
        raise FilterSyntaxError(term.at, f"{term.name} is sensitive: nothing compares with it")
    return field


def _comparable(left: str, right: str) -> bool:
    if "null" in (left, right):
        return True
    if "literal text" in (left, right):
        return {left, right} <= {"literal text", "text", "enum", "uuid", "datetime"}
    if {left, right} == {"text", "enum"}:
        return True
    return left == right and left != "json"

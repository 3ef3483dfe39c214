"""A row filter bound to an actor becomes a predicate.

Two points the contract leaves to us. A comparison with an absent `$user` attribute (the id of an
anonymous caller, the tenant of a user without one) is false whatever the operator, and only the
comparison: NOT of it is true, as in two-valued logic everywhere else (ACL-RULE-006, -008). Two
fields that are both null are not equal; to ask for null, compare with `null`.
"""

from collections.abc import Callable, Sequence
from typing import Any

from dbal_reference.access.actor import Actor
from dbal_reference.access.comparable import check
from dbal_reference.access.grammar import (
    Comparator,
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
    parse,
)
from dbal_reference.model import Entity
from dbal_reference.query.logic import all_of, any_of, negate
from dbal_reference.query.predicate import (
    FALSE,
    Always,
    Compare,
    CompareFields,
    In,
    IsNull,
    Operator,
    Predicate,
)

_OPERATORS: dict[Comparator, Operator] = {"=": "eq", "<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
_TURNED: dict[Comparator, Comparator] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_DECIDE: dict[Operator, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: left == right,
    "lt": lambda left, right: left < right,
    "lte": lambda left, right: left <= right,
    "gt": lambda left, right: left > right,
    "gte": lambda left, right: left >= right,
}


class RowFilter:
    """One filter, parsed and checked at start, bound at each call."""

    def __init__(self, source: str, entity: Entity, ladder: Sequence[str]) -> None:
        """Parse and check.

        Raises:
            FilterSyntaxError: not of the grammar, an unknown field, or types that never compare.
        """
        self.source = source
        tree = check(parse(source), entity, ladder)
        self._ladder = tuple(ladder)
        self._fixed = self._bind(tree, None) if not _asks_user(tree) else None
        self._tree = tree

    def bind(self, actor: Actor) -> Predicate:
        """What a row must satisfy for this actor."""
        return self._fixed if self._fixed is not None else self._bind(self._tree, actor)

    def _bind(self, tree: Expression, actor: Actor | None) -> Predicate:
        match tree:
            case Conjunction(parts=parts):
                return all_of(self._bind(part, actor) for part in parts)
            case Disjunction(parts=parts):
                return any_of(self._bind(part, actor) for part in parts)
            case Negation(part=part):
                return negate(self._bind(part, actor))
            case Comparison():
                return _compare(tree, actor)
            case Membership():
                return self._contain(tree, actor)

    def _contain(self, tree: Membership, actor: Actor | None) -> Predicate:
        if tree.values is None:
            level = actor.level if actor is not None else 0
            values: tuple[Any, ...] = self._ladder[:level]
        else:
            values = tuple(literal.value for literal in tree.values)
        if isinstance(tree.term, FieldTerm):
            named = In(tree.term.name, tuple(value for value in values if value is not None))
            return any_of((named, IsNull(tree.term.name))) if None in values else named
        present, value = _value(tree.term, actor)
        return Always(present and value in values)


def _compare(tree: Comparison, actor: Actor | None) -> Predicate:
    left, sign, right = tree.left, tree.sign, tree.right
    if sign == "!=":
        return _unequal(left, right, actor)
    operator = _OPERATORS[sign]
    if isinstance(left, FieldTerm):
        return _with_field(left.name, operator, right, actor)
    if isinstance(right, FieldTerm):
        return _with_field(right.name, _OPERATORS[_TURNED.get(sign, sign)], left, actor)
    (here, this), (there, that) = _value(left, actor), _value(right, actor)
    return Always(here and there and _DECIDE[operator](this, that))


def _unequal(left: Term, right: Term, actor: Actor | None) -> Predicate:
    if any(not _present(term, actor) for term in (left, right)):
        return FALSE  # not the opposite of `=`: that is false as well (ACL-RULE-006)
    return negate(_compare(Comparison(left, "=", right), actor))


def _with_field(name: str, operator: Operator, other: Term, actor: Actor | None) -> Predicate:
    if isinstance(other, FieldTerm):
        return CompareFields(name, operator, other.name)
    present, value = _value(other, actor)
    if not present:
        return FALSE
    return IsNull(name) if value is None else Compare(name, operator, value)


def _present(term: Term, actor: Actor | None) -> bool:
    return isinstance(term, FieldTerm) or _value(term, actor)[0]


def _value(term: UserTerm | LiteralTerm, actor: Actor | None) -> tuple[bool, Any]:
    """Whether there is a value, and which."""
    match term:
        case LiteralTerm(value=value):
            return True, value
        case UserTerm(attribute=attribute):
            value = _attribute(attribute, actor)
            return value is not None, value


def _attribute(attribute: str, actor: Actor | None) -> Any:  # noqa: ANN401 -- text or level
    if actor is None:
        return None
    match attribute:
        case "id":
            return actor.id
        case "username":
            return actor.username
        case "role":
            return actor.role
        case "level":
            return actor.level
        case _:
            return actor.tenant


def _asks_user(tree: Expression) -> bool:
    match tree:
        case Conjunction(parts=parts) | Disjunction(parts=parts):
            return any(_asks_user(part) for part in parts)
        case Negation(part=part):
            return _asks_user(part)
        case Comparison(left=left, right=right):
            return isinstance(left, UserTerm) or isinstance(right, UserTerm)
        case Membership(term=term, values=values):
            return values is None or isinstance(term, UserTerm)

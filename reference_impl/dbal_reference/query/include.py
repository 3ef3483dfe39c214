"""`include`: which related rows a reply carries (QRY-INC)."""

from typing import Any, TypeAlias

import msgspec

from dbal_reference.model import Entity
from dbal_reference.query.findings import unknown_field
from dbal_reference.query.relations import Reach, Relation
from dbal_reference.validation.finding import Finding

Json: TypeAlias = Any


class Branch(msgspec.Struct, frozen=True):
    """One relation, and what is included below it."""

    relation: Relation
    below: tuple["Branch", ...] = ()


_Tree: TypeAlias = dict[str, tuple[Relation, "_Tree"]]


def parse_include(
    reach: Reach, entity: Entity, raw: Json, *, path: str = "include"
) -> tuple[tuple[Branch, ...], list[Finding]]:
    """The relations named, each once; `a.b` includes `a` too. An empty list names none."""
    if not isinstance(raw, list):
        return (), [Finding(path, "type", "include is a list of relation names")]
    tree: _Tree = {}
    findings: list[Finding] = []
    for place, name in enumerate(raw):
        here = f"{path}[{place}]"
        if not isinstance(name, str):
            findings.append(Finding(here, "type", "a relation name is text"))
        elif name.count(".") >= reach.deepest:
            findings.append(Finding(here, "limit", f"relations nest {reach.deepest} deep at most"))
        elif not _grow(reach, entity.name, name, tree):
            findings.append(unknown_field(here))
    return _branches(tree), findings


def _grow(reach: Reach, entity: str, name: str, tree: _Tree) -> bool:
    """Add a path to the tree, if it leads somewhere."""
    for part in name.split("."):
        relation = reach.relation(entity, part)
        if relation is None:
            return False
        tree = tree.setdefault(part, (relation, {}))[1]
        entity = relation.entity
    return True


def _branches(tree: _Tree) -> tuple[Branch, ...]:
    return tuple(Branch(relation, _branches(below)) for relation, below in tree.values())

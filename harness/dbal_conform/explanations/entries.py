"""The entries of a contract by name: what `schema list` lists and `schema show` tells.

A kind is a row of `KINDS`; each of its entries has a name, a line, the whole as lines and as JSON.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from dbal_conform.core.contract import Contract, Operation
from dbal_conform.core.messages import Json
from dbal_conform.corpus.rules import AccessRule, access_rules, scan_rules
from dbal_conform.explanations import entry
from dbal_conform.explanations.layout import Pairs


class Schema(NamedTuple):
    """A contract and the folder it came from; `folder` None is the packaged one."""

    contract: Contract
    folder: Path | None


class Entry(NamedTuple):
    """One entry; `facts` are told beside their names."""

    kind: str
    name: str
    line: str
    facts: Callable[[], Pairs]
    document: Callable[[], dict[str, Json]]


def entries(schema: Schema, kind: str | None = None) -> Iterator[Entry]:
    """Yield the entries of a kind, or of all, in the order of the contract."""
    for name, find in KINDS.items():
        if kind in (None, name):
            yield from find(schema)


def _entities(schema: Schema) -> Iterator[Entry]:
    rules = access_rules(schema.folder)  # read once: a file for each entry would take a second
    for name, one in schema.contract.entities.items():
        yield Entry(
            "entity",
            name,
            f"{len(one.fields)} fields, {len(one.operations)} operations",
            partial(entry.entity, one, _about(rules, one.name)),
            partial(msgspec.to_builtins, one),
        )


def _operations(schema: Schema) -> Iterator[Entry]:
    rules = access_rules(schema.folder)
    for name, one in schema.contract.operations.items():
        yield Entry(
            "operation",
            name,
            f"({', '.join(one.arguments)}) -> {one.result}",
            partial(entry.operation, one, _granting(rules, one)),
            partial(msgspec.to_builtins, one),
        )


def _errors(schema: Schema) -> Iterator[Entry]:
    for name, one in schema.contract.errors.items():
        yield Entry(
            "error",
            name,
            f"{one.code}  {one.explain}",
            partial(entry.error, one, schema.contract),
            partial(msgspec.to_builtins, one),
        )


def _capabilities(schema: Schema) -> Iterator[Entry]:
    for name, one in schema.contract.capabilities.items():
        yield Entry(
            "capability",
            name,
            one.means,
            partial(entry.capability, one),
            partial(msgspec.to_builtins, one),
        )


def _requirements(schema: Schema) -> Iterator[Entry]:
    for name, one in schema.contract.requirements.items():
        yield Entry(
            "requirement",
            name,
            f"{one.keyword}  {one.text}",
            partial(entry.requirement, one),
            partial(msgspec.to_builtins, one),
        )


def _rules(schema: Schema) -> Iterator[Entry]:
    for number, rule in enumerate(access_rules(schema.folder), 1):
        yield Entry(
            "rule",
            f"acl.{number}",
            f"{rule.entity}: {entry.grant(rule)}",
            partial(entry.access_rule, rule),
            rule._asdict,
        )
    for scan in scan_rules(schema.folder):
        yield Entry(
            "rule",
            scan.id,
            f"{scan.error}  {scan.means}",
            partial(entry.scan_rule, scan),
            scan._asdict,
        )


KINDS: dict[str, Callable[[Schema], Iterator[Entry]]] = {
    "entities": _entities,
    "operations": _operations,
    "errors": _errors,
    "capabilities": _capabilities,
    "requirements": _requirements,
    "rules": _rules,
}


def _about(rules: Iterable[AccessRule], entity: str) -> list[AccessRule]:
    return [rule for rule in rules if rule.entity == entity]


def _granting(rules: Iterable[AccessRule], operation: Operation) -> list[AccessRule]:
    entity, _, _ = operation.method.partition(".")
    return [rule for rule in _about(rules, entity) if {*operation.verbs} & {*rule.operations}]

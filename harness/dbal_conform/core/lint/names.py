"""Names that a case uses and the contract does not have."""

import difflib
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from dbal_conform.core.contract import Contract
from dbal_conform.core.lint.problem import Problem, at
from dbal_conform.core.lint.walk import expectations
from dbal_conform.core.needs import NEEDS
from dbal_conform.core.suite import UNSET, Case, Expect

_ROW: Final = frozenset({"$as"})
_SECRET: Final = {"Credential": frozenset({"password"})}  # what a fixture has and its rows have not


def requirements(case: Case, contract: Contract) -> Iterator[Problem]:
    """What it covers is in the contract."""
    for name in case.covers:
        yield from _known(case, 0, "unknown-requirement", name, contract.requirements)


def capabilities(case: Case, contract: Contract) -> Iterator[Problem]:
    """What it requires is a capability."""
    for name in case.requires:
        yield from _known(case, 0, "unknown-capability", name, contract.capabilities)


def needs(case: Case, _: Contract) -> Iterator[Problem]:
    """What it needs is something that a target or environment can have."""
    for name in case.needs:
        yield from _known(case, 0, "unknown-need", name, NEEDS)


def flags(case: Case, explained: Mapping[str, object]) -> Iterator[Problem]:
    """The classes of bug that it is after are explained in cases/flags.yaml."""
    for name in case.flags:
        yield from _known(case, 0, "unknown-flag", name, explained)


def roles(case: Case, contract: Contract) -> Iterator[Problem]:
    """Its actors have roles of the ladder."""
    for actor in case.actors.values():
        yield from _known(case, 0, "unknown-role", actor.role, contract.ladder)


def fixtures(case: Case, contract: Contract) -> Iterator[Problem]:
    """Its fixtures are rows of entities, made of their fields."""
    for name, rows in case.fixtures.items():
        entity = contract.entities.get(name)
        if entity is None:
            yield from _known(case, 0, "unknown-fixture", name, contract.entities)
            continue
        known = entity.fields.keys() | _ROW | _SECRET.get(name, frozenset())
        for row in rows:
            for field in row:
                yield from _known(case, 0, "unknown-fixture", field, known)


def errors(case: Case, contract: Contract) -> Iterator[Problem]:
    """The errors that it expects, their codes and their reasons are in the contract."""
    reasons = (*contract.conflict_reasons, *contract.envelope)
    for step, expect in expectations(case):
        for name in _error_names(expect):
            yield from _known(case, step.line, "unknown-error", name, contract.errors)
        if expect.error is None:
            continue
        for code in expect.error.fields.values() if expect.error.fields is not UNSET else ():
            yield from _known(case, step.line, "unknown-error", code, contract.field_codes)
        reason = expect.error.reason
        if isinstance(reason, str) and not reason.startswith("$"):
            yield from _known(case, step.line, "unknown-error", reason, reasons)


def _error_names(expect: Expect) -> Iterator[str]:
    if expect.error is not None and expect.error.name is not None:
        yield expect.error.name
    yield from (name for name in expect.outcomes or () if name != "ok")


def _known(
    case: Case, line: int, rule: str, name: str, known: Collection[str]
) -> Iterator[Problem]:
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known: {_some(known)}"
        yield at(case, line, rule, f"nothing is called {name!r}: {hint}")


def _some(known: Collection[str]) -> str:
    shown = sorted(known)[:12]
    return ", ".join(shown) + (", ..." if len(known) > len(shown) else "")

"""Calls and arguments that the contract does not have, where the call must succeed.

A negative case may call what is not there; what it must answer is then said by its expectation.
"""

import difflib
from collections.abc import Iterator

from dbal_conform.core.contract import Contract
from dbal_conform.core.lint.problem import Problem, at
from dbal_conform.core.lint.walk import Site, calls, succeeds
from dbal_conform.core.suite import UNSET, Case

NOT_FOUND = "method_not_found"
_MIGRATE = "dbal.migrate"


def methods(case: Case, contract: Contract) -> Iterator[Problem]:
    """What it calls is a method, or must be refused as none."""
    made = _migrated(case, contract)
    for site in calls(case):
        name = site.call.call
        if name not in contract.operations and name not in made and not _refused_as_unknown(site):
            near = difflib.get_close_matches(name, contract.operations, n=1)
            hint = f"did you mean {near[0]}?" if near else "see `dbal-conform schema`"
            yield at(case, site.call.line, "unknown-call", f"there is no method {name}: {hint}")


def arguments(case: Case, contract: Contract) -> Iterator[Problem]:
    """A call that must succeed has no argument that the operation does not define."""
    for site in calls(case):
        operation = contract.operations.get(site.call.call)
        if operation is None or not succeeds(site.expect):
            continue
        for name in site.call.args:
            if name not in operation.arguments:
                known = ", ".join(operation.arguments) or "none"
                yield at(
                    case,
                    site.call.line,
                    "unknown-argument",
                    f"{operation.method} has no argument {name!r}: {known}",
                )


def required(case: Case, contract: Contract) -> Iterator[Problem]:
    """A call that must succeed has every argument that the operation requires."""
    for site in calls(case):
        operation = contract.operations.get(site.call.call)
        if operation is None or not succeeds(site.expect):
            continue
        for argument in operation.arguments.values():
            if argument.required and argument.name not in site.call.args:
                yield at(
                    case,
                    site.call.line,
                    "missing-argument",
                    f"{operation.method} needs {argument.name!r}: give it, or expect the error",
                )


def meta(case: Case, contract: Contract) -> Iterator[Problem]:
    """A call that must succeed has no key in `meta` that the contract does not define."""
    for site in calls(case):
        for name in site.call.meta if succeeds(site.expect) else ():
            if name not in contract.meta:
                yield at(
                    case,
                    site.call.line,
                    "unknown-meta",
                    f"meta has no key {name!r}: {', '.join(contract.meta)}",
                )


def _migrated(case: Case, contract: Contract) -> frozenset[str]:
    """Methods of entities that the case adds by dbal.migrate (SYS-MIG-004)."""
    operations = {name for entity, _, name in _parts(contract) if entity in contract.entities}
    definitions = [
        definition
        for site in calls(case)
        if site.call.call == _MIGRATE and isinstance(given := site.call.args.get("entities"), list)
        for definition in given
        if isinstance(definition, dict)
    ]
    return frozenset(f"{each.get('entity')}.{name}" for each in definitions for name in operations)


def _parts(contract: Contract) -> Iterator[tuple[str, str, str]]:
    return (method.partition(".") for method in contract.operations)


def _refused_as_unknown(site: Site) -> bool:
    expect = site.expect
    if expect is None:
        return False
    if expect.observe or expect.any_of:
        return True
    return (
        expect.error is not None
        and expect.error.reason in (NOT_FOUND, UNSET)
        and (expect.error.reason == NOT_FOUND or expect.error.name != "VALIDATION_ERROR")
    )

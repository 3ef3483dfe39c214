"""What is well formed and still wrong: names that are not there, cases that show nothing.

Each rule is a function of one case and the contract, and a row of `RULES`; its name stands in every
problem that it finds. `ids` holds a whole corpus against `cases/ids.lock`, and `coverage` against
the contract.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from dbal_conform.core.contract import Contract
from dbal_conform.core.lint import calls, clocks, ids, names, proof, references
from dbal_conform.core.lint.coverage import Coverage, coverage
from dbal_conform.core.lint.ids import Lock, renew
from dbal_conform.core.lint.problem import Problem, place
from dbal_conform.core.suite import Case, Suite

__all__ = ["RULES", "Coverage", "Lock", "Problem", "coverage", "lint", "renew"]

Rule: TypeAlias = Callable[[Case, Contract], Iterator[Problem]]

RULES: Final[dict[str, Rule]] = {
    "unknown-requirement": names.requirements,
    "unknown-capability": names.capabilities,
    "unknown-need": names.needs,
    "unknown-role": names.roles,
    "unknown-fixture": names.fixtures,
    "unknown-error": names.errors,
    "unknown-call": calls.methods,
    "unknown-argument": calls.arguments,
    "missing-argument": calls.required,
    "unknown-meta": calls.meta,
    "unbound-reference": references.unbound,
    "unused-save": references.unused,
    "no-twin": proof.twins,
    "cannot-fail": proof.expects_nothing,
    "unproven-requirement": proof.unproven,
    "nothing-to-observe": proof.observed,
    "ended-session": clocks.sessions,
    "literal-timestamp": clocks.literals,
}


def lint(
    suites: Iterable[Suite],
    contract: Contract,
    lock: Lock | None = None,
    *,
    flags: Mapping[str, object] | None = None,
) -> tuple[Problem, ...]:
    """Return every problem of the suites, in the order of files and lines.

    Args:
        suites: all that is to be held together: ids must be unique over them.
        contract: what may be called, covered and required.
        lock: the ids that exist; None where the suites are not the corpus that it is about.
        flags: the classes of bug that are explained; None where nothing explains them.
    """
    suites = tuple(suites)
    found: list[Problem] = list(ids.duplicates(suites))
    if lock is not None:
        found += ids.against(suites, lock)
    for suite in suites:
        for case in suite.cases:
            if flags is not None:
                found += names.flags(case, flags)
            for rule in RULES.values():
                found += rule(case, contract)
    return tuple(sorted(dict.fromkeys(found), key=lambda problem: place(problem.place)))

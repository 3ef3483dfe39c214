"""Which requirements the cases cover, and which none does."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from dbal_conform.core.contract import Contract, Requirement
from dbal_conform.core.lint.problem import written_id
from dbal_conform.core.suite import Suite

BEYOND: Final = frozenset({"s", "v"})
"""Proofs that no vector can give: a look into storage or configuration, and review."""


class Coverage(NamedTuple):
    """Requirements in the order of the contract.

    `covered` names the cases of each; `uncovered` are those that a vector could prove and none
    does; `beyond` those that no vector can prove and none claims to.
    """

    covered: dict[str, tuple[str, ...]]
    uncovered: tuple[Requirement, ...]
    beyond: tuple[Requirement, ...]


def coverage(suites: Iterable[Suite], contract: Contract) -> Coverage:
    """Hold the cases against the requirements of the contract."""
    cases: dict[str, dict[str, None]] = {}
    for suite in suites:
        for case in suite.cases:
            for name in case.covers:
                cases.setdefault(name, {})[written_id(case)] = None
    bare = [form for name, form in contract.requirements.items() if name not in cases]
    return Coverage(
        {name: tuple(cases[name]) for name in contract.requirements if name in cases},
        tuple(form for form in bare if form.proof not in BEYOND),
        tuple(form for form in bare if form.proof in BEYOND),
    )

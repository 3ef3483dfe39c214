"""Cases that show less than they seem to."""

from collections.abc import Iterator
from typing import Final

from dbal_conform.core.contract import Contract
from dbal_conform.core.lint.problem import Problem, at
from dbal_conform.core.lint.walk import calls, expectations
from dbal_conform.core.messages import Json
from dbal_conform.core.shortform import ORIGIN
from dbal_conform.core.suite import UNSET, Case, Check, Expect, Step

WANT_TWINS: Final = frozenset(
    {"VALIDATION_ERROR", "CONFLICT", "FORBIDDEN", "UNAUTHORIZED", "NOT_FOUND"}
)
_VACUOUS: Final[tuple[Json, ...]] = (
    {},
    "$any",
    {"$any": True},
)  # what anything, or any mapping, matches


def twins(case: Case, _: Contract) -> Iterator[Problem]:
    """A refusal is proved to be for its reason by the same call, put right."""
    if case.origin == ORIGIN:
        return
    for call, expect, possible in calls(case):
        if not possible or expect is None or expect.error is None or expect.twin is not None:
            continue
        if expect.error.name in WANT_TWINS and not expect.observe:
            yield at(
                case,
                call.line,
                "no-twin",
                f"{expect.error.name} without a twin: add the patch "
                "that puts the call right, or `twin: none` and `because`",
            )


def expects_nothing(case: Case, _: Contract) -> Iterator[Problem]:
    """Something in it can turn out otherwise."""
    if any(isinstance(step, Check) for step in case.steps):
        return
    if not any(_judges(expect) for _, expect in expectations(case)):
        yield at(
            case,
            0,
            "cannot-fail",
            "it expects nothing of any step beyond success: say what must come",
        )


def unproven(case: Case, _: Contract) -> Iterator[Problem]:
    """Each requirement that it covers is carried by a step, where steps say which they carry."""
    stated = [_proves(step) for step in _carriers(case)]
    if not stated or not all(stated):
        return
    carried = {requirement for proves in stated for requirement in proves}
    for requirement in case.covers:
        if requirement not in carried:
            yield at(
                case, 0, "unproven-requirement", f"it covers {requirement}, and no step proves it"
            )


def observed(case: Case, contract: Contract) -> Iterator[Problem]:
    """What is only observed is not covered as if it were judged."""
    keywords = {
        contract.requirements[name].keyword for name in case.covers if name in contract.requirements
    }
    if keywords & {"OPEN", "MAY"}:
        return
    for step, expect in expectations(case):
        if expect.observe:
            yield at(
                case,
                step.line,
                "nothing-to-observe",
                "`observe` judges nothing, and what the case covers must hold: expect it",
            )


def _judges(expect: Expect) -> bool:
    return (
        expect.error is not None
        or (expect.ok is not UNSET and expect.ok not in _VACUOUS)
        or bool(expect.any_of or expect.observe or expect.outcomes)
        or expect.raw is not UNSET
        or expect.audit is not UNSET
        or expect.within_ms is not None
    )


def _carriers(case: Case) -> Iterator[Step]:
    for step, _ in expectations(case):
        yield step
    yield from (step for step in case.steps if isinstance(step, Check))


def _proves(step: Step) -> tuple[str, ...]:
    found: tuple[str, ...] = getattr(step, "proves", ()) or getattr(
        getattr(step, "call", None), "proves", ()
    )
    return found

"""The calls of a case, wherever they stand."""

from collections.abc import Iterator
from typing import NamedTuple

from dbal_conform.core.suite import (
    Call,
    Case,
    Eventually,
    Expect,
    Join,
    Parallel,
    Raw,
    Start,
    Step,
    Transaction,
)


class Site(NamedTuple):
    """One call: `expect` is what must come of it; `twins` tells whether a twin could be played."""

    call: Call
    expect: Expect | None
    twins: bool


def calls(case: Case) -> Iterator[Site]:
    """Yield every call; what must come of a started one is said by its join."""
    joins = {step.name: step.expect for step in case.steps if isinstance(step, Join)}
    for step in case.steps:
        match step:
            case Call():
                yield Site(step, step.expect, twins=True)
            case Start():
                yield Site(step.call, joins.get(step.name), twins=False)
            case Eventually():
                yield Site(step.call, step.call.expect, twins=False)
            case Parallel():
                for branch in step.parallel.values():
                    for inner in branch:
                        if isinstance(inner, Call):
                            expect = inner.expect or step.expect
                            yield Site(inner, expect, twins=False)
            case _:
                continue


def expectations(case: Case) -> Iterator[tuple[Step, Expect]]:
    """Yield every expectation of a case with the step that it belongs to."""
    for step in case.steps:
        yield from _of(step)


def succeeds(expect: Expect | None) -> bool:
    """Whether only success is right."""
    return expect is None or not (
        expect.error or expect.any_of or expect.observe or expect.outcomes
    )


def _of(step: Step) -> Iterator[tuple[Step, Expect]]:
    match step:
        case Call() | Join() | Transaction() | Raw():
            yield from _some(step, step.expect)
        case Eventually():
            yield from _some(step, step.call.expect)
        case Parallel():
            yield from _some(step, step.expect)
            for branch in step.parallel.values():
                for inner in branch:
                    yield from _of(inner)
        case _:
            return


def _some(step: Step, expect: Expect | None) -> Iterator[tuple[Step, Expect]]:
    if expect is not None:
        yield step, expect
        for answer in expect.any_of:
            yield step, answer

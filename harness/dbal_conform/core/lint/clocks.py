"""Time: sessions that end when the clock is moved, and timestamps that nobody can know."""

import re
from collections.abc import Iterator
from typing import Final

from dbal_conform.core.contract import Contract
from dbal_conform.core.lint.problem import Problem, at
from dbal_conform.core.lint.walk import expectations, succeeds
from dbal_conform.core.messages import Json
from dbal_conform.core.naming import BUILT_IN
from dbal_conform.core.suite import UNSET, Call, Case, Clock, Eventually, Parallel, Start, Step

_UNITS: Final = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_OFFSET = re.compile(r"([0-9]+)(ms|s|m|h|d)")


def sessions(case: Case, contract: Contract) -> Iterator[Problem]:
    """After the clock has gone on for as long as a session lives, actors have none."""
    life = contract.limits.get("actor_session_ms")
    moved = 0
    for step in case.steps:
        if isinstance(step, Clock):
            moved += _moved(step)
        elif isinstance(life, int) and moved >= life:
            for call in _calls(step):
                if (
                    call.as_ not in (None, *BUILT_IN)
                    and "token" not in call.meta
                    and succeeds(call.expect)
                ):
                    yield at(
                        case,
                        call.line,
                        "ended-session",
                        f"the clock has moved {moved // 3_600_000} h, so the session of "
                        f"{call.as_} has ended: call as system, or make a session",
                    )


def literals(case: Case, contract: Contract) -> Iterator[Problem]:
    """A timestamp that the server makes is not compared with a number written down."""
    made = {
        field.name
        for entity in contract.entities.values()
        for field in entity.fields.values()
        if field.auto in ("created", "updated") or field.default == {"now": True}
    }
    given = set(_numbers([call.args for step in case.steps for call in _calls(step)]))
    given |= set(_numbers([row for rows in case.fixtures.values() for row in rows]))
    given |= set(
        _numbers(
            [step.set for step in case.steps if isinstance(step, Clock) and step.set is not UNSET]
        )
    )
    for step, expect in expectations(case):
        if expect.ok is UNSET:
            continue
        for name, number in _members(expect.ok):
            if name in made and number not in given:
                yield at(
                    case,
                    step.line,
                    "literal-timestamp",
                    f"{name}: {number} is made by the server: write {{$now: ...}} or a reference",
                )


def _moved(step: Clock) -> int:
    if step.advance_ms is not None:
        return step.advance_ms
    match step.set:
        case {"$now": str(offset)} if not offset.startswith("-"):
            return sum(int(count) * _UNITS[unit] for count, unit in _OFFSET.findall(offset))
        case _:
            return 0


def _calls(step: Step) -> Iterator[Call]:
    match step:
        case Call():
            yield step
        case Start() | Eventually():
            yield step.call
        case Parallel():
            for branch in step.parallel.values():
                yield from (inner for inner in branch if isinstance(inner, Call))
        case _:
            return


def _numbers(node: Json) -> Iterator[int]:
    match node:
        case bool():
            return
        case int():
            yield node
        case list():
            for item in node:
                yield from _numbers(item)
        case dict():
            yield from _numbers(list(node.values()))
        case _:
            return


def _members(node: Json) -> Iterator[tuple[str, int]]:
    match node:
        case list():
            for item in node:
                yield from _members(item)
        case dict():
            for key, member in node.items():
                if isinstance(member, int) and not isinstance(member, bool):
                    yield key, member
                else:
                    yield from _members(member)
        case _:
            return

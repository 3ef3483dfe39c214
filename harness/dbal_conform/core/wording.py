"""Every value and pattern of a case, held against the grammar."""

from collections.abc import Iterator
from typing import TypeAlias

from dbal_conform.core import grammar
from dbal_conform.core.finding import Finding, Where
from dbal_conform.core.messages import Json
from dbal_conform.core.suite import (
    UNSET,
    Call,
    Check,
    Clock,
    Eventually,
    Expect,
    Join,
    Maybe,
    Parallel,
    Raw,
    Start,
    Step,
    Transaction,
)

Part: TypeAlias = tuple[str, Where, Json]


def parts(steps: tuple[Step, ...], at: Where = ("steps",)) -> Iterator[Part]:
    """Yield all that stands in `steps`, with its path: `value`, `patch` (of a twin), `pattern`."""
    for i, step in enumerate(steps):
        yield from _step(step, (*at, i))


def check(steps: tuple[Step, ...]) -> Iterator[Finding]:
    """Yield what is wrong in values and patterns of `steps`; paths begin with `steps`."""
    for kind, at, node in parts(steps):
        match kind:
            case "pattern":
                yield from grammar.pattern(node, at)
            case _:
                yield from grammar.value(node, at, patch=kind == "patch")


def _step(step: Step, at: Where) -> Iterator[Part]:
    match step:
        case Call():
            yield from _call(step, at)
        case Parallel():
            for name, inside in step.parallel.items():
                yield from parts(inside, (*at, "parallel", name))
        case Start():
            yield from _call(step.call, (*at, "start"))
        case Join() | Transaction():
            yield from _expect(step.expect, (*at, "expect"))
        case Clock():
            yield from _maybe("value", step.set, (*at, "clock", "set"))
        case Eventually():
            yield from _call(step.call, (*at, "eventually", "step"))
        case Raw():
            yield "value", (*at, "raw", step.kind), step.payload
            yield from _expect(step.expect, (*at, "expect"))
        case Check():
            yield "value", (*at, "check", step.relation), step.operands
        case _:
            return


def _call(call: Call, at: Where) -> Iterator[Part]:
    yield "value", (*at, "args"), call.args
    if call.meta:
        yield "value", (*at, "meta"), call.meta
    yield from _expect(call.expect, (*at, "expect"))


def _expect(expect: Expect | None, at: Where) -> Iterator[Part]:
    if expect is None:
        return
    yield from _maybe("pattern", expect.ok, (*at, "ok"))
    yield from _maybe("pattern", expect.audit, (*at, "audit"))
    if isinstance(expect.raw, dict):
        for key, part in expect.raw.items():
            yield "pattern", (*at, key), part
    if expect.error is not None:
        for key in ("reason", "details", "retryAfter"):
            yield from _maybe("pattern", getattr(expect.error, key), (*at, "error", key))
    if expect.twin is not None:
        yield from _maybe("patch", expect.twin.args, (*at, "twin", "args"))
        yield from _maybe("patch", expect.twin.meta, (*at, "twin", "meta"))
        yield from _maybe("pattern", expect.twin.ok, (*at, "twin", "ok"))
    for i, answer in enumerate(expect.any_of):
        yield from _expect(answer, (*at, "any_of", i))


def _maybe(kind: str, node: Maybe, at: Where) -> Iterator[Part]:
    if node is not UNSET:
        yield kind, at, node

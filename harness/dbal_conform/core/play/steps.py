"""The kinds of steps: each is one function, and a row of `KINDS`."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from dbal_conform.core.binding import bind
from dbal_conform.core.messages import Fault, Json, Value
from dbal_conform.core.play.actions import Await, Launch, Pause
from dbal_conform.core.play.answers import received
from dbal_conform.core.play.calls import bound, perform, request_of
from dbal_conform.core.play.expectation import Expectation
from dbal_conform.core.play.flow import Flow, StoppedError
from dbal_conform.core.play.ground import control_step, set_clock, set_fault
from dbal_conform.core.play.judging import judged, same_again
from dbal_conform.core.play.race import race
from dbal_conform.core.play.raw import say_raw
from dbal_conform.core.play.relations import relate
from dbal_conform.core.play.stage import Asking, Handle, Stage, Waiting
from dbal_conform.core.suite import (
    Call,
    Check,
    Clock,
    Eventually,
    Expect,
    InjectFault,
    Join,
    Parallel,
    Raw,
    Start,
    Step,
    Sweep,
    Transaction,
)
from dbal_conform.core.verdict import Verdict

UNSET = msgspec.UNSET
FIRST_PAUSE_S: Final = 0.01  # between two tries; doubled each time
LONGEST_PAUSE_S: Final = 0.2


def take(stage: Stage, step: Step, place: str) -> Flow[Json | msgspec.UnsetType]:
    """Take one step; return what came of it, UNSET where nothing did.

    Raises:
        DeadError: no usable reply came.
        UnboundError: a reference names nothing.
        StoppedError: it cannot be done here.
    """
    return (yield from KINDS[type(step)](stage, step, place))


def asking_of(stage: Stage, call: Call, place: str) -> Flow[Asking]:
    """Return a call with everything put in."""
    args, meta = yield from bound(
        stage, lambda: (bind(call.args, stage.scope), bind(call.meta, stage.scope)), place
    )
    return Asking(
        step=place,
        method=call.call,
        expectation=expectation_of(stage, call.expect),
        requirements=stage.setting.proves(call.proves),
        args=_mapping(args),
        meta=_mapping(meta),
        actor=call.as_,
        transaction=call.in_,
    )


def expectation_of(stage: Stage, expect: Expect | None) -> Expectation:
    """Return what is expected; a call that its race counts is not judged by itself."""
    counted = expect is None and stage.counts
    return stage.setting.anything if counted else stage.setting.expectation(expect)


def _call(stage: Stage, call: Call, place: str) -> Flow[Json | msgspec.UnsetType]:
    asking = yield from asking_of(stage, call, place)
    outcome = yield from perform(stage, asking)
    if asking.expectation is stage.setting.anything:
        stage.counted.append(stage.outcomes[place])
    same_again(stage, asking, outcome)
    return _kept(stage, call.save, outcome)


def _kept(stage: Stage, save: str | None, outcome: Value | Fault) -> Json | msgspec.UnsetType:
    if isinstance(outcome, Fault):
        return UNSET
    if save is not None:
        stage.scope.names[save] = outcome.value
    return outcome.value


def _one_by_one(stage: Stage, step: Parallel, place: str) -> Flow[msgspec.UnsetType]:
    """Take the steps of branches in order, to see whether a capability is refused (rule 12)."""
    stage.counts, stage.scope.i = True, 0
    for name, steps in step.parallel.items():
        for number, inner in enumerate(steps, 1):
            yield from take(stage, inner, f"{place}.{name}.{number}")
    stage.counts, stage.scope.i = False, None
    return UNSET


def _start(stage: Stage, step: Start, place: str) -> Flow[msgspec.UnsetType]:
    asking = yield from asking_of(stage, step.call, place)
    if stage.missing:  # not left waiting: it is asked only whether it is refused
        anything = stage.setting.anything
        yield from perform(stage, msgspec.structs.replace(asking, expectation=anything))
        return UNSET
    request = request_of(stage, asking)
    stage.trail.overlap()
    stage.launched[step.name] = Waiting(asking, request)
    yield Launch(step.name, request, stage.time_left_s)
    return UNSET


def _join(stage: Stage, step: Join, place: str) -> Flow[Json | msgspec.UnsetType]:
    if step.name not in stage.launched:
        if stage.missing:
            return UNSET
        raise StoppedError(Verdict.HARNESS_ERROR, f"join: {step.name} was not started")
    waiting = stage.launched[step.name]
    answer, took_ms = yield Await(step.name, stage.time_left_s)
    asking = msgspec.structs.replace(
        waiting.asking,
        step=place,
        expectation=expectation_of(stage, step.expect),
        requirements=stage.setting.proves(step.proves),
    )
    came = received(stage, place, waiting.request, answer, took_ms)
    outcome = yield from judged(stage, asking, waiting.request, came, took_ms)
    stage.digests.clear()
    del stage.launched[step.name]
    if not stage.launched:
        stage.trail.settle()
    same_again(stage, asking, outcome)
    return _kept(stage, step.save, outcome)


def await_all(stage: Stage) -> Flow[None]:
    """Wait for calls that no step joins, so that they do not run on into the next world."""
    for name in list(stage.launched):
        yield from _join(
            stage, Join(name, expect=Expect(observe=True)), stage.launched[name].asking.step
        )


def _transaction(stage: Stage, step: Transaction, place: str) -> Flow[Json | msgspec.UnsetType]:
    actor = step.as_
    if step.action == "begin":
        args = {} if step.parent is None else {"parent": stage.handle(step.parent).tx}
    else:
        handle = stage.handle(step.name)
        args, actor = {"tx": handle.tx}, step.as_ or handle.actor
    asking = Asking(
        step=place,
        method=f"dbal.{step.action}",
        expectation=expectation_of(stage, step.expect),
        requirements=stage.setting.proves(step.proves),
        args={**args},
        actor=actor,
    )
    outcome = yield from perform(stage, asking)
    same_again(stage, asking, outcome)
    match outcome:
        case Value(value={"tx": str(tx)}):
            stage.handles[step.name] = Handle(tx, actor)
            stage.scope.names[step.name] = tx
        case _:
            pass
    return _kept(stage, None, outcome)


def _eventually(stage: Stage, step: Eventually, place: str) -> Flow[Json | msgspec.UnsetType]:
    ends_ms = stage.elapsed_ms + step.within_ms
    pause_s = FIRST_PAUSE_S
    while True:
        before = len(stage.notes.breaches)
        asking = yield from asking_of(stage, step.call, place)
        outcome = yield from perform(stage, asking)
        if stage.matched or stage.elapsed_ms >= ends_ms:
            same_again(stage, asking, outcome)
            return _kept(stage, step.call.save, outcome)
        breaches = stage.notes.breaches[before:]
        stage.notes.breaches[before:] = [breach for breach in breaches if breach.invariant]
        _, took_ms = yield Pause(pause_s)
        stage.elapsed_ms += max(took_ms, pause_s * 1000)  # ends also where a shell does not wait
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


def _mapping(bound_: Json) -> dict[str, Json]:
    if not isinstance(bound_, dict):
        raise StoppedError(Verdict.HARNESS_ERROR, "args and meta must be mappings")
    return bound_


def _sweep(stage: Stage, _step: Sweep, place: str) -> Flow[Json | msgspec.UnsetType]:
    return (yield from control_step(stage, "conformance.sweep", {}, place))


def _check(stage: Stage, step: Check, place: str) -> Flow[msgspec.UnsetType]:
    relate(stage, step, place)
    yield from ()
    return UNSET


def _parallel(stage: Stage, step: Parallel, place: str) -> Flow[Json | msgspec.UnsetType]:
    if stage.missing:
        return (yield from _one_by_one(stage, step, place))
    return (yield from race(stage, step, place, take))


KINDS: Final[dict[type[Step], Callable[[Stage, Any, str], Flow[Json | msgspec.UnsetType]]]] = {
    Call: _call,
    Parallel: _parallel,
    Start: _start,
    Join: _join,
    Transaction: _transaction,
    Clock: set_clock,
    InjectFault: set_fault,
    Eventually: _eventually,
    Raw: say_raw,
    Sweep: _sweep,
    Check: _check,
}

"""Steps that change what the target stands on: its clock, its database, its luck."""

from typing import Final

import msgspec

from dbal_conform.core.binding import bind
from dbal_conform.core.messages import Json, Value
from dbal_conform.core.play.actions import Environment, Mend, Unable
from dbal_conform.core.play.calls import bound
from dbal_conform.core.play.control import control, take_reading
from dbal_conform.core.play.flow import Flow, StoppedError
from dbal_conform.core.play.stage import Stage, Trap
from dbal_conform.core.suite import Clock, InjectFault
from dbal_conform.core.verdict import Mismatch, Verdict

UNSET = msgspec.UNSET
_HEALED: Final = frozenset({"resume", "restart", "restore"})


def set_clock(stage: Stage, step: Clock, place: str) -> Flow[Json | msgspec.UnsetType]:
    """Move or freeze the target's clock."""
    args: dict[str, Json] = {}
    if step.advance_ms is not None:
        args["advance"] = step.advance_ms
    if step.set is not UNSET:
        written = step.set
        args["set"] = yield from bound(stage, lambda: bind(written, stage.scope), place)
    if step.frozen is not None:
        args["frozen"] = step.frozen
    came = yield from control_step(stage, "conformance.clock", args, place)
    if came is not UNSET:
        take_reading(stage, Value(0, came), place)
    return came


def control_step(
    stage: Stage, method: str, args: dict[str, Json], place: str
) -> Flow[Json | msgspec.UnsetType]:
    """Make a call of `conformance.*` that the case asks for, and that must succeed."""
    stage.digests.clear()
    stage.notes.steps += 1
    outcome = yield from control(stage, method, args, place)
    if isinstance(outcome, Value):
        return outcome.value
    why = f"{method} failed with {outcome.name} where it had to succeed"
    stage.breach(Mismatch("", why, UNSET, outcome.details), place, stage.setting.covers)
    return UNSET


def set_fault(stage: Stage, step: InjectFault, place: str) -> Flow[Json | msgspec.UnsetType]:
    """Lay a trap: in the target, or in what it stands on."""
    if step.target is None:
        return (yield from _disturb(stage, step, place))
    args: dict[str, Json] = {"kind": step.target, "count": step.count}
    if step.method is not None:
        args["method"] = step.method
    if step.delay_ms is not None:
        args["delayMs"] = step.delay_ms
    came = yield from control_step(stage, "conformance.fault", args, place)
    stage.traps.append(Trap(place, step.method))
    return came


def _disturb(stage: Stage, step: InjectFault, place: str) -> Flow[msgspec.UnsetType]:
    action = Environment(step.database, step.network, step.connection, step.at, step.delay_ms)
    answer, took_ms = yield action
    stage.elapsed_ms += took_ms
    if isinstance(answer, Unable):
        raise StoppedError(Verdict.COULD_NOT_RUN, answer.reason)
    healed = step.at is None and (step.database in _HEALED or step.network in _HEALED)
    if step.connection is not None:
        stage.trail.certain = False
    else:
        stage.disturbed, stage.shaken = not healed, True
    if not healed:
        stage.traps.append(Trap(place, None))
    stage.digests.clear()
    return UNSET


def mend(stage: Stage) -> Flow[None]:
    """Leave database and network to the next world as this one found them.

    Raises:
        StoppedError: they cannot be mended, or a fault lay in wait where nothing came by.
    """
    if not stage.shaken:
        return
    answer, took_ms = yield Mend()
    stage.elapsed_ms += took_ms
    if isinstance(answer, Unable):
        # What was expected of a fault that never came shows nothing of the target.
        stage.notes.breaches[:] = [each for each in stage.notes.breaches if each.invariant]
        raise StoppedError(Verdict.COULD_NOT_RUN, answer.reason)

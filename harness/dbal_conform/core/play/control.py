"""Calls that the harness makes for itself, with the bootstrap token."""

import msgspec

from dbal_conform.core.invariants import tally
from dbal_conform.core.messages import Fault, Json, Request, Value
from dbal_conform.core.play.actions import Send
from dbal_conform.core.play.answers import received
from dbal_conform.core.play.expectation import plain
from dbal_conform.core.play.flow import Flow, StoppedError
from dbal_conform.core.play.listing import digest_of, listed, time_told
from dbal_conform.core.play.stage import SYSTEM, Digest, Stage
from dbal_conform.core.results import Report
from dbal_conform.core.verdict import Mismatch, Verdict


def control(stage: Stage, method: str, args: dict[str, Json], step: str) -> Flow[Value | Fault]:
    """Make one call of `conformance.*`, and hold its result against its form.

    Raises:
        DeadError: no usable reply came.
    """
    meta: dict[str, Json] = {"token": stage.setting.bootstrap_token}
    request = Request(next(stage.ids), method, args, meta)
    answer, took_ms = yield Send(request, stage.time_left_s)
    came = received(stage, step, request, answer, took_ms)
    if isinstance(came, Fault):
        return came
    report = Report(stage.asked(method, args, SYSTEM))
    value = stage.setting.judge.result(came.value, report)
    stage.notes.tally.evaluated[tally.RESULT] += 1
    stage.report(report, step)
    return Value(came.id, value)


def read_clock(stage: Stage, step: str) -> Flow[None]:
    """Put the time of the target's clock into the scope; asked for only if it may have moved.

    Raises:
        StoppedError: the target does not tell.
    """
    if stage.frozen_ms is not None:
        stage.scope.now_ms = stage.frozen_ms
        return
    if not stage.setting.controlled:
        stage.scope.now_ms = yield from time_told(stage, step)
        return
    outcome = yield from control(stage, "conformance.clock", {}, step)
    take_reading(stage, outcome, step)


def take_reading(stage: Stage, outcome: Value | Fault, step: str) -> None:
    """Take note of what `conformance.clock` has answered.

    Raises:
        StoppedError: that is no time.
    """
    match outcome:
        case Value(value={"now": int(now), "frozen": bool(frozen)}):
            stage.scope.now_ms = now
            stage.frozen_ms = now if frozen else None
        case _:
            mismatch = Mismatch("", "tells no time", actual=plain(outcome))
            stage.broken(msgspec.structs.replace(mismatch, requirement="CTL-CLOCK-001"), step)
            raise StoppedError(Verdict.FAIL, "conformance.clock tells no time")


def digest(stage: Stage, tx: str | None, step: str) -> Flow[Digest | None]:
    """Return the digest of all that is stored, as `tx` sees it; None where it cannot be had.

    A digest that still holds is not asked for again.
    """
    known = stage.digests.get(tx)
    if known is not None or not stage.sees_state:
        return known
    if not stage.setting.controlled:
        # A list beside an open transaction may wait for it, and none tells what it has written.
        rows = None if stage.handles else (yield from listed(stage, f"{step} digest"))
        if rows is not None:
            stage.digests[tx] = digest_of(rows)
        return stage.digests.get(tx)
    args: dict[str, Json] = {} if tx is None else {"tx": tx}
    outcome = yield from control(stage, "conformance.digest", args, f"{step} digest")
    if not isinstance(outcome, Value) or not isinstance(outcome.value, dict):
        return None
    stage.digests[tx] = outcome.value
    return outcome.value

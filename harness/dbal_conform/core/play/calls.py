"""One call: what goes out, what is judged of what comes, and what it did to the store."""

from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from dbal_conform.core.binding import ClockNeededError
from dbal_conform.core.invariants import tally
from dbal_conform.core.messages import Fault, Json, Request, Value
from dbal_conform.core.play.actions import Send
from dbal_conform.core.play.answers import received
from dbal_conform.core.play.control import digest, read_clock
from dbal_conform.core.play.flow import Flow
from dbal_conform.core.play.inversion import conclude, probing
from dbal_conform.core.play.judging import judged
from dbal_conform.core.play.stage import Asking, Digest, Stage
from dbal_conform.core.verdict import Mismatch

UNSET = msgspec.UNSET
T = TypeVar("T")
_ENDS_TRANSACTION: Final = frozenset({"DATABASE_ERROR", "TIMEOUT"})


def bound(stage: Stage, make: Callable[[], T], step: str) -> Flow[T]:
    """Return what `make` binds, the target's clock having been read if it asks for it.

    Raises:
        UnboundError: a reference names nothing.
    """
    stage.scope.now_ms = stage.frozen_ms
    try:
        return make()
    except ClockNeededError:
        yield from read_clock(stage, step)
        return make()


def perform(stage: Stage, asking: Asking) -> Flow[Value | Fault]:
    """Make one call, judge it, and see that a failure changed nothing.

    Raises:
        DeadError: no usable reply came.
        UnboundError: a reference in the expectation, the actor or transaction names nothing.
        ProbedError: it has shown whether an unclaimed capability is refused.
    """
    used, expectation = probing(stage, asking), asking.expectation
    if used:
        asking = msgspec.structs.replace(asking, expectation=stage.setting.anything)
    tx = None if asking.transaction is None else stage.handle(asking.transaction).tx
    if asking.expectation.foresees_failure:
        before = yield from digest(stage, tx, asking.step)
    else:
        before = stage.digests.get(tx)
    request = request_of(stage, asking)
    answer, took_ms = yield Send(request, stage.time_left_s)
    came = received(stage, asking.step, request, answer, took_ms)
    outcome = yield from judged(stage, asking, request, came, took_ms)
    yield from compare_states(stage, asking, outcome, tx, before)
    if used:
        conclude(stage, asking, used, outcome, expectation)
    return outcome


def request_of(stage: Stage, asking: Asking) -> Request:
    """Return the request of a call: with the actor's token, unless the author gave one (rule 8)."""
    meta: dict[str, Json] = {}
    token = stage.token(asking.actor)
    if token is not None:
        meta["token"] = token
    if asking.transaction is not None:
        meta["tx"] = stage.handle(asking.transaction).tx
    meta.update(asking.meta)
    if "tenant" in meta and meta["tenant"] is None:
        del meta["tenant"]  # rule 7
    stage.setting.secrets.plant_args(asking.method, asking.args)
    return Request(next(stage.ids), asking.method, asking.args, meta)


def compare_states(
    stage: Stage, asking: Asking, outcome: Value | Fault, tx: str | None, before: Digest | None
) -> Flow[None]:
    """See that a call, if it failed, changed nothing (rule 2)."""
    if isinstance(outcome, Value):
        if writes(stage, asking.method):
            stage.digests.clear()
            stage.timed_out.clear()
        return
    unknown = outcome.details.get("outcome") == "unknown"
    ended = tx is not None and (
        outcome.name in _ENDS_TRANSACTION or outcome.details.get("reason") == "write_conflict"
    )
    if unknown or ended or asking.method.startswith("conformance."):
        stage.digests.clear()
        return
    if outcome.name == "TIMEOUT" and tx is None and before is not None:
        stage.timed_out.append((asking, before))
    yield from same_state(stage, asking, tx, before)


def same_state(stage: Stage, asking: Asking, tx: str | None, before: Digest | None) -> Flow[None]:
    """See that all that is stored is as it was."""
    stage.digests.clear()
    if not asking.expectation.unchanged or stage.racing or stage.replays is not None:
        return
    after = None if before is None else (yield from digest(stage, tx, asking.step))
    if before is None or after is None:
        stage.notes.tally.could_not[tally.UNCHANGED] += 1
        return
    stage.notes.tally.evaluated[tally.UNCHANGED] += 1
    differ(stage, asking.step, before, after, "CALL-ATOM-001")


def writes(stage: Stage, method: str) -> bool:
    """Whether a call of `method` may change what is stored, or what a transaction sees of it."""
    operation = stage.setting.contract.operations.get(method)
    return operation is None or operation.writes or method.startswith("dbal.")


def differ(stage: Stage, step: str, before: Digest, after: Digest, requirement: str) -> None:
    """Note each entity whose rows are not what they were."""
    for entity in sorted(before.keys() | after.keys()):
        was, is_ = before.get(entity, UNSET), after.get(entity, UNSET)
        if was != is_:
            why = f"rows of {entity} were changed by a call that failed"
            stage.broken(Mismatch(f"/{entity}", why, was, is_, requirement), step)

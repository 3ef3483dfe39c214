"""A reply: held against its form, searched for secrets, matched with what was expected."""

from collections.abc import Iterable
from typing import Final

import msgspec

from dbal_conform.core.invariants import tally
from dbal_conform.core.messages import Fault, Json, Request, Value
from dbal_conform.core.play.control import read_clock
from dbal_conform.core.play.expectation import plain
from dbal_conform.core.play.flow import Flow, StoppedError
from dbal_conform.core.play.stage import ANONYMOUS, SYSTEM, Asking, Stage
from dbal_conform.core.play.trail import Left, is_audited
from dbal_conform.core.results import Report
from dbal_conform.core.verdict import Mismatch, Verdict

UNSET = msgspec.UNSET
LIMITED: Final = "RATE_LIMIT_EXCEEDED"
_MOVES_ROLES: Final = frozenset(
    {"User.update", "User.updateByField", "User.updateMany", "User.upsert"}
)


def judged(
    stage: Stage, asking: Asking, request: Request, came: Value | Fault, took_ms: float
) -> Flow[Value | Fault]:
    """Hold a reply against its form and its expectation; return it decoded."""
    outcome = formed(stage, asking, request.id, came)
    expectation = asking.expectation
    if expectation.asks_clock:
        yield from read_clock(stage, asking.step)
    context = stage.context(took_ms)
    expectation.apply(outcome, context, took_ms)
    if context.found:
        refuse_what_counts_on(stage, [name_of(outcome)])
    stage.matched = not context.found
    for mismatch in context.found:
        stage.breach(mismatch, asking.step, asking.requirements)
    if stage.replays is None:
        no_secret(stage, asking.step, outcome)
        if expectation.observes:
            _observe(stage, asking, outcome)
    _remember(stage, asking, outcome)
    leave(stage, asking, request.meta, outcome)
    return outcome


def refuse_what_counts_on(stage: Stage, names: Iterable[str]) -> None:
    """See that what came is not due to earlier trials, whose failures only a reset forgets.

    Raises:
        StoppedError: it may be.
    """
    if not stage.setting.controlled and LIMITED in names:
        why = "failures that earlier trials caused still count: only conformance.reset forgets them"
        raise StoppedError(Verdict.COULD_NOT_RUN, why)


def formed(stage: Stage, asking: Asking, request_id: int, came: Value | Fault) -> Value | Fault:
    """Hold a reply against its form; return it decoded."""
    report = Report(stage.asked(asking.method, asking.args, _actor(asking)))
    if came.id != request_id:
        why = "is not the id of the request"
        report.differ("/id", "RPC-MSG-002", why, request_id, came.id)
    judge = stage.setting.judge
    outcome: Value | Fault = came
    if isinstance(came, Fault):
        judge.fault(came, report)
    else:
        value = judge.result(came.value, report)
        outcome = came if value is came.value else Value(came.id, value)
    if stage.replays is None:
        _count(stage, asking.method, came, report)
        stage.report(report, asking.step)
    return outcome


def _count(stage: Stage, method: str, came: Value | Fault, report: Report) -> None:
    counts = stage.notes.tally
    counts.evaluated[tally.REPLY] += 1
    if isinstance(came, Fault):
        counts.evaluated[tally.ERROR] += 1
        return
    known = stage.setting.judge.knows(method)
    (counts.evaluated if known else counts.could_not)[tally.RESULT] += 1
    counts.evaluated[tally.PAGE] += report.pages


def _actor(asking: Asking) -> str | None:
    """Return who calls, None where the author gave a token of his own."""
    return None if "token" in asking.meta else asking.actor or ANONYMOUS


def no_secret(stage: Stage, step: str, outcome: Value | Fault) -> None:
    """See that nothing planted stands in a reply."""
    stage.notes.tally.evaluated[tally.SECRET] += 1
    found = stage.setting.secrets.found_in(plain(outcome))
    if found is None or stage.setting.secrets.said_openly(found[1], stage.sent()):
        return
    path, secret = found
    requirement = "ERR-SAFE-002" if isinstance(outcome, Fault) else "ACL-HIDE-001"
    why = "holds a secret that was planted"
    stage.broken(Mismatch(path, why, UNSET, secret, requirement), step)


def _observe(stage: Stage, asking: Asking, outcome: Value | Fault) -> None:
    if asking.expectation is not stage.setting.anything:
        ok = isinstance(outcome, Value)
        stage.notes.observed[asking.step + stage.mark] = {"ok" if ok else "error": plain(outcome)}


def name_of(outcome: Value | Fault) -> str:
    """Return `ok`, or the name of the error."""
    return "ok" if isinstance(outcome, Value) else outcome.name


def same_again(stage: Stage, asking: Asking, outcome: Value | Fault) -> None:
    """See that a replay goes as the first time, or it fails the trial (rule 1)."""
    first = None if stage.replays is None else stage.replays.get(asking.step)
    if stage.racing or first is None or first == name_of(outcome):
        return
    why = f"came to {name_of(outcome)} when replayed, to {first} the first time"
    mismatch = Mismatch("", why, first, name_of(outcome))
    stage.breach(mismatch, asking.step, asking.requirements, replayed=True)


def _remember(stage: Stage, asking: Asking, outcome: Value | Fault) -> None:
    """Keep what later steps may name or depend on."""
    stage.notes.steps += 1
    stage.outcomes[asking.step] = name_of(outcome)
    method = asking.method
    for trap in stage.traps:
        if trap.method in (None, method) and not method.startswith("conformance."):
            trap.struck = True
    if isinstance(outcome, Fault):
        stage.scope.prev = UNSET
        return
    stage.scope.prev = outcome.value
    if method in _MOVES_ROLES:
        stage.roles_moved = True
    elif method == "dbal.migrate" and asking.args.get("dryRun") is not True:
        stage.loose |= _migrated(asking.args.get("entities"))
    elif method.startswith("conformance."):
        _follow(stage, method, outcome.value)


def _migrated(entities: Json) -> frozenset[str]:
    given = entities if isinstance(entities, list) else []
    return frozenset(str(entity.get("entity")) for entity in given if isinstance(entity, dict))


def _follow(stage: Stage, method: str, value: Json) -> None:
    """Keep up with what the case itself does to clock and world."""
    match method, value:
        case "conformance.clock", {"now": int(now), "frozen": bool(frozen)}:
            stage.frozen_ms = now if frozen else None
        case "conformance.reset", _:
            stage.frozen_ms = None
            stage.trail.forget()  # reset empties the audit (CTL-RESET-001)
        case _:
            pass


# Answers that may come while it is still open who calls (check 2 of the order).
_BEFORE_IDENTITY = frozenset({"UNAUTHORIZED", "TIMEOUT"})


def leave(stage: Stage, asking: Asking, meta: dict[str, Json], outcome: Value | Fault) -> None:
    """Note the audit record that this call must have left."""
    contract = stage.setting.contract
    if not is_audited(contract, asking.method, outcome, stage.loose):
        return
    entity, _, operation = asking.method.partition(".")
    actor = _actor(asking)
    user: str | msgspec.UnsetType = UNSET
    if actor in (SYSTEM, ANONYMOUS):
        user = actor or UNSET
    elif actor is not None and isinstance(known := stage.scope.actors.get(actor), dict):
        user = str(known.get("id"))
    good = _meta_was_good(outcome)
    # Nor can a target tell who calls that cannot ask its database, or whose time was up before.
    unknown = not good or name_of(outcome) in _BEFORE_IDENTITY or stage.disturbed
    given = meta.get("requestId")
    request_id = given if isinstance(given, str) else None
    stage.trail.add(
        Left(
            step=asking.step,
            requirements=asking.requirements,
            operation=operation,
            entity=None if entity == "dbal" else entity,
            code=None if isinstance(outcome, Value) else outcome.name,
            user=UNSET if unknown else user,
            request_id=request_id if good else UNSET,
            pattern=asking.expectation.audit,
        )
    )


def _meta_was_good(outcome: Value | Fault) -> bool:
    """Whether the envelope was accepted (check 1 of the order); else nobody knows who calls."""
    if isinstance(outcome, Value):
        return True
    findings = outcome.details.get("fields")
    return outcome.code > 0 and not any(
        isinstance(item, dict) and str(item.get("field")).startswith("meta.")
        for item in (findings if isinstance(findings, list) else ())
    )

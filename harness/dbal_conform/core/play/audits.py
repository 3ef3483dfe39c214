"""Whether every call left one audit record, the right one (AUD-REC); fetched once a world."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec

from dbal_conform.core.invariants import tally
from dbal_conform.core.messages import Json, Value
from dbal_conform.core.patterns.context import below
from dbal_conform.core.play.control import control, read_clock
from dbal_conform.core.play.flow import Flow
from dbal_conform.core.play.stage import Stage
from dbal_conform.core.play.trail import Left
from dbal_conform.core.verdict import Mismatch

UNSET = msgspec.UNSET
_STEP: Final = "audit"
_TIME: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)", re.ASCII | re.IGNORECASE
)
_CITED: Final = {
    "operation": "AUD-REC-003",
    "entity": "AUD-REC-003",
    "success": "AUD-REC-004",
    "code": "AUD-REC-004",
    "user": "AUD-REC-002",
    "requestId": "AUD-REC-001",
    "securityIncident": "AUD-REC-007",
}

Record = dict[str, Json]


def check_trail(stage: Stage) -> Flow[None]:
    """Fetch the records of this world and hold them against the calls that were made.

    Raises:
        DeadError: no usable reply came.
        UnboundError: a reference in an `audit` pattern names nothing.
    """
    due = stage.trail.count
    if not due:
        return
    counts = stage.notes.tally
    records = None
    if stage.trail.certain and stage.setting.controlled and not stage.disturbed:
        records = yield from _records(stage)
    if records is None:
        counts.could_not[tally.AUDIT] += due
        return
    counts.evaluated[tally.AUDIT] += due
    lefts = [left for group in stage.trail.groups for left in group]
    if any(left.pattern is not None and left.pattern.asks_clock for left in lefts):
        yield from read_clock(stage, _STEP)
    _sound(stage, records)
    if len(records) != due:
        _miscounted(stage, records)
        return
    start = 0
    for group in stage.trail.groups:
        _compare(stage, group, records[start : start + len(group)], start)
        start += len(group)


def _records(stage: Stage) -> Flow[list[Record] | None]:
    outcome = yield from control(stage, "conformance.audit", {"since": 0}, _STEP)
    match outcome:
        case Value(value={"records": list(records)}):
            return [record for record in records if isinstance(record, dict)]
        case _:
            return None


def _sound(stage: Stage, records: Sequence[Record]) -> None:
    """See that the records come in order, tell the time, and hold no secret."""
    found = stage.setting.secrets.found_in(list(records))
    if found is not None and not stage.setting.secrets.said_openly(found[1], stage.sent()):
        why = "holds a secret that was planted"
        stage.broken(Mismatch(f"/records{found[0]}", why, UNSET, found[1], "AUD-REC-006"), _STEP)
    last = None
    for place, record in enumerate(records):
        seq, time = record.get("seq"), record.get("timestamp")
        if isinstance(seq, int) and last is not None and seq <= last:
            why = f"does not grow: {last} came before"
            path = f"/records/{place}/seq"
            stage.broken(Mismatch(path, why, UNSET, seq, "AUD-REC-008"), _STEP)
        last = seq if isinstance(seq, int) else last
        if not isinstance(time, str) or _TIME.fullmatch(time) is None:
            why = "is no time of RFC 3339 in UTC"
            path = f"/records/{place}/timestamp"
            stage.broken(Mismatch(path, why, UNSET, time, "AUD-REC-002"), _STEP)


def _miscounted(stage: Stage, records: Sequence[Record]) -> None:
    """Tell that records are missing or too many, and from which call on."""
    lefts = [left for group in stage.trail.groups for left in group]
    step = lefts[-1].step
    for left, record in zip(lefts, records, strict=False):
        if (left.operation, left.entity) != (record.get("operation"), record.get("entity")):
            step = left.step
            break
    why = f"{len(records)} audit records were left by {len(lefts)} calls"
    wanted: list[Json] = [_method(left.entity, left.operation) for left in lefts]
    came: list[Json] = [
        _method(record.get("entity"), record.get("operation")) for record in records
    ]
    stage.broken(Mismatch("/records", why, wanted, came, "AUD-REC-001"), step)


def _method(entity: Json, operation: Json) -> str:
    return f"{'dbal' if entity is None else entity}.{operation}"


def _compare(stage: Stage, group: Sequence[Left], records: Sequence[Record], start: int) -> None:
    if len(group) == 1:
        _compare_one(stage, group[0], records[0], f"/records/{start}")
        return
    wanted = Counter(_key(left.fields()) for left in group)
    came = Counter(_key(record) for record in records)
    for key in wanted - came:
        why = "a call that overlapped others left no such record"
        stage.broken(Mismatch("/records", why, list(key), requirement="AUD-REC-001"), group[0].step)
    for left in group:
        if left.pattern is None:
            continue
        trials = [stage.context() for _ in records]
        for record, trial in zip(records, trials, strict=True):
            left.pattern.apply(record, trial)
        if all(trial.found for trial in trials):
            why = "no record of the calls that overlapped matches"
            stage.breach(Mismatch("/records", why), left.step, left.requirements)


def _key(record: Record) -> tuple[str, ...]:
    return tuple(str(record.get(name)) for name in ("operation", "entity", "success", "code"))


def _compare_one(stage: Stage, left: Left, record: Record, path: str) -> None:
    for name, wanted in left.fields().items():
        if name in record and record[name] != wanted:
            mismatch = Mismatch(
                below(path, name), "differs in the audit record", wanted, record[name], _CITED[name]
            )
            stage.broken(mismatch, left.step)
    if left.pattern is not None:
        context = stage.context()
        left.pattern.apply(record, context, path)
        for mismatch in context.found:
            stage.breach(mismatch, left.step, left.requirements)

"""Messages outside the client's grammar, and what must come of them."""

import json
from typing import Final

import msgspec

from dbal_conform.core.binding import bind
from dbal_conform.core.messages import Fault, Json, RawReply, RawRequest, Silence, Value
from dbal_conform.core.patterns import Context, Pattern
from dbal_conform.core.play.actions import SendRaw
from dbal_conform.core.play.calls import bound, compare_states, same_state
from dbal_conform.core.play.control import digest
from dbal_conform.core.play.flow import DeadError, Flow
from dbal_conform.core.play.judging import formed, leave, name_of, no_secret
from dbal_conform.core.play.notes import Line
from dbal_conform.core.play.stage import Asking, Stage
from dbal_conform.core.suite import Expect, Raw

UNSET = msgspec.UNSET
_TEXT: Final = frozenset({"json", "line"})
_SEVERAL: Final = frozenset({"frames", "grpc"})  # may be calls of which no record is known


def say_raw(stage: Stage, step: Raw, place: str) -> Flow[Json | msgspec.UnsetType]:
    """Send one raw message and judge what came; return its JSON, UNSET where none came.

    Raises:
        DeadError: the target died or hung.
        UnboundError: a reference names nothing.
    """
    payload = yield from bound(stage, lambda: bind(step.payload, stage.scope), place)
    before = yield from digest(stage, None, place)
    request = RawRequest(next(stage.ids), step.kind, payload, _quiet_ms(step.expect))
    answer, took_ms = yield SendRaw(request, stage.time_left_s)
    stage.elapsed_ms += took_ms
    stage.notes.steps += 1
    stage.notes.transcript.append(Line(place + stage.mark, request, answer, took_ms))
    if isinstance(answer, Silence):
        raise DeadError(answer)
    _spring(stage, payload)
    if step.kind in _SEVERAL:
        stage.trail.certain = False
    reply: RawReply = answer
    expect = step.expect or Expect()
    if stage.replays is None:
        _judge(stage, step, expect, reply, place)
    asking = _asking(stage, step, payload, place)
    outcome = _outcome(reply)
    if outcome is None:
        stage.trail.certain = stage.trail.certain and _is_one(step, reply)
        if reply.grpc_code == "OK" or isinstance(reply.json, list):
            stage.digests.clear()  # it was served, or part of it was
        else:
            yield from same_state(stage, asking, None, before)
    else:
        formed(stage, asking, outcome.id, outcome)
        no_secret(stage, place, outcome)
        leave(stage, asking, asking.meta, outcome)
        stage.outcomes[place] = name_of(outcome)
        yield from compare_states(stage, asking, outcome, None, before)
    if step.save is not None and reply.json is not UNSET:
        stage.scope.names[step.save] = reply.json
    return reply.json


def _quiet_ms(expect: Expect | None) -> int | None:
    """Return for how long nothing may come, where that is what is expected."""
    for answer in () if expect is None else (expect, *expect.any_of):
        match answer.raw:
            case {"silence": int(quiet_ms)}:
                return quiet_ms
            case _:
                continue
    return None


def _is_one(step: Raw, reply: RawReply) -> bool:
    """Whether what got no reply of a call was one message, of which nobody keeps a record."""
    return step.kind in _TEXT and not isinstance(reply.json, list)


def _spring(stage: Stage, payload: Json) -> None:
    """Take note of the traps that this message has run into, as far as can be seen from it."""
    text = json.dumps(payload)
    for trap in stage.traps:
        if trap.method is None or trap.method in text:
            trap.struck = True


def _judge(stage: Stage, step: Raw, expect: Expect, reply: RawReply, place: str) -> None:
    came = _as_json(reply)
    context = stage.context()
    if expect.observe:
        stage.notes.observed[place + stage.mark] = came
    elif expect.any_of:
        if not any(_holds(option, came, context) for option in expect.any_of):
            context.differ("", "is none of the answers that are right", UNSET, came)
    else:
        _apply(expect, came, context)
    for mismatch in context.found:
        stage.breach(mismatch, place, stage.setting.proves(step.proves))


def _holds(expect: Expect, came: Json, context: Context) -> bool:
    trial = context.trial()
    _apply(expect, came, trial)
    return not trial.found


def _apply(expect: Expect, came: Json, context: Context) -> None:
    pattern = expect.raw
    if not isinstance(pattern, dict):
        return
    wanted = dict(pattern)
    if "silence" in wanted:  # at least so long
        wanted["silence"] = {"$gte": wanted["silence"]}
    Pattern(wanted).apply(came, context)


def _as_json(reply: RawReply) -> dict[str, Json]:
    """Return what came under the names that an expectation gives its parts."""
    came: dict[str, Json] = {}
    if reply.json is not UNSET:
        came["json"] = reply.json
    if reply.http_status is not None:
        came["http"] = {"status": reply.http_status, "headers": {**reply.http_headers}}
    if reply.close_code is not None:
        came["close"] = {"code": reply.close_code}
    if reply.grpc_code is not None:
        details = {} if reply.grpc_details is UNSET else {"details": reply.grpc_details}
        came["status"] = {"code": reply.grpc_code, **details}
    if reply.silent_ms is not None:
        came["silence"] = reply.silent_ms
    return came


def _outcome(reply: RawReply) -> Value | Fault | None:
    """Return the reply as that of a call, None where it has not that form."""
    match reply.json:
        case {"jsonrpc": "2.0", "id": _, "result": result}:
            return Value(reply.id, result)
        case {
            "jsonrpc": "2.0",
            "id": _,
            "error": {
                "code": int(code),
                "message": str(message),
                "data": {"name": str(name), "details": dict(details), "retryable": bool(retryable)},
            },
        }:
            return Fault(reply.id, name, code, retryable, details, message)
        case _:
            return None


def _asking(stage: Stage, step: Raw, payload: Json, place: str) -> Asking:
    """Return what the message asked for, as far as it can be read; `` is a method nobody knows."""
    method, params = "", {}
    match _parsed(payload):
        case {"method": str(named), "params": dict(given)}:
            method, params = named, given
        case {"method": str(named)}:
            method = named
        case _:
            pass
    meta = params.get("meta")
    told: dict[str, Json] = dict(meta) if isinstance(meta, dict) else {}
    return Asking(
        place,
        method,
        stage.setting.raw_expectation(step.expect),
        stage.setting.proves(step.proves),
        {name: value for name, value in params.items() if name != "meta"},
        {"token": None, **told},  # whose it is, only the message knows
    )


def _parsed(payload: Json) -> object:
    text = payload.get("body") if isinstance(payload, dict) else payload
    try:
        return json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None

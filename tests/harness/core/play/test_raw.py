from typing import Any

import pytest
from tests.harness.core.play.scripted import DONE, Scripted, fault, play, row
from tests.harness.core.play.written import call, written

from dbal_conform.core.messages import Json, RawReply, Silence, Value
from dbal_conform.core.play.actions import SendRaw
from dbal_conform.core.verdict import TrialResult, Verdict

HELLO = '{"jsonrpc":"2.0","id":1,"method":"Post.count","params":{"meta":{"requestId":"r"}}}'
NEEDS = ["transport.json", "transport.http", "transport.websocket", "transport.grpc"]


def answer(error: Json = None, result: Json = None) -> Json:
    head: dict[str, Json] = {"jsonrpc": "2.0", "id": 1}
    return {**head, "result": result} if error is None else {**head, "error": error}


def refusal(reason: str, code: int) -> Json:
    data: Json = {"name": "VALIDATION_ERROR", "details": {"reason": reason}, "retryable": False}
    return {"code": code, "message": "no", "data": data}


def said(raw: dict[str, Any], expect: dict[str, Any], reply: Any, **members: Any) -> TrialResult:  # noqa: ANN401 -- as a step
    digests = members.pop("digests", [])
    control: Any = {
        "conformance.digest": [Value(0, {"Post": {"count": n, "sha256": "x"}}) for n in digests]
    }
    case = written({"raw": raw, "expect": expect, **members}, needs=["transport.json"])
    return play(case, Scripted([reply], control=control), offers=NEEDS)


@pytest.mark.parametrize(
    ("raw", "expect", "reply"),
    [
        ({"http": {"method": "GET", "path": "/rpc"}},
         {"http": {"status": 405, "headers": {"allow": "POST"}}},
         RawReply(0, http_status=405, http_headers={"allow": "POST", "date": "x"})),
        ({"frames": [{"close": 1000}]}, {"close": {"code": 1000}}, RawReply(0, close_code=1000)),
        ({"grpc": {"method": "Call", "message": {}}}, {"status": {"code": "OK"}},
         RawReply(0, grpc_code="OK")),
        ({"grpc": {"method": "Call", "message": {}}},
         {"status": {"code": "ABORTED", "details": [1]}},
         RawReply(0, grpc_code="ABORTED", grpc_details=[1])),
        ({"json": "{"}, {"any_of": [{"json": {"id": 7}}, {"json": {"id": None}}]},
         RawReply(0, json={"id": None})),
        ({"json": "{"}, {"observe": True}, RawReply(0, json=7)),
        ({"json": "[" * 5000}, {"json": {"id": 1}},
         RawReply(0, json=answer(refusal("parse_error", -32700)))),
    ],
)  # fmt: skip
def test_what_came_is_judged_by_its_kind(
    raw: dict[str, Any], expect: dict[str, Any], reply: RawReply
) -> None:
    result = said(raw, expect, reply)
    assert result.verdict is Verdict.PASS, result


def test_none_of_several_answers() -> None:
    expect = {"any_of": [{"json": 1}, {"json": 2}]}
    result = said({"json": "{}"}, expect, RawReply(0, json=3))
    assert [miss.why for miss in result.mismatches] == ["is none of the answers that are right"]


def test_a_silence_shorter_than_asked_for() -> None:
    result = said({"json": "{}"}, {"silence": "200ms"}, RawReply(0, silent_ms=150))
    assert [miss.path for miss in result.mismatches] == ["/silence"]


def test_a_shell_is_told_for_how_long_nothing_may_come() -> None:
    nothing = RawReply(0, silent_ms=200)
    cases: list[tuple[dict[str, Any], RawReply, int | None]] = [
        ({"silence": "200ms"}, nothing, 200),
        ({"any_of": [{"close": {"code": 1}}, {"silence": "200ms"}]}, nothing, 200),
        ({"json": 1}, RawReply(0, json=1), None),
        ({"observe": True}, nothing, None),
    ]
    for expect, reply, quiet_ms in cases:
        target = Scripted([reply])
        step = {"raw": {"json": "{}"}, "expect": expect}
        assert play(written(step, needs=["transport.json"]), target, offers=NEEDS).verdict in (
            Verdict.PASS,
            Verdict.OBSERVED,
        )
        (sent,) = (each.request for each in target.actions if isinstance(each, SendRaw))
        assert sent.quiet_ms == quiet_ms


def test_a_target_that_dies_of_it() -> None:
    result = said({"json": "{}"}, {"json": 1}, Silence(0, "crash", "died"))
    assert (result.verdict, result.reason) == (Verdict.CRASH, "died")


def test_invariants_hold_where_the_reply_is_one() -> None:
    bad = {**row("Post"), "pin": 1}
    text = '{"jsonrpc":"2.0","id":1,"method":"Post.read","params":{"id":"a"}}'
    result = said({"json": text}, {"json": {"id": 1}}, RawReply(0, json=answer(result=bad)))
    assert "CPT-TOL-004" in {miss.requirement for miss in result.mismatches}


def test_a_message_that_was_refused_changed_nothing() -> None:
    reply = RawReply(0, json=answer(refusal("parse_error", -32700)))
    assert said({"json": "{"}, {"json": {"id": 1}}, reply, digests=[1, 2]).broken == (
        "CALL-ATOM-001",
    )
    expect = {"json": {"id": 1}, "unchanged": False}
    assert said({"json": "{"}, expect, reply, digests=[1, 2]).verdict is Verdict.PASS


def test_what_got_no_reply_changed_nothing_either() -> None:
    reply = RawReply(0, close_code=1007)
    raw = {"frames": [{"binary": "00"}]}
    result = said(raw, {"close": {"code": 1007}}, reply, digests=[1, 2])
    assert result.broken == ("CALL-ATOM-001",)


def test_a_call_by_raw_message_leaves_its_record() -> None:
    reply = RawReply(0, json=answer(result=3))
    result = said({"json": HELLO}, {"json": {"result": 3}}, reply)
    # The script's target records no raw messages, so here one record is missing.
    assert [miss.requirement for miss in result.mismatches] == ["AUD-REC-001"]
    params = HELLO.replace('{"meta":{"requestId":"r"}}', "[]")
    refused = RawReply(0, json=answer(refusal("invalid_params", -32602)))
    result = said({"json": params}, {"json": {"id": 1}}, refused)
    assert [miss.requirement for miss in result.mismatches] == ["AUD-REC-001"]


def test_an_envelope_that_was_refused_leaves_no_record() -> None:
    reply = RawReply(0, json=answer(refusal("invalid_request", -32600)))
    result = said({"json": HELLO}, {"json": {"id": 1}}, reply)
    assert (result.verdict, result.invariants["audit"]) == (Verdict.PASS, (0, 0))


def test_after_a_message_that_nobody_can_read_records_are_not_counted() -> None:
    raw = {"raw": {"frames": [{"ping": "x"}]}, "expect": {"observe": True}}
    case = written(raw, call("Post.count"))
    result = play(case, Scripted([RawReply(0), Value(0, 1)]), offers=NEEDS)
    assert (result.verdict, result.invariants["audit"]) == (Verdict.PASS, (0, 1))


@pytest.mark.parametrize(
    ("raw", "expect", "reply"),
    [
        ({"line": "a\nb"}, {"json": [1, 2]}, RawReply(0, json=[1, 2])),
        ({"grpc": {"method": "Call", "message": {}}}, {"status": {"code": "OK"}},
         RawReply(0, json={}, grpc_code="OK")),
    ],
)  # fmt: skip
def test_what_was_served_may_have_changed_something_and_left_a_record(
    raw: dict[str, Any], expect: dict[str, Any], reply: RawReply
) -> None:
    step = {"raw": raw, "expect": expect}
    digests: Any = [Value(0, {"Post": {"count": n, "sha256": "x"}}) for n in (1, 2)]
    target = Scripted([reply, Value(0, 1)], control={"conformance.digest": digests})
    result = play(written(step, call("Post.count")), target, offers=[*NEEDS, "transport.stdio"])
    assert (result.verdict, result.invariants["audit"]) == (Verdict.PASS, (0, 1))


def test_the_body_of_an_http_request_is_the_call_that_it_makes() -> None:
    raw = {"http": {"method": "POST", "path": "/rpc", "body": HELLO}}
    reply = RawReply(0, json=answer(result=3), http_status=200)
    result = said(raw, {"json": {"result": 3}}, reply)
    assert [miss.requirement for miss in result.mismatches] == ["AUD-REC-001"]  # as above


@pytest.mark.parametrize(
    ("method", "verdict"), [("Post.count", Verdict.PASS), ("Post.list", Verdict.HARNESS_ERROR)]
)
def test_a_raw_message_runs_into_the_fault_of_its_method(method: str, verdict: Verdict) -> None:
    trap = {"fault": {"target": "slow", "method": method, "delay": "1s"}}
    step = {"raw": {"frames": [{"text": HELLO}]}, "expect": {"json": {"result": 3}}}
    target = Scripted([RawReply(0, json=answer(result=3))])
    assert play(written(trap, step), target, offers=NEEDS).verdict is verdict


def test_a_replay_says_it_again_unjudged() -> None:
    twin = {"error": "NOT_FOUND", "twin": {"args": {"id": "b"}}}
    steps: list[dict[str, Any]] = [
        {"raw": {"json": "{"}, "save": "r", "expect": {"json": {"n": 1}}},
        call("Post.read", args={"id": "$r.n"}, expect=twin),
    ]
    replies: list[Any] = [
        RawReply(0, json={"n": 1}),
        fault("NOT_FOUND"),
        RawReply(0, json={"n": 2}),
        Value(0, row("Post")),
    ]
    result = play(written(*steps, needs=["transport.json"]), Scripted(replies), offers=NEEDS)
    assert result.verdict is Verdict.PASS, result


def test_a_save_of_what_did_not_come_is_not_bound() -> None:
    steps: list[dict[str, Any]] = [
        {"raw": {"frames": [{"ping": "x"}]}, "save": "r", "expect": {"observe": True}},
        call("Post.read", args={"id": "$r"}),
    ]
    result = play(written(*steps), Scripted([RawReply(0)]), offers=NEEDS)
    assert (result.verdict, "$r cannot be bound" in result.reason) == (Verdict.FAIL, True)


def test_a_successful_raw_write_makes_digests_stale() -> None:
    text = '{"jsonrpc":"2.0","id":1,"method":"Post.create","params":{"data":{"title":"x"}}}'
    steps: list[dict[str, Any]] = [
        {"raw": {"json": text}, "expect": {"json": {"id": 1}}},
        call(
            "Post.read",
            args={"id": "a"},
            expect={"error": "NOT_FOUND", "twin": "none", "because": "x"},
        ),
    ]
    digests: Any = [Value(0, {"Post": {"count": n, "sha256": "x"}}) for n in (0, 1, 1)]
    target = Scripted(
        [RawReply(0, json=answer(result=row("Post"))), fault("NOT_FOUND")],
        control={"conformance.digest": digests, "conformance.audit": [fault("INTERNAL_ERROR")]},
    )
    assert play(written(*steps), target, offers=NEEDS).verdict is Verdict.PASS


def test_a_raw_message_of_which_nothing_is_expected() -> None:
    assert said({"json": "{}"}, {"unchanged": False}, RawReply(0, json=1)).verdict is Verdict.PASS


def test_a_secret_said_in_a_raw_message_is_no_open_word() -> None:
    steps = [
        call("Credential.set", args={"username": "bob", "password": "correct horse"}),
        {"raw": {"json": "correct horse"}, "expect": {"observe": True}},
        call("User.read", args={"id": "a"}),
    ]
    replies: list[Any] = [
        DONE,
        RawReply(0, json=1),
        Value(0, row("User", bio="correct horse")),
    ]
    result = play(written(*steps, needs=["transport.json"]), Scripted(replies), offers=NEEDS)
    assert result.broken == ("ACL-HIDE-001",)

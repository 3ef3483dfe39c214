from typing import Any

import pytest
from tests.harness.core.play.scripted import NOW, Scripted, fault, play
from tests.harness.core.play.written import call, refused, written

from dbal_conform.core.messages import Json, Outcome, Value
from dbal_conform.core.verdict import TrialResult, Verdict

GOOD: dict[str, Json] = {
    "seq": 1, "timestamp": "2026-01-01T00:00:00.000Z", "user": "system", "role": None,
    "tenant": None, "operation": "count", "entity": "Post", "id": None, "success": True,
    "code": None, "requestId": None, "securityIncident": False,
}  # fmt: skip
COUNT = call("Post.count")


def audited(*records: Json, steps: list[dict[str, Any]], replies: list[Outcome]) -> TrialResult:
    told = Value(0, {"records": list(records), "next": len(records)})
    return play(written(*steps), Scripted(replies, control={"conformance.audit": [told]}))


def requirements(result: TrialResult) -> list[str]:
    return [miss.requirement for miss in result.mismatches]


def test_records_grow_in_seq() -> None:
    result = audited(GOOD, GOOD, steps=[COUNT, COUNT], replies=[Value(0, 1), Value(0, 1)])
    assert requirements(result) == ["AUD-REC-008"]


@pytest.mark.parametrize("seq", [None, "1"])
def test_a_seq_that_is_no_number_is_told_by_its_form(seq: Json) -> None:
    second = {**GOOD, "seq": 2}
    result = audited({**GOOD, "seq": seq}, second, steps=[COUNT, COUNT], replies=[Value(0, 1)] * 2)
    assert requirements(result) == ["CPT-TOL-004"]


def test_a_record_too_many_is_told_at_the_last_call() -> None:
    second = {**GOOD, "seq": 2}
    result = audited(GOOD, second, steps=[COUNT], replies=[Value(0, 1)])
    assert [(miss.why, miss.step) for miss in result.mismatches] == [
        ("2 audit records were left by 1 calls", "1")
    ]


def test_what_is_no_record_is_told() -> None:
    result = audited(7, steps=[COUNT], replies=[Value(0, 1)])
    assert requirements(result) == ["AUD-REC-001", "AUD-REC-001"]


@pytest.mark.parametrize(
    "answer", [fault("INTERNAL_ERROR"), Value(0, {"records": None, "next": 0})]
)
def test_an_audit_that_cannot_be_had_is_counted(answer: Outcome) -> None:
    target = Scripted([Value(0, 1)], control={"conformance.audit": [answer]})
    assert play(written(COUNT), target).invariants["audit"] == (0, 1)


def test_no_audit_is_fetched_where_nothing_was_called() -> None:
    target = Scripted()
    play(written({"sweep": True}), target)
    assert [request.method for request in target.seen] == ["conformance.reset", "conformance.sweep"]


def test_a_pattern_may_ask_for_the_time() -> None:
    step = call("Post.count", expect={"audit": {"id": {"$gte": {"$now": "-1s"}}}})
    result = audited({**GOOD, "id": NOW}, steps=[step], replies=[Value(0, 1)])
    assert result.verdict is Verdict.PASS


def test_who_called_is_not_judged_where_nobody_can_know() -> None:
    expect = refused("VALIDATION_ERROR", fields={"meta.odd": "unknown_field"})
    step = call("Post.count", meta={"odd": 1, "requestId": "r"}, expect=expect)
    error = fault("VALIDATION_ERROR", fields={"meta.odd": "unknown_field"})
    record = {**GOOD, "user": "anonymous", "success": False, "code": "VALIDATION_ERROR"}
    assert audited(record, steps=[step], replies=[error]).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("name", "verdict"),
    [("TIMEOUT", Verdict.PASS), ("UNAUTHORIZED", Verdict.PASS), ("NOT_FOUND", Verdict.FAIL)],
)
def test_who_called_is_open_where_the_answer_may_come_before_it_is_known(
    name: str, verdict: Verdict
) -> None:
    step = call("Post.count", expect=refused(name))
    record = {**GOOD, "user": "anonymous", "success": False, "code": name}
    assert audited(record, steps=[step], replies=[fault(name)]).verdict is verdict


def test_calls_that_raced_are_matched_by_count() -> None:
    race = {
        "parallel": {
            "a": [call("Post.count", expect={"ok": 1, "audit": {"entity": "Post"}})],
            "b": [call("User.count", expect={"ok": 2, "audit": {"entity": "User", "tenant": "x"}})],
        }
    }
    other = {**GOOD, "seq": 2, "entity": "User"}
    result = audited(
        other | {"seq": 1}, {**GOOD, "seq": 2}, steps=[race], replies=[Value(0, 1), Value(0, 2)]
    )
    assert [(miss.why, miss.step) for miss in result.mismatches] == [
        ("no record of the calls that overlapped matches", "1.b.1")
    ]
    result = audited(GOOD, {**GOOD, "seq": 2}, steps=[race], replies=[Value(0, 1), Value(0, 2)])
    assert requirements(result) == ["AUD-REC-001", "GEN-READ-001"]


def test_a_race_while_a_call_waits_is_one_group() -> None:
    steps: list[dict[str, Any]] = [
        {"start": call("Session.count"), "name": "p"},
        {"parallel": {"a": [COUNT], "b": [call("User.count")]}},
        {"join": "p"},
    ]
    target = Scripted([Value(0, 1), Value(0, 1), Value(0, 1)])
    result = play(written(*steps, needs=["connections"]), target, offers=["connections"])
    assert (result.verdict, result.invariants["audit"]) == (Verdict.PASS, (3, 0))


def test_unknown_methods_and_hello_leave_no_record() -> None:
    expect = refused("VALIDATION_ERROR", reason="method_not_found")
    steps = [call("User.nope", expect=expect), call("User.other", expect={"observe": True}), COUNT]
    unknown = fault("VALIDATION_ERROR", reason="method_not_found", code=-32601)
    target = Scripted([unknown, Value(0, "odd"), Value(0, 1)])
    result = play(written(*steps), target)
    assert result.invariants["audit"] == (1, 0)
    assert result.invariants["result"][1] == 1  # nobody knows the form of what User.other answers


MIGRATE = call("dbal.migrate", args={"entities": [{"entity": "Ticket"}]})
MIGRATED = Value(0, {"changes": [{"entity": "Ticket", "change": "add_entity"}], "applied": True})
OF_MIGRATE = {**GOOD, "operation": "migrate", "entity": None}


def test_calls_of_an_entity_that_was_migrated_leave_records() -> None:
    of_ticket = {**GOOD, "seq": 2, "entity": "Ticket"}
    steps = [MIGRATE, call("Ticket.count")]
    replies: list[Outcome] = [MIGRATED, Value(0, 0)]
    assert audited(OF_MIGRATE, of_ticket, steps=steps, replies=replies).verdict is Verdict.PASS
    told = audited(OF_MIGRATE, steps=steps, replies=replies)
    assert requirements(told) == ["AUD-REC-001"]


def test_calls_of_an_entity_that_is_not_there_leave_none() -> None:
    unknown = fault("VALIDATION_ERROR", code=-32601, reason="method_not_found")
    expect = refused("VALIDATION_ERROR", reason="method_not_found")
    steps = [call("Ticket.count", expect=expect), COUNT]
    assert audited(GOOD, steps=steps, replies=[unknown, Value(0, 1)]).verdict is Verdict.PASS

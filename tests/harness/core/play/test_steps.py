from typing import Any, get_args

import pytest
from tests.harness.core.play.scripted import NOW, Scripted, fault, play, row, uuid
from tests.harness.core.play.written import call, refused, written

from dbal_conform.core.messages import RawReply, Silence, Value
from dbal_conform.core.play.actions import Environment, Launch, Mend, Pause, Race
from dbal_conform.core.play.steps import KINDS
from dbal_conform.core.suite import Step
from dbal_conform.core.verdict import Verdict

COUNT = "Post.count"


def test_every_kind_of_step_is_known() -> None:
    assert set(KINDS) == set(get_args(Step))


def test_the_clock_is_read_only_where_it_may_have_moved() -> None:
    target = Scripted([Value(0, row("User", createdAt=NOW))] * 3)
    read = call("User.read", args={"id": "a"}, expect={"ok": {"createdAt": "$now"}})
    play(
        written({"clock": {"frozen": True}}, read, call("User.read", args={"id": "a"}), read),
        target,
    )
    assert [r.method for r in target.seen].count("conformance.clock") == 1


def test_a_clock_that_runs_is_read_anew_for_each_call_that_asks() -> None:
    target = Scripted([Value(0, 1), Value(0, 1)])
    counted = call(COUNT, args={"filter": {"views": {"gt": {"$now": "-1h"}}}})
    play(written(counted, counted | {"args": {"filter": {"views": {"lt": "$now"}}}}), target)
    assert [r.method for r in target.seen].count("conformance.clock") == 2
    asked = [r for r in target.seen if r.method == COUNT]
    assert asked[0].args == {"filter": {"views": {"gt": NOW - 3_600_000}}}


def test_a_case_that_moves_the_clock_by_a_call_is_followed() -> None:
    target = Scripted([Value(0, row("User", createdAt=NOW + 5000))])
    steps = [
        call("conformance.clock", args={"frozen": True, "advance": 5000}),
        call("User.read", args={"id": "a"}, expect={"ok": {"createdAt": "$now"}}),
    ]
    assert play(written(*steps), target).verdict is Verdict.PASS
    assert [r.method for r in target.seen].count("conformance.clock") == 1


@pytest.mark.parametrize("told", [Value(0, {"now": "noon", "frozen": False}), fault("FORBIDDEN")])
def test_a_clock_that_tells_no_time_fails_the_trial(told: Value) -> None:
    target = Scripted([], control={"conformance.clock": [told]})
    result = play(written(call(COUNT, args={"limit": "$now"})), target)
    assert result.verdict is Verdict.FAIL
    assert "CTL-CLOCK-001" in result.broken


def test_a_control_step_that_is_refused_fails_the_case() -> None:
    target = Scripted([Value(0, 1)], control={"conformance.sweep": [fault("FORBIDDEN")]})
    result = play(written({"sweep": True}, call(COUNT)), target)
    assert [miss.why for miss in result.mismatches] == [
        "conformance.sweep failed with FORBIDDEN where it had to succeed"
    ]


def test_a_refused_clock_step_leaves_the_time_unknown() -> None:
    target = Scripted(
        [], control={"conformance.clock": [fault("VALIDATION_ERROR", fields={"set": "min"})]}
    )
    result = play(written({"clock": {"set": 1}}), target)
    assert result.verdict is Verdict.FAIL


def test_faults_of_the_target_are_laid_by_conformance() -> None:
    target = Scripted([fault("TIMEOUT")])
    steps: list[dict[str, Any]] = [
        {"fault": {"target": "slow", "delay": "2s"}},
        call(COUNT, expect={"error": "TIMEOUT"}),
    ]
    assert play(written(*steps), target).verdict is Verdict.PASS
    laid = next(r for r in target.seen if r.method == "conformance.fault")
    assert laid.args == {"kind": "slow", "count": 1, "delayMs": 2000}


def test_faults_of_the_ground_are_asked_of_the_shell() -> None:
    target = Scripted([fault("DATABASE_ERROR"), Value(0, 1), Value(0, 1)])
    steps: list[dict[str, Any]] = [
        {"fault": {"database": "pause"}},
        call(COUNT, expect={"error": "DATABASE_ERROR"}),
        {"fault": {"database": "resume"}},
        call(COUNT),
        {"fault": {"connection": "drop"}},
        call(COUNT),
    ]
    case = written(*steps, needs=["faults.database"])
    result = play(case, target, offers=["faults.database", "connections", "faults.network"])
    assert result.verdict is Verdict.PASS, result
    asked = [action for action in target.actions if isinstance(action, Environment)]
    assert [(fault_.database, fault_.connection) for fault_ in asked] == [
        ("pause", None), ("resume", None), (None, "drop"),
    ]  # fmt: skip
    assert result.invariants["unchanged"] == (0, 1)  # no digest while the database is away
    assert result.invariants["audit"] == (0, 3)  # a dropped connection may have taken a call along


def test_a_ground_that_is_not_healed_has_no_audit() -> None:
    steps: list[dict[str, Any]] = [
        {"fault": {"network": "cut"}},
        call(COUNT, expect={"error": "DATABASE_ERROR"}),
    ]
    target = Scripted([fault("DATABASE_ERROR")])
    result = play(written(*steps), target, offers=["faults.network"])
    assert (result.verdict, result.invariants["audit"]) == (Verdict.PASS, (0, 1))


def test_retries_pause_longer_and_longer() -> None:
    target = Scripted([Value(0, 9)] * 7 + [Value(0, 0)])
    step = {"eventually": {"within": "60s", "step": call(COUNT, save="n", expect={"ok": 0})}}
    result = play(written(step, call(COUNT, expect={"ok": "$n"})), _with(target, Value(0, 0)))
    assert result.verdict is Verdict.PASS, result
    pauses = [action.seconds for action in target.actions if isinstance(action, Pause)]
    assert pauses == [0.01, 0.02, 0.04, 0.08, 0.16, 0.2, 0.2]


def _with(target: Scripted, reply: Any) -> Scripted:  # noqa: ANN401 -- an outcome
    target.replies.append(reply)
    return target


def test_an_invariant_broken_while_retrying_is_kept() -> None:
    target = Scripted([Value(0, -1), Value(0, 0)])
    step = {"eventually": {"within": "60s", "step": call(COUNT, expect={"ok": 0})}}
    assert [miss.requirement for miss in play(written(step), target).mismatches] == ["GEN-BULK-002"]


def test_a_retry_is_a_retry_in_a_replay_too() -> None:
    twin = {"error": "NOT_FOUND", "twin": {"args": {"id": uuid(1)}}}
    steps: list[dict[str, Any]] = [
        {"eventually": {"within": "60s", "step": call(COUNT, expect={"ok": 0})}},
        call("Post.read", args={"id": "a"}, expect=twin),
    ]
    target = Scripted(
        [
            Value(0, 0),
            fault("NOT_FOUND"),
            Value(0, 1),
            fault("TIMEOUT"),
            Value(0, 0),
            Value(0, row("Post")),
        ]
    )
    assert play(written(*steps), target).verdict is Verdict.PASS


def test_a_call_that_is_not_joined_is_awaited_before_the_next_world() -> None:
    steps: list[dict[str, Any]] = [
        {"start": call(COUNT), "name": "p"},
        call(
            "Post.read",
            args={"id": "a"},
            expect={"error": "NOT_FOUND", "twin": {"args": {"id": "b"}}},
        ),
        {"join": "p"},
    ]
    target = Scripted([Value(0, 1), fault("NOT_FOUND"), Value(0, 1), Value(0, row("Post"))])
    result = play(written(*steps, needs=["connections"]), target, offers=["connections"])
    assert result.verdict is Verdict.PASS
    kinds = [type(action).__name__ for action in target.actions]
    assert kinds == ["Send", "Launch", "Send", "Await", "Send", "Send", "Launch", "Send", "Await"]


def test_two_calls_that_wait_leave_their_records_in_any_order() -> None:
    steps: list[dict[str, Any]] = [
        {"start": call(COUNT), "name": "p"},
        {"start": call("User.count"), "name": "q"},
        {"join": "p", "expect": {"ok": 1}},
        {"join": "q", "expect": {"ok": 2}},
        call(COUNT),
    ]
    target = Scripted([Value(0, 1), Value(0, 2), Value(0, 1)])
    result = play(written(*steps, needs=["connections"]), target, offers=["connections"])
    assert (result.verdict, result.invariants["audit"]) == (Verdict.PASS, (3, 0))
    assert sum(isinstance(action, Launch) for action in target.actions) == 2


def test_a_failed_call_among_waiting_ones_is_not_compared() -> None:
    steps: list[dict[str, Any]] = [
        {"start": call(COUNT), "name": "p"},
        call("Post.read", args={"id": "a"}, expect=refused("NOT_FOUND")),
        {"join": "p"},
    ]
    target = Scripted([Value(0, 1), fault("NOT_FOUND")])
    result = play(written(*steps, needs=["connections"]), target, offers=["connections"])
    assert (result.verdict, result.invariants["unchanged"]) == (Verdict.PASS, (0, 1))


def test_a_branch_that_falls_silent_ends_the_trial() -> None:
    race = {"parallel": {"a": [call(COUNT), call(COUNT)], "b": [call(COUNT)]}}
    target = Scripted([Silence(0, "crash", "died"), Value(0, 1)])
    result = play(written(race), target)
    assert (result.verdict, result.reason) == (Verdict.CRASH, "died")
    assert any(isinstance(action, Race) for action in target.actions)


def test_an_observed_race_is_counted_and_never_judged() -> None:
    race = {"parallel": {"w": [call(COUNT)]}, "times": 2, "expect": {"observe": True}}
    result = play(written(race, covers=["TXN-BASE-010"]), Scripted([Value(0, 1), fault("TIMEOUT")]))
    assert result.observed == {"1": {"outcomes": {"TIMEOUT": 1, "ok": 1}}}


def test_transactions_are_seen_by_a_digest_of_their_own() -> None:
    steps: list[dict[str, Any]] = [
        {"begin": "t"},
        call("Post.create", args={"data": {}}, expect=refused("VALIDATION_ERROR"), **{"in": "t"}),
        call("Post.create", args={"data": {}}, expect=refused("TIMEOUT"), **{"in": "t"}),
    ]
    target = Scripted(
        [
            Value(0, {"tx": "h"}),
            fault("VALIDATION_ERROR", fields={"title": "required"}),
            fault("TIMEOUT"),
        ]
    )
    result = play(
        written(*steps, requires=["transactions.flat"]), target, claims=["transactions.flat"]
    )
    assert result.verdict is Verdict.PASS
    asked = [r.args for r in target.seen if r.method == "conformance.digest"]
    assert asked == [{"tx": "h"}, {"tx": "h"}]  # a TIMEOUT ends the transaction: none after it


def test_a_raw_reply_may_be_awaited() -> None:
    raw = {"raw": {"json": "{}"}, "expect": {"silence": "200ms"}}
    case = written(raw, needs=["transport.json"])
    target = Scripted([RawReply(0, silent_ms=250)])
    assert play(case, target, offers=["transport.json"]).verdict is Verdict.PASS


def test_a_digest_that_cannot_be_had_is_counted() -> None:
    steps = [call("Post.read", args={"id": "a"}, expect=refused("NOT_FOUND"))]
    target = Scripted(
        [fault("NOT_FOUND")], control={"conformance.digest": [fault("INTERNAL_ERROR")]}
    )
    assert play(written(*steps), target).invariants["unchanged"] == (0, 1)


def test_a_timeout_is_compared_once_more_at_the_end_if_it_can_be() -> None:
    steps = [call(COUNT, expect={"error": "TIMEOUT"})]
    state = Value(0, {"Post": {"count": 1, "sha256": "x"}})
    digests: Any = [state, state, fault("INTERNAL_ERROR")]
    target = Scripted([fault("TIMEOUT")], control={"conformance.digest": digests})
    assert play(written(*steps), target).verdict is Verdict.PASS


def test_a_write_after_a_timeout_makes_its_late_effect_unknowable() -> None:
    steps = [
        call(COUNT, expect={"error": "TIMEOUT"}),
        call("Post.create", args={"data": {"title": "x"}}),
    ]
    target = Scripted([fault("TIMEOUT"), Value(0, row("Post"))])
    play(written(*steps), target)
    assert [r.method for r in target.seen].count("conformance.digest") == 2


def test_reads_between_failures_share_a_digest() -> None:
    missing = call("Post.read", args={"id": "a"}, expect=refused("NOT_FOUND"))
    target = Scripted([fault("NOT_FOUND"), Value(0, 1), fault("NOT_FOUND")])
    result = play(written(missing, call(COUNT), missing), target)
    assert (result.verdict, result.invariants["unchanged"]) == (Verdict.PASS, (2, 0))
    assert [r.method for r in target.seen].count("conformance.digest") == 3


def test_other_calls_of_control_by_the_case_change_nothing_for_the_play() -> None:
    steps = [
        call("conformance.digest"),
        call("conformance.fault", args={"kind": "x"}, expect=refused("VALIDATION_ERROR")),
    ]
    target = Scripted(
        [], control={"conformance.fault": [fault("VALIDATION_ERROR", fields={"kind": "enum"})]}
    )
    assert play(written(*steps), target).verdict is Verdict.PASS


def test_what_was_disturbed_is_mended_for_the_next_world() -> None:
    steps: list[dict[str, Any]] = [
        {"fault": {"database": "kill", "at": "commit"}},
        call(COUNT, expect={"error": "DATABASE_ERROR"}),
    ]
    target = Scripted([fault("DATABASE_ERROR")])
    result = play(written(*steps), target, offers=["faults.database", "faults.network"])
    assert result.verdict is Verdict.PASS, result
    assert isinstance(target.actions[-1], Mend)


def test_a_fault_that_nothing_reached_could_not_run_whatever_else_came() -> None:
    steps: list[dict[str, Any]] = [
        {"fault": {"network": "cut", "at": "commit"}},
        call(COUNT, expect={"error": "DATABASE_ERROR"}),
    ]
    target = Scripted([Value(0, 1)], unmended="no commit came")
    result = play(written(*steps), target, offers=["faults.network"])
    assert (result.verdict, result.reason) == (Verdict.COULD_NOT_RUN, "no commit came")

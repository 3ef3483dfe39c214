from typing import Any

import msgspec
import pytest
from tests.harness.core.play.scripted import (
    BOOTSTRAP,
    CONTRACT,
    DONE,
    Scripted,
    fault,
    page,
    play,
    row,
    uuid,
)  # fmt: skip
from tests.harness.core.play.written import call, refused, written

from dbal_conform.core.errors import HarnessError
from dbal_conform.core.messages import Silence, Value
from dbal_conform.core.play import TrialPlay
from dbal_conform.core.play.actions import Send
from dbal_conform.core.suite import Call, Join
from dbal_conform.core.verdict import Verdict

COUNT = call("Post.count")


def test_a_play_needs_no_io() -> None:
    machine = TrialPlay(written(COUNT), CONTRACT, bootstrap_token=BOOTSTRAP)
    action = machine.next_action()
    assert machine.next_action() is action  # asking twice changes nothing
    assert isinstance(action, Send)
    assert (action.request.id, action.request.method) == (1, "conformance.reset")
    assert action.request.meta == {"token": BOOTSTRAP}
    assert action.timeout_s == 30.0
    with pytest.raises(HarnessError, match="self/case is not over yet"):
        machine.result()


def test_an_answer_that_is_none_to_the_action_is_our_bug() -> None:
    machine = TrialPlay(written(COUNT), CONTRACT, bootstrap_token=BOOTSTRAP)
    machine.next_action()
    with pytest.raises(HarnessError, match="NoneType is no answer to Send"):
        machine.receive(None)


def test_an_answer_after_the_end_is_our_bug() -> None:
    machine = TrialPlay(written(COUNT), CONTRACT, bootstrap_token=BOOTSTRAP)
    Scripted([Value(0, 1)]).drive(machine)
    with pytest.raises(HarnessError, match="no action was due"):
        machine.receive(Value(9, 1))


def test_the_result_says_what_was_played() -> None:
    target = Scripted([Value(0, 1)], took_ms=2.5)
    machine = TrialPlay(
        written(COUNT),
        CONTRACT,
        bootstrap_token=BOOTSTRAP,
        target="t",
        database="d",
        attempt=2,
    )
    target.drive(machine)
    result = machine.result()
    assert (result.trial, result.target, result.database, result.attempt) == (
        "self/case",
        "t",
        "d",
        2,
    )
    assert (result.verdict, result.requirements, result.steps) == (
        Verdict.PASS,
        ("GEN-READ-001",),
        1,
    )
    assert result.took_ms == 2.5 * 3  # reset, count, audit
    assert result.transcript == ()
    assert result.invariants == {
        "reply": (1, 0), "result": (3, 0), "page": (0, 0), "error": (0, 0),
        "secret": (1, 0), "unchanged": (0, 0), "audit": (1, 0),
    }  # fmt: skip


def test_a_failed_trial_keeps_its_transcript() -> None:
    result = play(written(call("Post.count", expect={"ok": 2})), Scripted([Value(0, 1)]))
    assert [line.step for line in result.transcript] == ["world", "1", "audit"]
    assert result.transcript[1].came == {"kind": "value", "id": 2, "value": 1}


def test_secrets_are_told_for_the_redactor() -> None:
    machine = TrialPlay(
        written(
            call("Credential.set", args={"username": "bob", "password": "correct horse"}),
            actors={"ann": {"role": "user"}},
        ),
        CONTRACT,
        bootstrap_token=BOOTSTRAP,
    )
    Scripted([DONE]).drive(machine)
    assert machine.secrets == {BOOTSTRAP, "token-of-ann-for-tests", "correct horse"}


def test_ids_count_over_all_passes() -> None:
    twin = {"error": "NOT_FOUND", "twin": {"args": {"id": uuid(1)}}}
    target = Scripted([fault("NOT_FOUND"), Value(0, row("Post"))])
    play(written(call("Post.read", args={"id": "a"}, expect=twin)), target)
    assert [request.id for request in target.seen] == list(range(1, len(target.seen) + 1))


def test_the_same_case_asks_the_same_again() -> None:
    def asked() -> list[object]:
        target = Scripted([Value(0, 1), Value(0, 1)])
        play(written({"parallel": {"a": [call("Post.count")], "b": [call("Post.count")]}}), target)
        return [(request.id, request.method) for request in target.seen]

    assert asked() == asked()


def test_a_case_about_open_questions_is_observed_even_where_it_holds() -> None:
    case = written(call("Post.count", expect={"ok": 1}), covers=["SES-ACT-001"])
    assert play(case, Scripted([Value(0, 1)])).verdict is Verdict.OBSERVED
    failed = play(case, Scripted([Value(0, 2)]))
    assert (failed.verdict, len(failed.mismatches)) == (Verdict.OBSERVED, 1)


def test_what_was_observed_is_recorded() -> None:
    steps = [
        call("Post.count", expect={"observe": True}),
        call("Post.read", args={"id": "a"}, expect={"observe": True}),
    ]
    result = play(
        written(*steps, covers=["SES-ACT-001"]), Scripted([Value(0, 3), fault("NOT_FOUND")])
    )
    assert isinstance(result.observed, dict)
    assert result.observed["1"] == {"ok": 3}
    assert result.observed["2"]["error"]["name"] == "NOT_FOUND"  # type: ignore[call-overload, index]  # an error object


def test_an_invariant_broken_in_an_observed_case_still_fails() -> None:
    case = written(call("User.list", expect={"observe": True}), covers=["SES-ACT-001"])
    result = play(case, Scripted([Value(0, page([]) | {"total": 7})]))
    assert (result.verdict, result.broken[0]) == (Verdict.FAIL, "QRY-PAGE-005")


def test_an_invariant_broken_by_a_claimed_capability_is_no_overclaim() -> None:
    case = written(call("Post.search", args={"query": "word"}), requires=["fullTextSearch"])
    result = play(case, Scripted([Value(0, page([]) | {"limit": 7})]), claims=["fullTextSearch"])
    assert (result.verdict, result.broken) == (Verdict.FAIL, ("QRY-PAGE-002",))


def test_a_should_that_cannot_go_on_is_weak() -> None:
    case = written(call("Post.read", args={"id": "$nobody"}), covers=["GEN-UPSERT-006"])
    assert play(case, Scripted()).verdict is Verdict.WEAK


def test_an_actor_who_is_not_there_ends_the_trial() -> None:
    case = written(COUNT)
    stranger = Call("Post.count", as_="nobody")
    result = play(msgspec.structs.replace(case, steps=(stranger,)), Scripted())
    assert result.verdict is Verdict.FAIL
    assert result.reason == "as: nobody cannot be bound: the world has no such actor"


@pytest.mark.parametrize("step", [call("Post.count", **{"in": "t"}), {"commit": "t"}])
def test_a_transaction_that_could_not_begin_ends_the_trial(step: dict[str, Any]) -> None:
    case = written({"begin": "t"}, step, requires=["transactions.flat"])
    result = play(case, Scripted([fault("DATABASE_ERROR")]), claims=["transactions.flat"])
    assert (result.verdict, result.reason) == (Verdict.OVERCLAIM, "transaction t was not begun")


def test_what_stops_a_trial_does_not_hide_what_was_found_before() -> None:
    steps = [call("Post.count", expect={"ok": 1}), {"fault": {"database": "pause"}}]
    case = written(*steps, needs=["faults.database"])
    target = Scripted([Value(0, 2)], unable="no database to pause")
    result = play(case, target, offers=["faults.database"])
    assert (result.verdict, result.reason) == (Verdict.FAIL, "no database to pause")


def test_a_join_of_what_was_never_started_is_an_error_of_the_case() -> None:
    case = written(COUNT)
    broken = msgspec.structs.replace(case, steps=(Join("p"),))
    result = play(broken, Scripted())
    assert (result.verdict, result.reason) == (Verdict.HARNESS_ERROR, "join: p was not started")


def test_arguments_that_are_no_mapping_are_an_error_of_the_case() -> None:
    case = written(call("Post.count", args={"$repeat": ["a", 3]}))
    assert play(case, Scripted()).verdict is Verdict.HARNESS_ERROR


def test_a_control_that_nobody_knows_could_not_run() -> None:
    result = play(written(COUNT), Scripted(), control="magic")
    assert (result.verdict, result.steps) == (Verdict.COULD_NOT_RUN, 0)
    assert "conformance.reset" in result.reason


def test_a_need_of_control_is_met_by_conformance() -> None:
    case = written(COUNT, needs=["clock", "audit", "digest", "faults.target", "slow"])
    assert play(case, Scripted([Value(0, 1)])).verdict is Verdict.PASS


@pytest.mark.parametrize("how", ["crash", "timeout", "protocol_violation"])
def test_a_silent_target_earns_its_verdict_wherever_it_falls_silent(how: str) -> None:
    silence = Silence(0, how, "gone")  # type: ignore[arg-type]  # one of the three
    for method in ("conformance.reset", "conformance.digest", "conformance.audit"):
        case = written(call("Post.read", args={"id": "a"}, expect=refused("NOT_FOUND")))
        target = Scripted([fault("NOT_FOUND")], control={method: [silence]})
        assert play(case, target).verdict == how

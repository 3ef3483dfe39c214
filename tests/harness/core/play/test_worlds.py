from typing import Any

import pytest
from tests.harness.core.play.scripted import NOW, Scripted, fault, play, row
from tests.harness.core.play.written import call, written

from dbal_conform.core.messages import Fault, Json, Value
from dbal_conform.core.verdict import TrialResult, Verdict

COUNT = call("Post.count")


def opened(target: Scripted, **members: Any) -> TrialResult:  # noqa: ANN401 -- members of a case
    target.replies = [Value(0, 1)]
    return play(written(COUNT, **members), target)


def test_fixtures_go_out_as_written_but_for_generators() -> None:
    target = Scripted()
    fixtures = {
        "User": [{"$as": "bob", "username": "bob", "email": "b@example.com"}],
        "Session": [
            {"userId": "$bob.id", "token": {"$repeat": ["t", 16]}, "expiresAt": {"$now": "+1h"}}
        ],
        "Post": [{"title": "$$x", "views": {"$bigint": "9"}, "data": {"list": [{"$$k": [1]}]}}],
    }
    opened(target, fixtures=fixtures)
    resets = [request.args for request in target.seen if request.method == "conformance.reset"]
    assert resets == [{}, {"fixtures": {
        "User": [{"$as": "bob", "username": "bob", "email": "b@example.com"}],
        "Session": [{"userId": "$bob.id", "token": "t" * 16, "expiresAt": NOW + 3_600_000}],
        "Post": [{"title": "$$x", "views": {"$bigint": "9"}, "data": {"list": [{"$k": [1]}]}}],
    }}]  # fmt: skip


def test_actors_have_a_role_and_perhaps_the_label_of_a_tenant() -> None:
    target = Scripted()
    actors = {"ann": {"role": "user"}, "bea": {"role": "god", "tenant": None}}
    assert opened(target, actors=actors).verdict is Verdict.PASS
    assert target.seen[0].args == {
        "actors": {"ann": {"role": "user"}, "bea": {"role": "god", "tenant": None}}
    }


@pytest.mark.parametrize(
    ("refusal", "verdict"),
    [
        (fault("VALIDATION_ERROR", reason="method_not_found", code=-32601), Verdict.COULD_NOT_RUN),
        (fault("UNAUTHORIZED"), Verdict.COULD_NOT_RUN),
        (fault("FORBIDDEN"), Verdict.COULD_NOT_RUN),
        (fault("INTERNAL_ERROR"), Verdict.FAIL),
    ],
)
def test_a_target_that_makes_no_world(refusal: Fault, verdict: Verdict) -> None:
    result = opened(Scripted(control={"conformance.reset": [refusal]}))
    assert result.verdict is verdict
    assert "conformance.reset was refused" in result.reason


@pytest.mark.parametrize(
    ("world", "broken"),
    [
        (True, "CTL-RESET-001"),
        ({"actors": {}, "tenants": {}, "rows": {}}, "CTL-RESET-004"),
        ({"actors": {"ann": 7}, "tenants": {}, "rows": {}}, "CTL-RESET-004"),
        ({"actors": {"ann": {"token": 7}}, "tenants": {}, "rows": {}}, "CTL-RESET-004"),
    ],
)
def test_a_world_that_is_not_what_was_asked_for(world: Json, broken: str) -> None:
    target = Scripted(control={"conformance.reset": [Value(0, world)]})
    result = opened(target, actors={"ann": {"role": "user"}})
    assert result.verdict is Verdict.FAIL
    assert broken in result.broken


def test_a_reset_by_the_case_empties_the_audit() -> None:
    steps = [COUNT, call("conformance.reset"), COUNT]
    result = play(written(*steps), Scripted([Value(0, 1), Value(0, 1)]))
    assert (result.verdict, result.invariants["audit"]) == (Verdict.PASS, (1, 0))


def test_a_reset_while_calls_wait_forgets_those_before_it_only() -> None:
    steps = [
        COUNT,
        {"start": call("User.count"), "name": "p"},
        call("conformance.reset"),
        {"join": "p"},
    ]
    target = Scripted([Value(0, 1), Value(0, 2)])
    result = play(written(*steps, needs=["connections"]), target, offers=["connections"])
    # The script's target kept the record of what waited until reset took it: one call, no record.
    assert [miss.requirement for miss in result.mismatches] == ["AUD-REC-001"]


def test_a_tenant_of_null_is_left_out() -> None:
    target = Scripted([Value(0, 1)])
    play(written(call("Post.count", meta={"tenant": None, "requestId": None})), target)
    assert target.seen[1].meta == {"token": "bootstrap-of-the-tests", "requestId": None}


def test_a_token_of_the_author_wins() -> None:
    target = Scripted([fault("UNAUTHORIZED")])
    expect = {"error": "UNAUTHORIZED", "twin": "none", "because": "of the test"}
    result = play(written(call("Post.count", meta={"token": "no-such"}, expect=expect)), target)
    asked = next(request for request in target.seen if request.method == "Post.count")
    assert (result.verdict, asked.meta["token"]) == (Verdict.PASS, "no-such")


def test_once_roles_were_written_nobody_knows_what_is_hidden() -> None:
    steps = [
        call("User.update", args={"id": "$actor.mod.id", "data": {"role": "admin"}}),
        call("Probe.read", args={"id": "A"}, **{"as": "mod"}),
    ]
    target = Scripted([Value(0, row("User")), Value(0, row("Probe"))])
    case = written(*steps, actors={"mod": {"role": "moderator"}})
    assert play(case, target).verdict is Verdict.PASS

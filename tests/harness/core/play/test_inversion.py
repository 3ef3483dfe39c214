from typing import Any

import pytest
from tests.harness.core.play.scripted import CONTRACT, DONE, Scripted, fault, page, play, row
from tests.harness.core.play.written import call, refused, written

from dbal_conform.core.contract import Capability
from dbal_conform.core.messages import Json, RawReply, Value
from dbal_conform.core.play.uses import uses
from dbal_conform.core.verdict import Verdict

SEARCH = call("Post.search", args={"query": "word"})
REFUSED = fault("CAPABILITY_NOT_SUPPORTED", capability="fullTextSearch")


def capability(name: str) -> Capability:
    return CONTRACT.capabilities[name]


@pytest.mark.parametrize(
    ("name", "method", "args", "meta", "used"),
    [
        ("fullTextSearch", "Post.search", {}, {}, True),
        ("fullTextSearch", "Post.list", {}, {}, False),
        ("transactions.flat", "dbal.begin", {}, {}, True),
        ("transactions.flat", "Post.list", {}, {"tx": "t"}, True),
        ("transactions.flat", "Post.list", {}, {}, False),
        ("transactions.nested", "dbal.begin", {"parent": "t"}, {}, True),
        ("transactions.nested", "dbal.begin", {}, {}, False),
        ("relations", "User.read", {"include": ["posts"]}, {}, True),
        ("relations", "User.read", {}, {}, False),
        ("ttl", "Probe.create", {"ttlSeconds": 1}, {}, True),
        ("joins", "Post.list", {"filter": {"or": [{"not": {"owner.role": "user"}}]}}, {}, True),
        ("joins", "Post.list", {"filter": {"title": "a.b", "and": "odd"}}, {}, False),
        ("joins", "Post.list", {"sort": [{"field": "owner.role"}]}, {}, True),
        ("joins", "Post.list", {"sort": {"owner.role": "asc"}}, {}, True),
        ("joins", "Post.list", {"sort": [{"field": "title"}, 7]}, {}, False),
        ("joins", "Post.list", {"sort": "title"}, {}, False),
        ("joins", "Nobody.knows", {"filter": {"a.b": 1}}, {}, False),
        ("jsonQueries", "Post.list", {"filter": {"data": {"path": ["a"], "eq": 1}}}, {}, True),
        ("jsonQueries", "Post.list", {"filter": {"data": {"eq": None}, "title": "x"}}, {}, False),
        ("readReplicas", "Post.list", {}, {"consistency": "eventual"}, True),
        ("readReplicas", "Post.list", {}, {"consistency": "strong"}, False),
        ("connectionPooling", "Post.list", {}, {}, False),
    ],
)
def test_what_uses_a_capability(
    name: str, method: str, args: dict[str, Json], meta: dict[str, Json], *, used: bool
) -> None:
    assert uses(CONTRACT, capability(name), method, args, meta) is used


def test_syntax_that_nobody_knows_is_not_used() -> None:
    strange = Capability("x", "x", refuses={"syntax": ["filter.magic"]})
    assert not uses(CONTRACT, strange, "Post.list", {"filter": {"a.b": 1}}, {})


def inverted(case_steps: list[dict[str, Any]], target: Scripted, requires: str) -> Verdict:
    return play(written(*case_steps, requires=[requires]), target).verdict


def test_setup_runs_and_the_trial_ends_at_the_refusal() -> None:
    target = Scripted([Value(0, row("Post")), REFUSED])
    steps = [call("Post.create", args={"data": {"title": "x"}}), SEARCH, call("Post.count")]
    assert inverted(steps, target, "fullTextSearch") is Verdict.DECLINED
    assert target.replies == []


def test_a_refusal_that_changed_something_is_none() -> None:
    digests: Any = [Value(0, {"Post": {"count": count, "sha256": "x"}}) for count in (1, 2)]
    target = Scripted([REFUSED], control={"conformance.digest": digests})
    assert inverted([SEARCH], target, "fullTextSearch") is Verdict.FAIL


def test_setup_that_fails_is_told() -> None:
    target = Scripted([fault("NOT_FOUND"), REFUSED])
    assert inverted([call("Post.count"), SEARCH], target, "fullTextSearch") is Verdict.FAIL


def test_another_error_than_the_refusal_is_none() -> None:
    error = fault("VALIDATION_ERROR", fields={"query": "empty"})
    assert inverted([SEARCH], Scripted([error, error]), "fullTextSearch") is Verdict.FAIL


def test_forbidden_where_it_had_to_succeed_is_no_refusal() -> None:
    error = fault("FORBIDDEN")
    assert inverted([SEARCH], Scripted([error, error]), "fullTextSearch") is Verdict.FAIL


def test_who_may_not_search_learns_nothing_of_the_capability() -> None:
    steps = [call("Post.search", args={"query": "word"}, expect=refused("FORBIDDEN"))]
    result = play(written(*steps, requires=["fullTextSearch"]), Scripted([fault("FORBIDDEN")]))
    assert result.verdict is Verdict.NOT_APPLICABLE
    assert "gets far enough" in result.reason


def test_then_the_twin_is_asked() -> None:
    expect = {"error": "FORBIDDEN", "twin": {"args": {"query": "words"}}}
    steps = [call("Post.count"), call("Post.search", args={"query": "word"}, expect=expect)]
    target = Scripted([Value(0, 1), fault("FORBIDDEN"), Value(0, 1), REFUSED])
    assert inverted(steps, target, "fullTextSearch") is Verdict.DECLINED


def test_branches_and_started_calls_are_asked_one_by_one() -> None:
    race = {
        "parallel": {"a": [call("Post.count")], "b": [call("Post.search", args={"query": "x${i}"})]}
    }
    target = Scripted([Value(0, 1), REFUSED])
    assert inverted([race], target, "fullTextSearch") is Verdict.DECLINED
    starts: list[dict[str, Any]] = [{"start": SEARCH, "name": "p"}, {"join": "p"}]
    assert inverted(starts, Scripted([REFUSED]), "fullTextSearch") is Verdict.DECLINED


def test_what_is_started_and_joined_before_the_capability_is_used_is_setup() -> None:
    steps: list[dict[str, Any]] = [
        {"start": call("Post.count"), "name": "p"},
        {"join": "p"},
        {"parallel": {"a": [call("Post.count")], "b": [call("Post.count")]}},
        call("Post.search", args={"query": "word"}),
    ]
    target = Scripted([Value(0, 1), Value(0, 1), Value(0, 1), REFUSED])
    case = written(*steps, requires=["fullTextSearch"], needs=["connections"])
    assert play(case, target, offers=["connections"]).verdict is Verdict.DECLINED


def test_a_transaction_is_refused_at_its_begin_by_the_capability_it_implies() -> None:
    steps: list[dict[str, Any]] = [{"begin": "outer"}, {"begin": "inner", "parent": "outer"}]
    flat = fault("CAPABILITY_NOT_SUPPORTED", capability="transactions.flat")
    case = written(*steps, requires=["transactions.nested"])
    target = Scripted([Value(0, {"tx": "t"}), flat])
    assert play(case, target, claims=["transactions.flat"]).verdict is Verdict.DECLINED
    joined = [call("Post.count", **{"in": "t"})]
    case = written({"begin": "t"}, *joined, requires=["transactions.flat"])
    assert play(case, Scripted([flat])).verdict is Verdict.DECLINED


def test_a_call_within_a_transaction_uses_transactions() -> None:
    steps: list[dict[str, Any]] = [{"begin": "t"}, call("Post.count", **{"in": "t"})]
    case = written(*steps, requires=["transactions.flat"])
    served = [Value(0, {"tx": "t"}), Value(0, {"tx": "t"}), Value(0, 1)]
    assert play(case, Scripted(served)).verdict is Verdict.UNDERCLAIM


def test_what_is_implied_need_not_be_claimed() -> None:
    case = written({"begin": "t"}, {"rollback": "t"}, requires=["transactions.flat"])
    target = Scripted([Value(0, {"tx": "t"}), DONE])
    assert play(case, target, claims=["transactions.nested", "odd"]).verdict is Verdict.PASS


def test_ids_go_on_after_a_probe_that_was_served() -> None:
    target = Scripted([Value(0, page([])), Value(0, page([]))])
    assert inverted([SEARCH], target, "fullTextSearch") is Verdict.UNDERCLAIM
    assert [request.id for request in target.seen] == list(range(1, len(target.seen) + 1))


def test_a_raw_call_is_never_the_probe() -> None:
    raw = {"raw": {"json": "[]"}, "expect": {"json": {"id": None}}}
    case = written(raw, SEARCH, requires=["fullTextSearch"], needs=["transport.json"])
    target = Scripted([RawReply(0, json={"id": None}), REFUSED])
    assert play(case, target, offers=["transport.json"]).verdict is Verdict.DECLINED

from typing import Any

import pytest
from tests.harness.core.play.scripted import DONE, Scripted, fault, play, row
from tests.harness.core.play.written import call, written

from dbal_conform.core.messages import Json, Value
from dbal_conform.core.play.twins import patched, twin_of
from dbal_conform.core.suite import Call, Twin
from dbal_conform.core.verdict import Verdict

CALL = Call("Post.create", as_="ann", args={"data": {"a": 1, "b": {"c": 2}}}, in_="t", save="x")


@pytest.mark.parametrize(
    ("patch", "result"),
    [
        ({"a": 2}, {"a": 2, "b": {"c": 2}}),
        ({"a": None}, {"b": {"c": 2}}),
        ({"nope": None}, {"a": 1, "b": {"c": 2}}),
        ({"a": {"$set": None}}, {"a": None, "b": {"c": 2}}),
        ({"b": {"d": 3}}, {"a": 1, "b": {"c": 2, "d": 3}}),
        ({"b": {"$set": {"d": 3}}}, {"a": 1, "b": {"d": 3}}),
        ({"a": {"x": {"y": 1}}}, {"a": {"x": {"y": 1}}, "b": {"c": 2}}),
        ({"a": {"$repeat": ["x", 3]}}, {"a": {"$repeat": ["x", 3]}, "b": {"c": 2}}),
        ({"a": {"$$key": 1}}, {"a": {"$$key": 1}, "b": {"c": 2}}),
        ({"b": [1]}, {"a": 1, "b": [1]}),
    ],
)
def test_a_patch_is_merged_member_by_member(patch: Json, result: Json) -> None:
    assert patched(CALL.args["data"], patch) == result


def test_what_a_twin_does_not_say_stays() -> None:
    same = twin_of(CALL, Twin(args={}))
    assert (same.as_, same.in_, same.args, same.save) == ("ann", "t", CALL.args, None)
    other = twin_of(CALL, Twin(as_="bea", in_=None, meta={"tenant": "x"}))
    assert (other.as_, other.in_, other.meta) == ("bea", None, {"tenant": "x"})


EXPECT = {"error": "NOT_FOUND", "twin": {"args": {"id": "b"}}}
READ = call("Post.read", args={"id": "a"}, expect=EXPECT)


def test_a_replay_is_not_judged_again() -> None:
    steps: list[dict[str, Any]] = [{"sweep": True}, call("Post.count", expect={"ok": 1}), READ]
    sweeps = [DONE, Value(0, "odd")]
    replies: list[Any] = [Value(0, 1), fault("NOT_FOUND"), Value(0, 2), Value(0, row("Post"))]
    target = Scripted(replies, control={"conformance.sweep": [*sweeps]})
    result = play(written(*steps), target)
    assert result.verdict is Verdict.PASS, result
    assert result.invariants["reply"] == (3, 0)  # the replayed call is not counted


def test_a_twin_takes_no_digests_and_no_audit() -> None:
    target = Scripted([fault("NOT_FOUND"), Value(0, row("Post"))])
    play(written(READ), target)
    after = [request.method for request in target.seen][-2:]
    assert after == ["conformance.reset", "Post.read"]


def test_a_race_before_a_twin_may_come_out_otherwise() -> None:
    count = {
        "parallel": {"a": [call("Post.count")], "b": [call("User.count")]},
        "expect": {"outcomes": {"ok": 2}},
    }
    replies: list[Any] = [
        Value(0, 1),
        Value(0, 1),
        fault("NOT_FOUND"),
        fault("TIMEOUT"),
        Value(0, 1),
        Value(0, row("Post")),
    ]
    assert play(written(count, READ), Scripted(replies)).verdict is Verdict.PASS

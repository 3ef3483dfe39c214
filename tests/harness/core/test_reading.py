from typing import Any

import pytest

from dbal_conform.core import author
from dbal_conform.core.messages import Json
from dbal_conform.core.reading import (
    CaseReader,
    Defaults,
    Refusal,
    actors,
    convert,
    milliseconds,
)
from dbal_conform.core.suite import (
    UNSET,
    Actor,
    Call,
    Case,
    Check,
    Clock,
    ErrorPattern,
    Eventually,
    Expect,
    InjectFault,
    Join,
    Parallel,
    Raw,
    Start,
    Step,
    Sweep,
    Transaction,
    Twin,
)

Members = dict[str, Any]


def case(steps: list[Members], **more: Any) -> Case:  # noqa: ANN401 -- members of a case
    defaults = Defaults(
        "admin", {"admin": Actor("admin")}, {"User": ({"username": "a"},)}, "a.yaml"
    )
    lines: dict[tuple[str | int, ...], int] = {(): 4, ("steps", 0): 8}
    members = {"id": "x", "title": "t", "covers": ["USR-CREATE-001"], "steps": steps, **more}
    return CaseReader(defaults, lines).read("s/x", members)


def step(members: Members) -> Step:
    (read,) = case([members]).steps
    return read


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("500ms", 500),
        ("2s", 2000),
        ("301s", 301_000),
        ("5m", 300_000),
        ("1h", 3_600_000),
        ("1d", 86_400_000),
        ("0s", 0),
    ],
)
def test_durations_are_milliseconds(text: str, ms: int) -> None:
    assert milliseconds(text) == ms


def test_a_case_takes_what_its_suite_gives_and_adds_its_own() -> None:
    found = case(
        [{"call": "User.count"}],
        actors={"bob": {"role": "user", "tenant": None}},
        fixtures={"User": [{"username": "b"}], "Post": [{"title": "t"}]},
        timeout="5s",
        needs=["slow"],
        **{"as": "bob"},
    )
    assert found.actors == {"admin": Actor("admin"), "bob": Actor("user", None)}
    assert found.fixtures == {
        "User": ({"username": "a"}, {"username": "b"}),
        "Post": ({"title": "t"},),
    }
    assert (found.timeout_ms, found.source, found.line, found.id) == (5000, "a.yaml", 4, "s/x")
    assert found.steps[0] == Call("User.count", as_="bob", line=8)


def test_a_call_has_its_line_and_the_default_actor() -> None:
    assert step({"call": "User.count"}) == Call("User.count", as_="admin", line=8)


def test_an_actor_without_tenant_is_told_from_one_of_none() -> None:
    assert actors({"a": author.ActorForm("user")}) == {"a": Actor("user", UNSET)}


def test_an_expectation_is_spelled_out() -> None:
    found = step(
        {
            "call": "User.create",
            "in": "t",
            "save": "n",
            "expect": {
                "error": {"name": "CONFLICT", "fields": {"a": "unique"}, "reason": "unique"},
                "twin": {"args": {"data": 1}, "in": None},
                "unchanged": False,
                "within": "2s",
                "audit": {"code": None},
            },
        }
    )
    assert isinstance(found, Call)
    assert found.expect == Expect(
        error=ErrorPattern("CONFLICT", fields={"a": "unique"}, reason="unique"),
        twin=Twin(args={"data": 1}, in_=None),
        unchanged=False,
        within_ms=2000,
        audit={"code": None},
    )


def test_a_twin_that_cannot_be_has_its_reason() -> None:
    found = step({"call": "x", "expect": {"error": "NOT_FOUND", "twin": "none", "because": "gone"}})
    assert isinstance(found, Call)
    assert found.expect == Expect(error=ErrorPattern("NOT_FOUND"), twin=Twin(because="gone"))


def test_null_is_a_pattern_and_not_an_absence() -> None:
    found = step({"call": "x", "expect": {"ok": None}})
    assert isinstance(found, Call)
    assert found.expect == Expect(ok=None)


@pytest.mark.parametrize(
    ("members", "wanted"),
    [
        ({"start": {"call": "x"}, "name": "p"}, Start("p", Call("x", as_="admin", line=8), line=8)),
        ({"join": "p", "save": "n"}, Join("p", save="n", line=8)),
        ({"begin": "t", "parent": "u"}, Transaction("begin", "t", as_="admin", parent="u", line=8)),
        ({"commit": "t"}, Transaction("commit", "t", line=8)),
        ({"rollback": "t", "as": "bob"}, Transaction("rollback", "t", as_="bob", line=8)),
        ({"clock": {"advance": "1s"}}, Clock(advance_ms=1000, line=8)),
        ({"clock": {"set": 5, "frozen": False}}, Clock(set=5, frozen=False, line=8)),
        (
            {"fault": {"target": "slow", "delay": "1s", "count": 2, "method": "x"}},
            InjectFault(target="slow", delay_ms=1000, count=2, method="x", line=8),
        ),
        (
            {"fault": {"network": "cut", "at": "commit"}},
            InjectFault(network="cut", at="commit", line=8),
        ),
        (
            {"eventually": {"within": "5s", "step": {"call": "x"}}},
            Eventually(5000, Call("x", as_="admin", line=8), line=8),
        ),
        ({"sweep": True}, Sweep(line=8)),
        ({"check": {"eq": [1, [2]]}}, Check("eq", [1, [2]], line=8)),
        ({"check": {"distinct": "$x"}}, Check("distinct", "$x", line=8)),
        (
            {"check": {"sorted_by": {"rows": "$x", "by": ["-a"]}}},
            Check("sorted_by", {"rows": "$x", "by": ["-a"]}, line=8),
        ),
    ],
)
def test_each_kind_of_step_is_read(members: Members, wanted: Step) -> None:
    assert step(members) == wanted


def test_branches_are_read_and_counted() -> None:
    found = step(
        {
            "parallel": {"w": [{"call": "x"}]},
            "times": 8,
            "repeat": 3,
            "expect": {"any_of": [{"outcomes": {"ok": 1}}, {"outcomes": {"ok": 8}}]},
        }
    )
    assert found == Parallel(
        {"w": (Call("x", as_="admin"),)},
        times=8,
        repeat=3,
        expect=Expect(any_of=(Expect(outcomes={"ok": 1}), Expect(outcomes={"ok": 8}))),
        line=8,
    )


@pytest.mark.parametrize(
    ("raw", "kind", "payload"),
    [
        ({"json": "{}"}, "json", "{}"),
        ({"json": ["[", {"$repeat": ["ab", 2]}, "]"]}, "json", "[abab]"),
        ({"line": {"$repeat": ["x", 3]}}, "line", "xxx"),
        ({"bytes": "ff fe"}, "bytes", "ff fe"),
        ({"frames": [{"text": "a", "final": False}]}, "frames", [{"text": "a", "final": False}]),
        (
            {"http": {"method": "GET", "path": "/"}},
            "http",
            {"method": "GET", "path": "/", "headers": {}},
        ),
    ],
)
def test_raw_messages_are_read(raw: Members, kind: str, payload: Json) -> None:
    found = step({"raw": raw, "expect": {"json": 1}})
    assert found == Raw(kind, payload, expect=Expect(raw={"json": 1}), line=8)


def test_a_raw_message_beyond_all_limits_is_refused() -> None:
    with pytest.raises(Refusal, match=r"steps\.0\.raw\.json: 4194305 characters are more than"):
        step({"raw": {"json": ["x", {"$repeat": ["x", 4194304]}]}, "expect": {"json": 1}})


@pytest.mark.parametrize(
    ("expect", "wanted"),
    [
        (
            {"http": {"status": 405, "headers": {"a": "b"}}},
            {"http": {"status": 405, "headers": {"a": "b"}}},
        ),
        ({"http": {}}, {"http": {}}),
        ({"close": {"code": 1000}}, {"close": {"code": 1000}}),
        ({"status": {"code": "OK"}}, {"status": {"code": "OK"}}),
        ({"silence": "200ms"}, {"silence": 200}),
    ],
)
def test_what_must_come_of_a_raw_message(expect: Members, wanted: Json) -> None:
    found = step({"raw": {"json": "{}"}, "expect": expect})
    assert isinstance(found, Raw)
    assert found.expect == Expect(raw=wanted)


def test_several_answers_to_a_raw_message_may_be_right() -> None:
    expect = {"any_of": [{"json": 1}, {"silence": "1s"}], "observe": True}
    found = step({"raw": {"json": "{}"}, "expect": expect})
    assert isinstance(found, Raw)
    assert found.expect == Expect(
        any_of=(Expect(raw={"json": 1}), Expect(raw={"silence": 1000})), observe=True
    )


@pytest.mark.parametrize(
    ("members", "complaint"),
    [
        ({"as": "x"}, "steps.0: a step is exactly one of call, .*: here is none|none of them"),
        ({"call": "x", "sweep": True}, "call and sweep together"),
        ({"call": 7}, r"steps\.0: Expected `str`"),
        (
            {"parallel": {"a": [{"sweep": True}], "b": [{"call": "x"}]}},
            r"steps\.0\.parallel\.a\.0: a branch is made of calls; sweep",
        ),
    ],
)
def test_what_is_not_of_its_form_is_refused_at_its_place(members: Members, complaint: str) -> None:
    with pytest.raises(Refusal, match=complaint):
        step(members)


@pytest.mark.parametrize(
    ("form", "members"),
    [
        (author.ExpectForm, {}),
        (author.ExpectForm, {"ok": 1, "error": "A"}),
        (author.ExpectForm, {"ok": 1, "twin": {"as": "x"}}),
        (author.ExpectForm, {"error": "A", "twin": "none"}),
        (author.TwinForm, {"ok": 1}),
        (author.AnswerForm, {}),
        (author.RawAnswerForm, {}),
        (author.RaceExpectForm, {}),
        (author.ParallelForm, {"parallel": {"a": [{}]}}),
        (author.ClockSetting, {}),
        (author.ClockSetting, {"advance": "1s", "set": 1}),
        (author.FaultSetting, {}),
        (author.FaultSetting, {"database": "kill", "count": 1}),
        (author.FaultSetting, {"database": "kill", "at": "x"}),
        (author.FaultSetting, {"target": "slow"}),
        (author.FrameForm, {"text": "a", "ping": "b"}),
        (author.Message, {}),
        (author.Relation, {"eq": [1, 1], "distinct": [1, 2]}),
    ],
)
def test_forms_refuse_what_cannot_be_meant(form: type[author.Form], members: Members) -> None:
    with pytest.raises(Refusal):
        convert(members, form, ())

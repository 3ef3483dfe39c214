"""Names and places within a case; the corpus of invalid vectors has each rule in a file."""

from typing import Any

import pytest

from dbal_conform.core import coherence
from dbal_conform.core.finding import Finding
from dbal_conform.core.naming import BUILT_IN, RESERVED, Names, StepNames
from dbal_conform.core.suite import (
    Actor,
    Call,
    Case,
    Check,
    Clock,
    ErrorPattern,
    Eventually,
    Expect,
    Join,
    Parallel,
    Raw,
    Start,
    Step,
    Transaction,
    Twin,
)

NONE = Expect(error=ErrorPattern("CONFLICT"), twin=Twin(because="it cannot be"))
PATCH = Expect(error=ErrorPattern("CONFLICT"), twin=Twin(args={}))


def call(**more: Any) -> Call:  # noqa: ANN401 -- members of a call
    return Call("x", as_=more.pop("by", "bob"), **more)


def found(*steps: Step) -> list[Finding]:
    names = Names()
    assert list(names.world(["bob"], {"User": [{"$as": "row"}, {}]})) == []
    return list(StepNames(names, ("USR-CREATE-001",)).check(steps))


def messages(*steps: Step) -> list[str]:
    return [item.message for item in found(*steps)]


@pytest.mark.parametrize("name", sorted(RESERVED | BUILT_IN))
def test_reserved_names_are_nobodys(name: str) -> None:
    (item,) = found(call(save=name))
    assert item == Finding(("steps", 0, "save"), f"{name!r} is reserved: choose another name")


def test_every_kind_of_name_shares_one_namespace() -> None:
    steps = (
        call(save="bob"),
        call(save="row"),
        call(save="n"),
        Transaction("begin", "n", as_="bob"),
        Parallel({"n": (call(),), "t": (call(),)}),
        Join("p", save="t"),
    )
    assert messages(Start("p", call()), *steps) == [
        "'bob' is already the name of an actor: choose another",
        "'row' is already the name of a fixture: choose another",
        "'n' is already the name of a save: choose another",
        "'n' is already the name of a save: choose another",
        "'t' is already the name of a branch: choose another",
    ]


def test_branches_have_names_of_their_own_and_may_not_hide_those_outside() -> None:
    fine = Parallel({"a": (call(save="n"),), "b": (call(save="n"),)})
    assert messages(fine) == []
    hiding = Parallel({"a": (call(save="row"),), "b": (call(save="a"),)})
    assert messages(hiding) == [
        "'row' is already the name of a fixture: choose another",
        "'a' is already the name of a branch: choose another",
    ]


def test_a_caller_is_an_actor_or_built_in() -> None:
    assert messages(call(by="system"), call(by="anonymous"), call()) == []
    assert messages(call(by="eve")) == ["there is no actor 'eve': bob, anonymous, system"]
    assert messages(call(by=None)) == [
        "who calls? give the step `as: <actor>`, or the case or suite a default"
    ]
    assert messages(Raw("json", "{}", as_="eve")) == [
        "there is no actor 'eve': bob, anonymous, system"
    ]


def test_transactions_are_begun_before_they_are_used() -> None:
    begin = Transaction("begin", "t", as_="bob")
    assert messages(begin, call(in_="t"), Transaction("commit", "t"), call(in_="t")) == []
    assert messages(call(in_="t")) == ["no transaction 't' was begun before this"]
    assert messages(Transaction("rollback", "t")) == ["no transaction 't' was begun before this"]
    assert messages(Transaction("begin", "t", as_="bob", parent="u")) == [
        "no transaction 'u' was begun before this"
    ]
    assert messages(Transaction("begin", "t")) == [
        "who begins? give the step `as: <actor>`, or the case or suite a default"
    ]


def test_a_started_call_is_joined_once() -> None:
    start, join = Start("p", call()), Join("p")
    assert messages(start, join) == []
    assert messages(start, join, start, join) == []
    assert messages(join) == ["no call was started as 'p' before this"]
    assert messages(start) == ["'p' is started and never joined: add `join: p`"]
    assert messages(start, start, join) == ["'p' is already waiting: choose another name"]


@pytest.mark.parametrize(
    ("steps", "where"),
    [
        ((Eventually(5, call(expect=PATCH)),), "`eventually`"),
        ((Parallel({"a": (call(expect=PATCH),)}, times=2),), "`parallel`"),
        ((Start("p", call()), Join("p", expect=PATCH)), "a join"),
        ((Transaction("begin", "t", as_="bob", expect=PATCH),), "a begin"),
    ],
)
def test_a_twin_is_played_only_where_it_can_be(steps: tuple[Step, ...], where: str) -> None:
    (message,) = messages(*steps)
    assert message.startswith(f"no twin can run in {where}: write `twin: none`")


def test_that_there_is_no_twin_may_be_said_anywhere() -> None:
    assert (
        messages(
            call(expect=NONE),
            Eventually(5, call(expect=NONE, save="e")),
            Parallel({"a": (call(expect=NONE), Clock())}, times=2),
            Start("p", call()),
            Join("p", expect=NONE),
        )
        == []
    )


def test_a_twin_calls_as_someone_and_in_something_that_is_there() -> None:
    good = Twin(as_="system", in_=None)
    assert messages(call(expect=Expect(error=ErrorPattern("X"), twin=good))) == []
    bad = Twin(as_="eve", in_="t")
    assert messages(call(expect=Expect(error=ErrorPattern("X"), twin=bad))) == [
        "there is no actor 'eve': bob, anonymous, system",
        "no transaction 't' was begun before this",
    ]


@pytest.mark.parametrize(
    "step",
    [
        call(proves=("A-B-001",)),
        Check("eq", [1, 1], proves=("A-B-001",)),
        Eventually(5, call(proves=("A-B-001",))),
    ],
)
def test_a_step_proves_what_the_case_covers(step: Step) -> None:
    assert messages(step) == ["A-B-001 is not among what the case covers"]


def case(*steps: Step) -> Case:
    return Case("s/x", "t", ("USR-CREATE-001",), steps, actors={"bob": Actor("user")})


def test_a_case_may_not_hide_the_names_of_its_suite() -> None:
    outer = Names()
    assert list(coherence.of_suite(outer, ["bob"], {"User": [{"$as": "row"}]})) == []
    members = {"actors": {"bob": {}}, "fixtures": {"Post": [{"$as": "row"}]}}
    hidden = list(coherence.of_case(case(), members, outer, ["m", "row"]))
    assert [(item.path, item.message) for item in hidden] == [
        (("matrix",), "'row' is already the name of a fixture: choose another"),
        (("actors", "bob"), "'bob' is already the name of an actor: choose another"),
        (("fixtures", "Post", 0, "$as"), "'row' is already the name of a fixture: choose another"),
    ]


def test_one_case_does_not_see_the_names_of_another() -> None:
    outer = Names()
    list(outer.world(["bob"], {}))
    assert list(coherence.of_case(case(call(save="n")), {}, outer, [])) == []
    assert list(coherence.of_case(case(call(save="n")), {}, outer, [])) == []


def test_values_and_patterns_of_fixtures_and_steps_are_looked_at() -> None:
    outer = Names()
    assert [
        item.path for item in coherence.of_suite(outer, ["bob"], {"User": [{"bio": "$5"}]})
    ] == [("fixtures", "User", 0, "bio")]
    bad = case(call(args={"data": "$5"}, expect=Expect(ok={"$nope": 1})))
    assert [item.path for item in coherence.of_case(bad, {}, outer, [])] == [
        ("steps", 0, "args", "data"),
        ("steps", 0, "expect", "ok", "$nope"),
    ]

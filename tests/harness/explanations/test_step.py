"""Every kind of step, and everything that may be expected of one, in words."""

import pytest

from dbal_conform.core.suite import (
    Call,
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
from dbal_conform.explanations.step import step_lines

READ = Call("User.read", args={"id": "$bob.id"})


def told(step: Step) -> str:
    return " ".join(" ".join(step_lines("1", step)).split())


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (READ, "1 User.read args {id: $bob.id}"),
        (
            Call("User.list", as_="ann", in_="t", save="s", meta={"n": 5}, proves=("A-B-1",)),
            "1 User.list as ann in transaction t (its reply is kept as s) meta {n: 5} proves A-B-1",
        ),
        (
            Parallel({"a": (Call("User.list"),)}, times=2, repeat=3),
            "1 at once, 2 callers each, 3 rounds in fresh worlds 1.a.1 User.list",
        ),
        (Start("p", READ), "1 start p: User.read, and do not wait args {id: $bob.id}"),
        (Join("p", save="s"), "1 wait for p (its reply is kept as s)"),
        (Transaction("begin", "t", as_="ann", parent="u"), "1 begin t as ann inside u"),
        (Clock(advance_ms=1500), "1 the target's clock goes on by 1.5 s"),
        (Clock(set="now", frozen=True), "1 the target's clock is set to now and stands"),
        (Clock(frozen=False), "1 the target's clock runs"),
        (InjectFault(method="U.r", target="delay"), "1 fault {target: delay, method: U.r}"),
        (Eventually(2000, READ), "1 until it holds, at most 2 s: User.read args {id: $bob.id}"),
        (Raw("json", "{", as_="a", save="s"), '1 raw json as a (its reply is kept as s) sends "{"'),
        (Sweep(), "1 sweep"),
        (Check("sorted_by", ["$a", "x"]), "1 check sorted by [$a, x]"),
    ],
)  # fmt: skip
def test_a_step_is_told(step: Step, text: str) -> None:
    assert told(step).endswith(text)


@pytest.mark.parametrize(
    ("expect", "text"),
    [
        (Expect(), "wants success"),
        (Expect(ok={"n": 1}), "wants success with {n: 1}"),
        (Expect(ok=None), "wants success with null"),
        (Expect(observe=True), "wants anything: it is recorded, not judged"),
        (Expect(raw={"silence": 1}), "wants {silence: 1}"),
        (Expect(outcomes={"ok": 1, "CONFLICT": 7}), "wants 1 times ok, 7 times CONFLICT"),
        (Expect(any_of=(Expect(ok=1), Expect(error=ErrorPattern("TIMEOUT")))),
         "wants success with 1 or TIMEOUT"),
        (Expect(ok=1, audit=[{"code": None}], within_ms=50),
         "audit records like [{code: null}] within 50 ms"),
        (Expect(error=ErrorPattern("CONFLICT", fields={"a.b": "unique"}, reason="unique")),
         "CONFLICT, with exactly the findings {a.b: unique}, reason unique"),
        (Expect(error=ErrorPattern(code=409)), "wants an error of code 409"),
        (Expect(error=ErrorPattern()), "wants any error"),
        (Expect(error=ErrorPattern("TIMEOUT"), unchanged=False),
         "wants TIMEOUT but something stored may have changed"),
        (Expect(error=ErrorPattern("FORBIDDEN"), twin=Twin(because="nobody may")),
         "twin none, because nobody may"),
        (Expect(error=ErrorPattern("FORBIDDEN"), twin=Twin(as_="admin", ok={"n": 1})),
         "twin put right by {as: admin} it succeeds with {n: 1}"),
    ],
)  # fmt: skip
def test_an_expectation_is_told(expect: Expect, text: str) -> None:
    assert told(Call("User.read", expect=expect)).endswith(text)

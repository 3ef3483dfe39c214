"""For each rule of lint, cases on which it fires and cases on which it holds its peace."""

from typing import Any

from dbal_conform.core.shortform import ORIGIN
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
    Sweep,
    Transaction,
    Twin,
)

ID = {"id": "x"}
NO_TWIN = Twin(because="there is none")
GOOD = Expect(ok={"total": 1})


def case(*steps: Step, **more: Any) -> Case:  # noqa: ANN401 -- members of a case
    more.setdefault("covers", ("USR-CREATE-001",))
    more.setdefault("actors", {"bob": Actor("user", "other")})
    return Case("s/x", "t", steps=steps, source="s.yaml", line=3, **more)


def call(method: str = "User.list", **more: Any) -> Call:  # noqa: ANN401 -- members of a call
    more.setdefault("expect", GOOD)
    return Call(method, as_=more.pop("by", "bob"), line=7, **more)


def fails(name: str = "NOT_FOUND", **more: Any) -> Expect:  # noqa: ANN401 -- members of an error
    return Expect(error=ErrorPattern(name, **more), twin=NO_TWIN)


def migration(entity: str) -> Call:
    return call("dbal.migrate", by="system", args={"entities": [{"entity": entity}]})


FIRES: dict[str, list[Case]] = {
    "unknown-requirement": [case(call(), covers=("USR-CREATE-999",))],
    "unknown-capability": [case(call(), requires=("flight",))],
    "unknown-need": [case(call(), needs=("luck",))],
    "unknown-role": [case(call(), actors={"bob": Actor("root")})],
    "unknown-fixture": [
        case(call(), fixtures={"Users": ({},)}),
        case(call(), fixtures={"User": ({"nick": "x"},)}),
        case(call(), fixtures={"User": ({"password": "x"},)}),
    ],
    "unknown-error": [
        case(call(expect=fails("NOTFOUND"))),
        case(call(expect=fails("VALIDATION_ERROR", fields={"a": "odd"}))),
        case(call(expect=fails("CONFLICT", reason="odd"))),
        case(call(expect=Expect(any_of=(GOOD, fails("ODD"))))),
        case(Parallel({"a": (call(expect=None),)}, times=2, expect=Expect(outcomes={"ODD": 2}))),
        case(Start("p", call(expect=None)), Join("p", expect=fails("ODD"))),
        case(Eventually(5, call(expect=fails("ODD")))),
    ],
    "unknown-call": [
        case(call("User.lst")),
        case(call("zzz")),
        case(call("User.lst", expect=fails("VALIDATION_ERROR"))),
        case(call("User.lst", expect=None), call()),
        case(migration("Ticket"), call("Ticket.lst")),
        case(migration("Ticket"), call("Other.list")),
    ],
    "unknown-argument": [
        case(call(args={"page_size": 1})),
        case(call("dbal.hello", args={"x": 1})),
        case(Start("p", call(expect=None, args={"x": 1})), Join("p", expect=GOOD)),
    ],
    "missing-argument": [
        case(call("User.read")),
        case(Eventually(5, call("User.read"))),
        case(Parallel({"a": (call("User.read", expect=None), Sweep())}, times=2), call()),
    ],
    "unknown-meta": [case(call(meta={"tenantId": "x"}))],
    "unbound-reference": [
        case(call(args={"filter": {"id": "$eve.id"}})),
        case(call(args={"filter": {"id": "a${eve.id}"}})),
        case(call(args={"filter": "$n.id"}, save="n"), Check("eq", ["$n", 1])),
        case(call(args={"filter": "$actor.eve.id"})),
        case(call(meta={"tenant": "$tenant.else"})),
        case(call(args={"filter": "$prev"})),
        case(call(args={"filter": "$steps[0]"})),
        case(call(args={"filter": "$steps"}), call()),
        case(call(args={"filter": "$i"})),
        case(Parallel({"a": (call(args={"limit": "$i"}),), "b": (call(),)})),
        case(
            Parallel({"a": (call(save="n"),), "b": (call(args={"limit": "$n"}),)}),
            Check("eq", ["$a.n", 1]),
        ),
        case(call(), Check("eq", ["$eve", 1])),
        case(Clock(set="$eve"), call()),
        case(call(expect=Expect(ok={"id": "$eve.id"}))),
    ],
    "unused-save": [
        case(call(save="n")),
        case(Start("p", call(expect=None)), Join("p", save="n", expect=GOOD)),
        case(Eventually(5, call(save="n"))),
        case(Raw("json", "{}", save="n", expect=Expect(raw={"json": 1}))),
        case(Parallel({"a": (call(save="n"),), "b": (call(),)})),
        case(Parallel({"a": (call(save="n"),), "b": (call(),)}), Check("eq", ["$a.m", 1])),
    ],
    "no-twin": [
        case(call(expect=Expect(error=ErrorPattern(name))))
        for name in ("VALIDATION_ERROR", "CONFLICT", "FORBIDDEN", "UNAUTHORIZED", "NOT_FOUND")
    ],
    "cannot-fail": [
        case(call(expect=None)),
        case(call(expect=Expect(ok={}))),
        case(call(expect=Expect(ok={"$any": True}))),
        case(call(expect=Expect(ok="$any"))),
        case(Sweep()),
    ],
    "unproven-requirement": [
        case(call(proves=("USR-CREATE-001",)), covers=("USR-CREATE-001", "USR-CREATE-002")),
        case(
            Eventually(5, call(proves=("USR-CREATE-001",))),
            Check("eq", [1, 1], proves=("USR-CREATE-001",)),
            covers=("USR-CREATE-001", "USR-CREATE-002"),
        ),
    ],
    "nothing-to-observe": [case(call(expect=Expect(observe=True)))],
    "ended-session": [
        case(Clock(advance_ms=86_400_000), call()),
        case(Clock(set={"$now": "+23h60m"}), call()),
        case(Clock(advance_ms=43_200_000), Clock(advance_ms=43_200_000), call()),
        case(Clock(advance_ms=86_400_000), Eventually(5, call())),
        case(Clock(advance_ms=86_400_000), Parallel({"a": (call(), Sweep())}, times=2)),
    ],
    "literal-timestamp": [
        case(call(expect=Expect(ok={"createdAt": 1_700_000_000_000}))),
        case(call(expect=Expect(ok={"data": [{"updatedAt": 5}]}))),
        case(call(expect=Expect(ok={"data": {"$each": {"lastActivity": 5}}}))),
    ],
}

SILENT: dict[str, list[Case]] = {
    "unknown-requirement": [case(call())],
    "unknown-capability": [case(call(), requires=("joins",))],
    "unknown-need": [case(call(), needs=("slow", "connections"))],
    "unknown-role": [case(call())],
    "unknown-fixture": [
        case(call(), fixtures={"User": ({"$as": "a", "username": "a"},)}),
        case(call(), fixtures={"Credential": ({"username": "a", "password": "b"},)}),
    ],
    "unknown-error": [
        case(call(expect=fails("CONFLICT", reason="unique", fields={"a": "unique"}))),
        case(call(expect=fails("VALIDATION_ERROR", reason="method_not_found"))),
        case(call(expect=fails("CONFLICT", reason="$any"))),
        case(call(expect=fails("CONFLICT", reason={"$any": True}))),
        case(Parallel({"a": (call(expect=None),)}, times=2, expect=Expect(outcomes={"ok": 2}))),
        case(Transaction("begin", "t", expect=fails("FORBIDDEN"))),
        case(call(expect=Expect(error=ErrorPattern(code=404)))),
    ],
    "unknown-call": [
        case(call()),
        case(call("User.lst", expect=fails("VALIDATION_ERROR", reason="method_not_found"))),
        case(call("User.lst", expect=fails("UNAUTHORIZED"))),
        case(call("User.lst", expect=Expect(observe=True))),
        case(call("User.lst", expect=Expect(any_of=(fails(), GOOD)))),
        case(migration("Ticket"), call("Ticket.list"), call("Ticket.create")),
    ],
    "unknown-argument": [
        case(call(args={"limit": 1})),
        case(call(args={"x": 1}, expect=fails("VALIDATION_ERROR"))),
        case(call("User.lst", args={"x": 1})),
    ],
    "missing-argument": [
        case(call("User.read", args=ID)),
        case(call("User.read", expect=fails("VALIDATION_ERROR"))),
        case(call("User.rd")),
        case(
            Parallel(
                {"a": (call("User.read", expect=None),)},
                times=2,
                expect=Expect(outcomes={"VALIDATION_ERROR": 2}),
            )
        ),
    ],
    "unknown-meta": [
        case(call(meta={"tenant": "x"})),
        case(call(meta={"role": "x"}, expect=fails("VALIDATION_ERROR"))),
    ],
    "unbound-reference": [
        case(
            call(save="n"),
            call(args={"filter": "$n", "limit": "$prev", "sort": "$steps[0].total"}),
            call(args={"filter": "$row.id", "page": "$actor.bob.id", "limit": "$now"}),
            call(meta={"tenant": "$tenant.other"}),
            call(meta={"tenant": "$tenant.default"}),
            call(meta={"tenant": "$tenant.third"}),
            fixtures={"User": ({"$as": "row", "tenantId": "third"}, {"tenantId": None})},
        ),
        case(call(args={"filter": {"$repeat": ["a${i}", 3]}})),
        case(Parallel({"a": (call(args={"limit": "$i"}),)}, times=2)),
        case(
            Parallel({"a": (call(save="n"), call(args={"limit": "$n"}))}, times=2),
            Check("eq", ["$a[0].n", 1]),
        ),
        case(
            Transaction("begin", "t", as_="bob"),
            call(meta={"tx": "$t", "tenant": "$tenant.default"}),
            actors={"bob": Actor("user")},
        ),
        case(call(args={"filter": "$$eve", "sort": "$any"}, expect=Expect(ok="$any"))),
    ],
    "unused-save": [
        case(call(save="n"), call(args={"filter": "$n"})),
        case(call(save="n"), Check("eq", ["$n.a", 1])),
        case(Parallel({"a": (call(save="n"),), "b": (call(),)}), Check("eq", ["$a.n", 1])),
        case(Parallel({"a": (call(save="n"),), "b": (call(),)}), Check("eq", ["$a", 1])),
        case(Parallel({"a": (call(save="n"),)}, times=2), Check("eq", ["$a[1].n.x", 1])),
        case(Parallel({"a": (call(save="n"), call(args={"limit": "$n"}))}, times=2)),
        case(Sweep(), Transaction("begin", "t", as_="bob")),
    ],
    "no-twin": [
        case(call(expect=fails())),
        case(call(expect=Expect(error=ErrorPattern("TIMEOUT")))),
        case(call(expect=Expect(error=ErrorPattern("NOT_FOUND"))), origin=ORIGIN),
        case(call(expect=Expect(error=ErrorPattern("NOT_FOUND"), observe=True))),
        case(Eventually(5, call(expect=Expect(error=ErrorPattern("NOT_FOUND"))))),
        case(Parallel({"a": (call(expect=Expect(error=ErrorPattern("NOT_FOUND"))),)}, times=2)),
        case(call(), call(expect=None)),
    ],
    "cannot-fail": [
        case(call()),
        case(call(expect=None), Check("eq", [1, 1])),
        case(call(expect=fails())),
        case(call(expect=Expect(ok=None))),
        case(call(expect=Expect(audit=1))),
        case(call(expect=Expect(within_ms=1))),
        case(call(expect=Expect(observe=True))),
        case(Raw("json", "{}", expect=Expect(raw={"json": 1}))),
        case(Parallel({"a": (call(expect=None),)}, times=2, expect=Expect(outcomes={"ok": 2}))),
    ],
    "unproven-requirement": [
        case(call(), covers=("USR-CREATE-001", "USR-CREATE-002")),
        case(
            call(proves=("USR-CREATE-001",)),
            call(proves=("USR-CREATE-002",)),
            covers=("USR-CREATE-001", "USR-CREATE-002"),
        ),
        case(call(proves=("USR-CREATE-001",)), call(), covers=("USR-CREATE-001", "USR-CREATE-002")),
        case(Sweep()),
    ],
    "nothing-to-observe": [
        case(call(expect=Expect(observe=True)), covers=("SES-ACT-001",)),
        case(call()),
        case(call(), covers=("USR-CREATE-999",)),
    ],
    "ended-session": [
        case(Clock(advance_ms=86_399_999), call()),
        case(Clock(set={"$now": "-25h"}), Clock(set=5), Clock(frozen=True), call()),
        case(Clock(advance_ms=86_400_000), call(by="system"), call(by="anonymous"), call(by=None)),
        case(Clock(advance_ms=86_400_000), call(meta={"token": "$s.token"})),
        case(Clock(advance_ms=86_400_000), call(expect=fails("UNAUTHORIZED"))),
        case(Clock(advance_ms=86_400_000), Start("p", call(by="system")), Join("p")),
    ],
    "literal-timestamp": [
        case(call(expect=Expect(ok={"createdAt": {"$now": True}, "total": 5, "on": True}))),
        case(call(args={"data": {"createdAt": [5, None]}}, expect=Expect(ok={"createdAt": 5}))),
        case(
            call(expect=Expect(ok={"createdAt": 5})),
            fixtures={"User": ({"createdAt": 5, "x": True},)},
        ),
        case(Clock(set=5), call(expect=Expect(ok={"createdAt": 5}))),
        case(call(expect=Expect(ok={"createdAt": True})), call(expect=fails())),
    ],
}

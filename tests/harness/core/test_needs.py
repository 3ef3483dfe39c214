import pytest

from dbal_conform.core.needs import NEEDS, of_steps
from dbal_conform.core.suite import (
    Call,
    Check,
    Clock,
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
)

AUDITED = Call("User.count", expect=Expect(audit={"code": None}))


@pytest.mark.parametrize(
    ("step", "needs"),
    [
        (Call("User.count"), []),
        (AUDITED, ["audit"]),
        (Call("conformance.clock"), ["clock"]),
        (Call("conformance.fault"), ["faults.target"]),
        (Call("conformance.audit", expect=Expect(audit=1)), ["audit", "audit"]),
        (Clock(advance_ms=1), ["clock"]),
        (Sweep(), ["clock"]),
        (InjectFault(target="slow"), ["faults.target"]),
        (InjectFault(database="kill"), ["faults.database"]),
        (InjectFault(network="cut"), ["faults.network"]),
        (InjectFault(database="kill", at="commit"), ["faults.database", "faults.network"]),
        (InjectFault(connection="drop"), ["connections"]),
        (Raw("json", "{}"), ["transport.json"]),
        (Raw("bytes", "ff"), ["transport.json"]),
        (Raw("frames", []), ["transport.websocket"]),
        (Raw("http", {}), ["transport.http"]),
        (Raw("grpc", {}), ["transport.grpc"]),
        (Raw("line", "x"), ["transport.stdio"]),
        (Start("p", AUDITED), ["audit"]),
        (Eventually(5, AUDITED), ["audit"]),
        (Parallel({"a": (AUDITED,), "b": (Call("x"),)}), ["audit"]),
        (Join("p", expect=Expect(audit=1)), ["audit"]),
        (Transaction("begin", "t"), []),
        (Check("eq", [1, 1]), []),
    ],
)
def test_needs_follow_from_steps(step: Step, needs: list[str]) -> None:
    assert list(of_steps((step,))) == needs


def test_every_need_that_follows_is_explained() -> None:
    assert all(NEEDS.values())
    assert {"slow", "connections", "server-database", "digest"} <= set(NEEDS)

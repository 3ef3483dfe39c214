"""What a case must have beside capabilities (`needs`), and what follows from its steps."""

from collections.abc import Iterator
from typing import Final

from dbal_conform.core.suite import (
    UNSET,
    Call,
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

NEEDS: Final = {
    "clock": "the target's control moves its clock, resets and sweeps",
    "audit": "the target's control shows audit records",
    "digest": "the target's control shows what is stored",
    "faults.target": "the target's control can make calls fail",
    "server-database": "a database that is a server, not a library",
    "faults.database": "the environment can pause, kill and restart the database",
    "faults.network": "the environment can cut and slow the way to the database",
    "transport.json": "a transport of JSON messages",
    "transport.websocket": "the transport is WebSocket",
    "transport.http": "the transport is HTTP",
    "transport.grpc": "the transport is gRPC",
    "transport.stdio": "the transport is stdio",
    "connections": "the transport has several connections",
    "slow": "waits in real time: outside the speed figures, inside certification",
}
"""Every name that `needs` may hold, and what it means."""

_RAW: Final = {
    "json": "transport.json",
    "bytes": "transport.json",
    "frames": "transport.websocket",
    "http": "transport.http",
    "grpc": "transport.grpc",
    "line": "transport.stdio",
}
_CONTROL: Final = {
    "conformance.clock": "clock",
    "conformance.reset": "clock",
    "conformance.sweep": "clock",
    "conformance.audit": "audit",
    "conformance.digest": "digest",
    "conformance.fault": "faults.target",
}


def of_steps(steps: tuple[Step, ...]) -> Iterator[str]:
    """Yield what follows from the steps themselves, repetitions included."""
    for step in steps:
        yield from _of(step)


def _of(step: Step) -> Iterator[str]:
    match step:
        case Clock() | Sweep():
            yield "clock"
        case InjectFault():
            yield from _of_fault(step)
        case Raw():
            yield _RAW[step.kind]
        case Call():
            yield from _of_call(step)
        case Start() | Eventually():
            yield from _of_call(step.call)
        case Parallel():
            for branch in step.parallel.values():
                yield from of_steps(branch)
        case Join() | Transaction():
            yield from _of_expect(step.expect)
        case _:
            return


def _of_call(call: Call) -> Iterator[str]:
    if call.call in _CONTROL:
        yield _CONTROL[call.call]
    yield from _of_expect(call.expect)


def _of_expect(expect: Expect | None) -> Iterator[str]:
    if expect is not None and expect.audit is not UNSET:
        yield "audit"


def _of_fault(step: InjectFault) -> Iterator[str]:
    if step.connection:
        yield "connections"
    if step.target:
        yield "faults.target"
    if step.database:
        yield "faults.database"
    if step.network or step.at:  # what is to happen at a statement, the way there has to see
        yield "faults.network"

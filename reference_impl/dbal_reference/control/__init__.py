"""conformance.*: what lets a harness set up a world and look behind the scenes (section 17)."""

from typing import NamedTuple

from dbal_reference.audit import AuditLog
from dbal_reference.control.digest import Digest
from dbal_reference.control.faults import Fault, Faults
from dbal_reference.control.log import Audit
from dbal_reference.control.reset import Reset
from dbal_reference.control.sweep import Sweep
from dbal_reference.control.time import SetClock
from dbal_reference.operations.engine import Engine
from dbal_reference.operations.procedure import Procedure


class Instruments(NamedTuple):
    """What control methods read and set, besides what every operation works with."""

    audit: AuditLog
    faults: Faults


def compile_controls(engine: Engine, instruments: Instruments) -> dict[str, Procedure]:
    """The procedures of a server in conformance mode, by method."""
    operations, (audit, faults) = engine.schema.operations, instruments
    return {
        "conformance.audit": Audit(engine, operations["conformance.audit"], audit),
        "conformance.clock": SetClock(engine, operations["conformance.clock"]),
        "conformance.digest": Digest(engine, operations["conformance.digest"]),
        "conformance.fault": Fault(engine, operations["conformance.fault"], faults),
        "conformance.reset": Reset(engine, operations["conformance.reset"], audit, faults),
        "conformance.sweep": Sweep(engine, operations["conformance.sweep"]),
    }

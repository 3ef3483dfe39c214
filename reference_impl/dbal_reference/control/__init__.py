"""conformance.*: what lets a harness set up a world and look behind the scenes (section 17)."""

from dbal_reference.audit import AuditLog
from dbal_reference.control.digest import Digest
from dbal_reference.control.faults import Fault, Faults
from dbal_reference.control.log import Audit
from dbal_reference.control.reset import Reset
from dbal_reference.control.sweep import Sweep
from dbal_reference.control.time import SetClock
from dbal_reference.operations.engine import Engine
from dbal_reference.operations.procedure import Procedure


def compile_controls(engine: Engine, audit: AuditLog, faults: Faults) -> dict[str, Procedure]:
    """The procedures of a server in conformance mode, by method."""
    operations = engine.schema.operations
    return {
        "conformance.audit": Audit(engine, operations["conformance.audit"], audit),
        "conformance.clock": SetClock(engine, operations["conformance.clock"]),
        "conformance.digest": Digest(engine, operations["conformance.digest"]),
        "conformance.fault": Fault(engine, operations["conformance.fault"], faults),
        "conformance.reset": Reset(engine, operations["conformance.reset"], audit, faults),
        "conformance.sweep": Sweep(engine, operations["conformance.sweep"]),
    }

"""What came of a call: for the caller, and for the audit log."""

from dbal_reference.adapters import (
    OverdueError,
    ReferencedError,
    UnavailableError,
    WriteConflictError,
)
from dbal_reference.audit import AuditLog
from dbal_reference.defects import report
from dbal_reference.errors import (
    ConflictError,
    DatabaseError,
    DbalError,
    ForbiddenError,
    InternalError,
    MaliciousCodeError,
    SandboxViolationError,
    TimeoutExceededError,
    UnauthorizedError,
)
from dbal_reference.model import Operation
from dbal_reference.operations.call import Call


def explain(call: Call, error: Exception) -> DbalError:  # noqa: PLR0911 -- a table
    """What the caller is told; a defect is told to the log instead (ERR-SAFE, ERR-MAP)."""
    match error:
        case ForbiddenError() if call.actor.kind == "anonymous":
            return UnauthorizedError()  # ORD-CHK-002
        case DbalError():
            return error
        case UnavailableError(outcome_unknown=True):
            return DatabaseError("the database was lost while committing", outcome="unknown")
        case UnavailableError():
            return DatabaseError("the database cannot be reached")
        case OverdueError():
            return TimeoutExceededError("the deadline passed")
        case WriteConflictError():
            return ConflictError("another call came first", reason="write_conflict")
        case ReferencedError():
            return ConflictError("other rows refer to it", reason="referenced")
        case _:
            report(call.method, error, call.meta.request_id)
            return InternalError("the server has a defect; its log says more")


def record(log: AuditLog, call: Call, operation: Operation, failure: DbalError | None) -> None:
    """Leave the record of a call (AUD-REC).

    Raises:
        Exception: whatever the sink of the log raises; then there is no record.
    """
    actor = call.actor
    created = operation.name == "create"  # a row that was not made has no key
    log.append(
        user=actor.name,
        role="system" if actor.is_system else actor.role,
        tenant=actor.tenant,
        operation=operation.name,
        entity=operation.entity,
        id=None if failure is not None and created else call.subject,
        success=failure is None,
        code=None if failure is None else failure.name,
        requestId=call.meta.request_id,
        securityIncident=isinstance(failure, (SandboxViolationError, MaliciousCodeError)),
    )

"""The order of checks (section 5) around every operation, and what comes of each call."""

import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from dbal_reference.access.actor import Actor
from dbal_reference.adapters import (
    Adapter,
    OverdueError,
    ReferencedError,
    UnavailableError,
    UniqueViolation,
)
from dbal_reference.audit import AuditLog, Sink
from dbal_reference.clock import Clock
from dbal_reference.control import compile_controls
from dbal_reference.control.faults import Faults
from dbal_reference.defects import report
from dbal_reference.envelope import MetaReader, members
from dbal_reference.errors import (
    CapabilityError,
    ConflictError,
    DatabaseError,
    DbalError,
    EnvelopeError,
    ForbiddenError,
    InternalError,
    MaliciousCodeError,
    SandboxViolationError,
    TimeoutExceededError,
    UnauthorizedError,
)
from dbal_reference.identity import Context, Identity
from dbal_reference.model import UNSET, Schema
from dbal_reference.operations.call import Call
from dbal_reference.operations.engine import Engine
from dbal_reference.operations.findings import refuse
from dbal_reference.operations.procedure import Procedure
from dbal_reference.operations.table import compile_procedures
from dbal_reference.passwords import Cost, Hasher

_ATTEMPTS = 5  # another process on the same file may take a unique value between look and write


class Service:
    """One DBAL over one database; any number of threads may call it at once.

    Args:
        schema: the contract.
        adapter: the database, which the service does not close.
        bootstrap_token: of the actor `system`; None or empty: nobody is.
        conformance: offer `conformance.*`, and hash passwords cheaply.
        audit_sink: gets each audit record too, in order.
        clock: where time comes from.

    Raises:
        SchemaError: a rule or an operation of the schema makes no sense.
    """

    def __init__(  # noqa: PLR0913 -- what a server is configured with
        self,
        schema: Schema,
        adapter: Adapter,
        *,
        bootstrap_token: str | None = None,
        conformance: bool = False,
        audit_sink: Sink | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.schema = schema
        self.clock = clock or Clock()
        self.audit = AuditLog(self.clock, audit_sink)
        self._adapter = adapter
        self._engine = Engine(
            schema,
            adapter,
            self.clock,
            cursor_secret=secrets.token_bytes(32),
            hasher=Hasher(Cost.of(schema.passwords, conformance=conformance)),
            conformance=conformance,
        )
        self._identity = Identity(self._engine, bootstrap_token)
        self._meta = MetaReader(schema)
        self._faults = Faults()
        self._procedures: Mapping[str, Procedure] = compile_procedures(self._engine)
        if conformance:
            controls = compile_controls(self._engine, self.audit, self._faults)
            self._procedures = {**self._procedures, **controls}

    def call(
        self,
        method: str,
        params: Any = UNSET,  # noqa: ANN401 -- any JSON, judged here
        context: Context | None = None,
        *,
        token: str | None = None,
        render: Callable[[Any], Any] | None = None,
    ) -> Any:  # noqa: ANN401 -- any JSON, or what `render` makes
        """Do what a request asks, and leave its audit record.

        Args:
            method: `Entity.operation`, `dbal.operation` or `conformance.operation`.
            params: the arguments, flat, and `meta`; left out it counts as `{}`.
            context: in process, who calls; `meta.token` overrides it.
            token: of the connection; `meta.token` overrides it.
            render: makes the reply of the result, within the call: if it raises, the call failed.

        Raises:
            DbalError: one of the twelve errors; nothing was changed (CALL-ATOM-001).
        """
        call = Call(method, self._adapter, time.monotonic())
        call.now_ms = self.clock.now_ms()
        procedure = self._procedures.get(method)
        failure: DbalError | None = None
        reply: Any = None
        try:
            result = self._run(call, procedure, {} if params is UNSET else params, context, token)
            reply = result if render is None else render(result)
        except Exception as error:  # noqa: BLE001 -- a defect of one call is no end of the server
            failure = self._explain(call, error)
        with suppress(Exception):  # a unit for reading has nothing to lose
            call.release()
        if procedure is not None and procedure.operation.audited and not call.recorded:
            failure = self._record(call, procedure, failure)
        if failure is not None:
            raise failure
        return reply

    def _run(
        self,
        call: Call,
        procedure: Procedure | None,
        params: Any,  # noqa: ANN401 -- any JSON
        context: Context | None,
        token: str | None,
    ) -> Any:  # noqa: ANN401 -- any JSON
        self._open(call, procedure, params)
        if procedure is None:
            words = "there is no such method"
            raise EnvelopeError(words, reason="method_not_found")
        known = call.meta.token if call.meta.token is not None else token
        self._establish(call, procedure, known, context)
        self._faults.strike(call, procedure)
        call.now_ms = self.clock.now_ms()  # a fault may have taken its time
        call.actor = self._identity.narrow(call)
        procedure.check_rights(call)
        self._check_meta_capabilities(call)
        procedure.check_capabilities(call)
        intent = procedure.judge(call)
        return self._perform(call, procedure, intent)

    def _establish(
        self, call: Call, procedure: Procedure, token: str | None, context: Context | None
    ) -> None:
        """Check 2; where an outage is the answer, it is no refusal (SYS-HEALTH-001)."""
        try:
            call.actor = self._identity.establish(call, token, context)
        except UnavailableError:
            if not procedure.tells_outage:
                raise
            call.loses_database = True

    def _open(self, call: Call, procedure: Procedure | None, params: Any) -> None:  # noqa: ANN401 -- any JSON
        """Check 1. The deadline counts from receipt, so it is set as soon as it is known."""
        call.params, raw = members(params)
        if procedure is not None:
            procedure.identify(call)
        call.meta, findings = self._meta.read(call.method, raw)
        refuse(findings)
        call.deadline += (call.meta.deadline_ms - Call.DEFAULT_MS) / 1000

    def _check_meta_capabilities(self, call: Call) -> None:
        """Check 4, for what `meta` asks of every method."""
        meta, claims = call.meta, self._engine.claims
        if meta.contract is not None:
            major = self.schema.version.partition(".")[0]
            if meta.contract.partition(".")[0] != major:
                raise CapabilityError("another contract", capability="contract")
        if meta.consistency == "eventual" and "readReplicas" not in claims:
            raise CapabilityError("readReplicas is not supported", capability="readReplicas")
        if meta.tx is not None and "transactions.flat" not in claims:
            raise CapabilityError("no transactions here", capability="transactions.flat")

    def _perform(self, call: Call, procedure: Procedure, intent: Any) -> Any:  # noqa: ANN401 -- what judge made
        """Checks 9 to 11 and the work, in one atomic unit (CALL-ATOM-001, ACL-ROW-003)."""
        if not procedure.writes:
            result = procedure.perform(call, intent)
            call.check_deadline()
            return result
        call.release()
        for _ in range(_ATTEMPTS):
            with (
                suppress(UniqueViolation),
                self._adapter.unit(write=True, deadline=call.deadline) as unit,
            ):
                call.write_in(unit)
                result = procedure.perform(call, intent)
                call.check_deadline()
                if self.audit.outlives and procedure.operation.audited and not call.recorded:
                    self._append(call, procedure, None)  # or the write is undone (AUD-REC-010)
                    call.recorded = True
                break
        else:
            raise ConflictError("another call came first", reason="write_conflict")
        call.write_in(None)
        call.check_commit()
        return result

    def _explain(self, call: Call, error: Exception) -> DbalError:  # noqa: PLR0911 -- a table
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
            case ReferencedError():
                return ConflictError("other rows refer to it", reason="referenced")
            case _:
                report(call.method, error)
                return InternalError("the server has a defect; its log says more")

    def _record(
        self, call: Call, procedure: Procedure, failure: DbalError | None
    ) -> DbalError | None:
        """Leave the record of a call that has ended; what cannot be recorded has failed."""
        try:
            self._append(call, procedure, failure)
        except Exception as error:  # noqa: BLE001 -- a sink may raise anything
            report(call.method, error)
            return failure or InternalError("the audit record could not be kept")
        return failure

    def _append(self, call: Call, procedure: Procedure, failure: DbalError | None) -> None:
        actor, operation = call.actor, procedure.operation
        created = operation.name == "create"  # a row that was not made has no key
        self.audit.append(
            user=_name(actor),
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


def _name(actor: Actor) -> str:
    return actor.kind if actor.id is None else actor.id

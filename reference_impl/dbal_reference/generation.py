"""The order of checks (section 5), compiled from one schema; a migration replaces the whole."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from random import Random
from time import monotonic, sleep
from typing import Any

from dbal_reference.adapters import UnavailableError, UniqueViolation, Unit, WriteConflictError
from dbal_reference.control import Instruments, compile_controls
from dbal_reference.envelope import MetaReader, members
from dbal_reference.errors import CapabilityError, ConflictError, EnvelopeError
from dbal_reference.identity import Context, Identity
from dbal_reference.model import Schema
from dbal_reference.operations.call import Call
from dbal_reference.operations.engine import Engine, OutdatedError, Resources
from dbal_reference.operations.findings import refuse
from dbal_reference.operations.procedure import Procedure
from dbal_reference.operations.table import find_procedures
from dbal_reference.outcome import record

_FIRST_WAIT_S = 0.005
_CHANCE = Random()  # noqa: S311 -- not a secret
_ATTEMPTS = 5  # another process on the same file may take a unique value between look and write


def _back_off(attempt: int, deadline: float) -> None:
    """Wait a while, twice as long each time, and no two alike: whoever won may be done by then."""
    longest = min(_FIRST_WAIT_S * 2**attempt, max(0.0, deadline - monotonic()))
    sleep(_CHANCE.uniform(0, longest))


class Generation:
    """What judges and does calls while its schema is in force; nothing in it changes.

    Args:
        schema: in force.
        resources: what it works with, and the next one too.
        instruments: the audit log, and the faults of conformance mode.
        bootstrap_token: of the actor `system`.
        is_live: whether a generation is the one in force.

    Raises:
        SchemaError: a rule of the schema makes no sense, or nothing here does an operation.
    """

    def __init__(
        self,
        schema: Schema,
        resources: Resources,
        instruments: Instruments,
        bootstrap_token: str | None,
        is_live: Callable[["Generation"], bool],
    ) -> None:
        self.schema = schema
        self._resources = resources
        self._audit, self._faults = instruments
        self._is_live = is_live
        self._engine = Engine(schema, resources)
        self._identity = Identity(self._engine, bootstrap_token)
        self._meta = MetaReader(schema)
        self._procedures = find_procedures(self._engine)
        self._controls: Mapping[str, Procedure] = (
            compile_controls(self._engine, instruments) if resources.conformance else {}
        )

    def complete(self) -> "Generation":
        """Make every procedure, for errors of a folder to be told at the start.

        Raises:
            SchemaError: an operation of the schema makes no sense.
        """
        for method in self._procedures:
            self.procedure(method)
        return self

    def procedure(self, method: str) -> Procedure | None:
        """What does a method; None if there is no such."""
        if method in self._controls:
            return self._controls[method]
        return self._procedures.get(method)

    def run(self, call: Call, params: Any, context: Context | None, token: str | None) -> Any:  # noqa: ANN401 -- any JSON
        """Judge the call and do it; its result.

        Raises:
            DbalError: it is refused, or failed.
            Exception: of the database, or a defect: see `outcome.explain`.
            OutdatedError: another generation must judge it; nothing was done.
        """
        procedure = self.procedure(call.method)
        self._open(call, procedure, params)
        if procedure is None:
            raise EnvelopeError("there is no such method", reason="method_not_found")
        known = call.meta.token if call.meta.token is not None else token
        self._establish(call, procedure, known, context)
        self._faults.strike(call, procedure)
        call.now_ms = self._engine.clock.now_ms()  # a fault may have taken its time
        call.actor = self._identity.narrow(call)
        procedure.check_rights(call)
        self._check_meta_capabilities(call)
        procedure.check_capabilities(call)
        with self._joined(call):
            intent = procedure.judge(call)
            return self._perform(call, procedure, intent)

    def repeats(self, call: Call) -> bool:
        """Whether a call begins anew that the database has ended for the sake of another.

        One that only reads does: tables were changed under it (docs/decisions/062).
        """
        procedure = self.procedure(call.method)
        call.attempts += 1
        if procedure is None or procedure.operation.entity is None or procedure.commits:
            return False
        return call.meta.tx is None and call.attempts < _ATTEMPTS

    def _open(self, call: Call, procedure: Procedure | None, params: Any) -> None:  # noqa: ANN401 -- any JSON
        """Check 1. The deadline counts from receipt, so it is set as soon as it is known."""
        call.params, raw = members(params)
        if procedure is not None:
            procedure.identify(call)
        call.meta, findings = self._meta.read(call.method, raw)
        refuse(findings)
        call.allow(call.meta.deadline_ms)

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

    @contextmanager
    def _joined(self, call: Call) -> Iterator[None]:
        """Do the rest in the transaction that the call names, between 4 and 5 (TXN-BASE-004)."""
        if call.meta.tx is None:
            yield
            return
        call.release()  # who calls was read outside (section 20)
        transactions = self._resources.transactions
        with transactions.joined(call.meta.tx, call.actor.name, call.deadline) as opened:
            call.place = opened.work
            try:
                yield
            finally:
                call.release()

    def _writing(self, call: Call, *, lazy: bool) -> AbstractContextManager[Unit]:
        """A unit to write in; lazy only where nobody is told before the commit that it is done."""
        if call.meta.tx is not None:
            return call.place.unit(write=True, deadline=call.deadline)
        lazy = lazy and not self._audit.outlives
        return self._engine.adapter.unit(write=True, deadline=call.deadline, lazy=lazy)

    def _perform(self, call: Call, procedure: Procedure, intent: Any) -> Any:  # noqa: ANN401 -- what judge made
        """Checks 9 to 11 and the work, in one atomic unit (CALL-ATOM-001, ACL-ROW-003)."""
        if not procedure.writes:
            result = procedure.perform(call, intent)
            call.check_deadline()
            return result
        call.release()
        # What the database ended for the sake of another begins anew; a transaction cannot.
        vain = (UniqueViolation, WriteConflictError) if call.meta.tx is None else (UniqueViolation,)
        for attempt in range(_ATTEMPTS):
            if attempt > 1:  # the first one may have been lazy: then the second is no repetition
                _back_off(attempt, call.deadline)
            with suppress(*vain), self._writing(call, lazy=attempt == 0) as unit:
                if not self._is_live(self):
                    raise OutdatedError
                call.write_in(unit)
                result = procedure.perform(call, intent)
                call.check_deadline()
                if self._audit.outlives and procedure.operation.audited and not call.recorded:
                    # Or the write is undone (AUD-REC-010).
                    record(self._audit, call, procedure.operation, None)
                    call.recorded = True
                break
        else:
            raise ConflictError("another call came first", reason="write_conflict")
        call.write_in(None)
        if call.meta.tx is None:
            self._engine.note_write(procedure.operation.entity)
        call.check_commit()
        return result

"""Calls of one DBAL: each judged and done, explained and recorded."""

import math
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from dbal_reference.adapters import Adapter, Migrates, WriteConflictError
from dbal_reference.audit import AuditLog, Sink
from dbal_reference.clock import Clock
from dbal_reference.control import Instruments
from dbal_reference.control.faults import Faults
from dbal_reference.defects import report
from dbal_reference.errors import DbalError, InternalError
from dbal_reference.generation import Generation
from dbal_reference.identity import Context
from dbal_reference.model import UNSET, Schema
from dbal_reference.operations.call import Call
from dbal_reference.operations.engine import OutdatedError, Resources, claims_of
from dbal_reference.outcome import explain, record
from dbal_reference.passwords import Cost, Hasher
from dbal_reference.query.cursor import Cursors
from dbal_reference.rate_limit import FailureLimit
from dbal_reference.sweeper import Sweeper
from dbal_reference.transactions import Transactions, ends_transaction


class Service:
    """One DBAL over one database; any number of threads may call it at once.

    Args:
        schema: the contract; entities are those of the adapter, whose database may have more.
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
        self.clock = clock or Clock()
        self.audit = AuditLog(self.clock, audit_sink)
        self._adapter = adapter
        self._bootstrap_token = bootstrap_token
        self._instruments = Instruments(self.audit, Faults())
        idle_ms, verify = schema.limits["transaction_idle_ms"], schema.verify
        self._transactions = Transactions(adapter, self.clock, idle_ms=idle_ms)
        self._sweeper: Sweeper | None = None
        if (
            "ttl" in claims_of(adapter) and not conformance
        ):  # there, exactly when told (GEN-TTL-003)
            self._sweeper = Sweeper(adapter, self.clock, lambda: self.schema)
        self._resources = Resources(
            adapter=adapter,
            clock=self.clock,
            cursors=Cursors(secrets.token_bytes(32)),
            hasher=Hasher(Cost.of(schema.passwords, conformance=conformance)),
            failures=FailureLimit(
                self.clock, failures=verify["failures"], window_ms=verify["window_ms"]
            ),
            transactions=self._transactions,
            sweeper=self._sweeper,
            conformance=conformance,
        )
        self._first = self._generation(adapter.schema).complete()
        self._live = self._first
        if isinstance(adapter, Migrates):
            adapter.follow(self._renew)
        if self._sweeper is not None and adapter.holds_rows():
            self._sweeper.notice()

    @property
    def schema(self) -> Schema:
        """The schema in force; migrations replace it."""
        return self._live.schema

    @property
    def open_transactions(self) -> int:
        """How many callers hold."""
        return self._transactions.count

    def knows(self, method: str) -> bool:
        """Whether there is such a method; others may be any text."""
        return self._live.procedure(method) is not None

    def call(  # noqa: PLR0913 -- a message, and what is known of whom it came from
        self,
        method: str,
        params: Any = UNSET,  # noqa: ANN401 -- any JSON, judged here
        context: Context | None = None,
        *,
        token: str | None = None,
        peer: object = None,
        received: float | None = None,
        latest: float = math.inf,
        render: Callable[[Any], Any] | None = None,
    ) -> Any:  # noqa: ANN401 -- any JSON, or what `render` makes
        """Do what a request asks, and leave its audit record.

        Args:
            method: `Entity.operation`, `dbal.operation` or `conformance.operation`.
            params: the arguments, flat, and `meta`; left out it counts as `{}`.
            context: in process, who calls; `meta.token` overrides it.
            token: of the connection; `meta.token` overrides it.
            peer: the connection, if it stays: transactions begun by it end with it, see `leave`.
            received: when the request came (monotonic), from which its deadline counts; None: now.
            latest: an instant (monotonic) at which it times out, whatever it asks for itself.
            render: makes the reply of the result, within the call: if it raises, the call failed.

        Raises:
            DbalError: one of the twelve errors; nothing was changed (CALL-ATOM-001).
        """
        call = Call(
            method,
            self._adapter,
            time.monotonic() if received is None else received,
            peer,
            latest,
        )
        failure: DbalError | None = None
        reply: Any = None
        try:
            result = self._run(call, {} if params is UNSET else params, context, token)
            reply = result if render is None else render(result)
        except Exception as error:  # noqa: BLE001 -- a defect of one call is no end of the server
            failure = explain(call, error)
        with suppress(Exception):  # a unit for reading has nothing to lose
            call.release()
        if failure is not None and call.meta.tx is not None and ends_transaction(failure):
            self._transactions.abandon(call.meta.tx, call.actor.name)
        failure = self._record(call, failure)
        if failure is not None:
            raise failure
        return reply

    def leave(self, peer: object) -> None:
        """A connection is closed: what was begun on it is rolled back (TXN-BASE-006)."""
        self._transactions.leave(peer)

    def close(self) -> None:
        """Roll back what is open, sweep no more; the adapter stays open. May be called twice."""
        self._transactions.close()
        if self._sweeper is not None:
            self._sweeper.close()

    def _run(
        self,
        call: Call,
        params: Any,  # noqa: ANN401 -- any JSON
        context: Context | None,
        token: str | None,
    ) -> Any:  # noqa: ANN401 -- any JSON
        while True:
            call.restart(self.clock.now_ms())
            try:
                return self._live.run(call, params, context, token)
            except OutdatedError:
                continue
            except WriteConflictError:
                if not self._live.repeats(call):
                    raise

    def _renew(self, schema: Schema) -> None:
        """Put a schema in force for every call from now on; a reset comes back to the first."""
        first = self._first
        self._live = first if schema is first.schema else self._generation(schema)

    def _generation(self, schema: Schema) -> Generation:
        return Generation(
            schema,
            self._resources,
            self._instruments,
            self._bootstrap_token,
            lambda generation: generation is self._live,
        )

    def _record(self, call: Call, failure: DbalError | None) -> DbalError | None:
        """Leave the record of a call that has ended; what cannot be recorded has failed."""
        procedure = self._live.procedure(call.method)
        if procedure is None or call.recorded or not procedure.operation.audited:
            return failure
        try:
            record(self.audit, call, procedure.operation, failure)
        except Exception as error:  # noqa: BLE001 -- a sink may raise anything
            report(call.method, error)
            return failure or InternalError("the audit record could not be kept")
        return failure

"""dbal.*: what the server is and can do (SYS). Transactions and migrations are not claimed yet."""

from typing import Any

from dbal_reference.errors import CapabilityError
from dbal_reference.operations.call import Call
from dbal_reference.operations.findings import refuse
from dbal_reference.operations.procedure import Procedure

VERSION = "0.1.0"  # equal to that of the distribution, which is slow to ask for


class SystemProcedure(Procedure):
    """A procedure that has arguments and no rows."""

    def judge(self, call: Call) -> dict[str, Any]:
        """The arguments."""
        values, findings = self.arguments.judge(call)
        refuse(findings)
        return values


class Hello(SystemProcedure):
    """Says what this is; nothing of where it runs (SYS-HELLO-004)."""

    def perform(self, call: Call, intent: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 -- the seam
        """Tell version, claims and limits (SYS-HELLO-001, CAP-CLAIM-001)."""
        schema, adapter = self.engine.schema, self.engine.adapter
        return {
            "contract": schema.version,
            "implementation": {"name": "dbal-reference", "version": VERSION},
            "capabilities": [name for name in schema.capabilities if name in self.engine.claims],
            "limits": {
                "maxRequestBytes": schema.limits["max_request_bytes"],
                "maxReplyBytes": schema.limits["max_reply_bytes"],
                "defaultDeadlineMs": schema.meta["deadlineMs"]["default"],
                "maxInFlight": schema.limits["in_flight"],
            },
            "backend": {"name": adapter.name, "version": adapter.version},
            "conformance": self.engine.conformance,
        }


class Health(SystemProcedure):
    """Whether the database answers; this call does, in any case (SYS-HEALTH-001)."""

    tells_outage = True

    def perform(self, call: Call, intent: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 -- the seam
        """Ask the database, having let go of what told who asks."""
        call.release()
        answers = not call.loses_database and self.engine.adapter.ping()
        return {"status": "ok" if answers else "degraded", "database": answers}


class Describe(SystemProcedure):
    """The schema, as it could be loaded again (SYS-SCHEMA-001)."""

    def perform(self, call: Call, intent: dict[str, Any]) -> list[Any]:  # noqa: ARG002 -- the seam
        """One definition for each entity, or for the one asked for."""
        entities, wanted = self.engine.schema.entities, intent["entity"]
        names = entities if wanted is None else (wanted,)
        return [entities[name].definition for name in names]


class Unclaimed(SystemProcedure):
    """A method whose capability this version does not serve: refused at check 4, whoever asks."""

    def perform(self, call: Call, intent: dict[str, Any]) -> Any:  # noqa: ANN401, ARG002 -- never returns
        """Refuse, should a claim ever let it come here."""
        capability = self.operation.capability or ""
        raise CapabilityError(f"{capability} is not supported", capability=capability)

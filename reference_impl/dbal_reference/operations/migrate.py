"""dbal.migrate: the schema of a live database grows (SYS-MIG)."""

from typing import Any

from dbal_reference.adapters import Migrates
from dbal_reference.errors import CapabilityError, SchemaError, ValidationFailedError
from dbal_reference.model import Operation, Schema
from dbal_reference.operations.call import Call
from dbal_reference.operations.engine import Engine
from dbal_reference.operations.findings import refuse
from dbal_reference.operations.system import SystemProcedure
from dbal_reference.schema.growth import Growth, GrowthError, grow
from dbal_reference.validation import Finding


class Migrate(SystemProcedure):
    """Adds entities and widens those that exist, all of a request or nothing of it."""

    def __init__(self, engine: Engine, operation: Operation) -> None:
        super().__init__(engine, operation)
        self.writes = False  # it needs the tables to itself, which the adapter sees to
        self._adapter = engine.adapter if isinstance(engine.adapter, Migrates) else None

    def judge(self, call: Call) -> dict[str, Any]:
        """The arguments; definitions are judged against the schema in force (check 5)."""
        values, findings = self.arguments.judge(call)
        if type(values["entities"]) is list:
            try:
                grow(self.engine.schema, values["entities"])
            except GrowthError as error:
                findings = _findings(error) + findings
        refuse(findings)
        return values

    def perform(self, call: Call, intent: dict[str, Any]) -> dict[str, Any]:
        """Judge again, since another may have migrated meanwhile, and apply what is new."""
        if self._adapter is None:
            raise CapabilityError("migrations are not supported", capability="migrations")
        growth = Growth(self.engine.schema, ())

        def change(schema: Schema) -> Growth:
            nonlocal growth
            growth = grow(schema, intent["entities"])
            return Growth(schema, ()) if intent["dryRun"] else growth

        call.release()
        try:
            self._adapter.migrate(change, now_ms=call.now_ms, deadline=call.deadline)
        except GrowthError as error:
            refuse(_findings(error))
        except SchemaError as error:  # what only this kind of database refuses
            entry = {"field": "entities", "code": "limit", "message": str(error)}
            raise ValidationFailedError("not valid: entities", fields=[entry]) from None
        call.check_commit()
        return {
            "changes": [
                {name: value for name, value in each._asdict().items() if value is not None}
                for each in growth.changes
            ],
            "applied": bool(growth.changes) and not intent["dryRun"],
        }


def _findings(error: GrowthError) -> list[Finding]:
    """One entry a field: the first that is wrong with it (section 20)."""
    first = {reason.field: reason for reason in reversed(error.reasons)}
    return [Finding(f.field, f.code, f.message) for f in reversed(first.values())]

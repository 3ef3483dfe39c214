"""InstalledPackage: what creating it would find, without creating it (PKG-VALID-001)."""

from collections.abc import Iterator
from typing import Any

from dbal_reference.operations.call import Call
from dbal_reference.operations.findings import refuse
from dbal_reference.operations.procedure import EntityProcedure, Named, names_of
from dbal_reference.validation import Finding, validation_report


class Validate(EntityProcedure):
    """Checks 5 and 6 of create, as a report."""

    def named(self, call: Call) -> Iterator[Named]:
        """The fields of data."""
        yield "create", names_of(call.params.get("data"))

    def judge(self, call: Call) -> Any:  # noqa: ANN401 -- any JSON
        """The data, which has to be an object to be reported on."""
        values, findings = self.arguments.judge(call)
        if "data" in call.params and type(values["data"]) is not dict:
            findings.append(Finding("data", "type", "must be an object"))
        refuse(findings)
        return values["data"]

    def perform(self, call: Call, intent: Any) -> dict[str, Any]:  # noqa: ANN401 -- any JSON
        """Report; conflicts are not looked for."""
        return validation_report(self.engine.schema, self.entity, intent, call.author)

"""The closed result schema of every operation, compiled once for a contract."""

from typing import Final

from dbal_conform.core.contract import Contract, Operation
from dbal_conform.core.errors import HarnessError
from dbal_conform.core.messages import Fault, Json
from dbal_conform.core.results.faults import FaultForm
from dbal_conform.core.results.forms import system_forms
from dbal_conform.core.results.pages import PageForm
from dbal_conform.core.results.report import Form, Report
from dbal_conform.core.results.rows import RowForm, row_forms
from dbal_conform.core.results.shapes import nullable
from dbal_conform.core.results.trees import TreeForm
from dbal_conform.core.results.values import is_uuid4

_CREATE: Final = ".create"


class Judge:
    """Holds results and failures against their forms. Shared by all trials of one contract."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self._rows = row_forms(contract)
        system = system_forms(contract)
        self._forms: dict[str, Form] = {
            method: self._form(method, operation, system)
            for method, operation in contract.operations.items()
        }
        self._faults = FaultForm(contract)

    def result(self, value: Json, report: Report) -> Json:
        """Check a result, and return it decoded; a method that nobody knows has no form."""
        form = self._forms.get(report.asked.method)
        return value if form is None else form(value, "", report)

    def knows(self, method: str) -> bool:
        """Whether the contract has a form for the results of `method`."""
        return method in self._forms

    def fault(self, fault: Fault, report: Report) -> None:
        """Check a failure."""
        self._faults.check(fault, report)

    def _form(self, method: str, operation: Operation, system: dict[str, Form]) -> Form:
        kind = operation.result
        if kind in system:
            return system[kind]
        row = self._rows[method.partition(".")[0]]
        match kind:
            case "row":
                created = method.endswith(_CREATE) and row.entity.fields[row.primary].generated
                return _created(row) if created else _row(row)
            case "row_or_null":
                return nullable(_row(row))
            case "page":
                return PageForm(row, search=method.endswith(".search")).check
            case "tree":
                return TreeForm(row).check
            case _:
                raise HarnessError(f"{method}: the contract has results of the kind {kind!r}")


def _row(form: RowForm) -> Form:
    def check(value: Json, path: str, report: Report) -> Json:
        return form.check(value, path, report, form.extent(report.asked.args))

    return check


def _created(form: RowForm) -> Form:
    """A row whose key the server makes, unless `system` gave one (TYP-UUID-001)."""

    def check(value: Json, path: str, report: Report) -> Json:
        row = form.check(value, path, report)
        data = report.asked.args.get("data")
        given = isinstance(data, dict) and form.primary in data
        if isinstance(row, dict) and not given:
            key = row.get(form.primary)
            if isinstance(key, str) and not is_uuid4(key):
                why = "is generated, and no uuid of version 4"
                report.differ(f"{path}/{form.primary}", "TYP-UUID-001", why, actual=key)
        return row

    return check

"""The closed result schema of every operation, compiled once for a contract."""

from functools import partial
from typing import Final

from dbal_conform.core.contract import Contract, Operation
from dbal_conform.core.messages import Fault, Json
from dbal_conform.core.results.faults import FaultForm
from dbal_conform.core.results.forms import system_forms
from dbal_conform.core.results.pages import PageForm, selected
from dbal_conform.core.results.report import Form, Report
from dbal_conform.core.results.rows import RowForm, RowForms
from dbal_conform.core.results.trees import TreeForm
from dbal_conform.core.results.values import is_uuid4

_CREATE: Final = ".create"


class Judge:
    """Holds results and failures against their forms. Shared by all trials of one contract."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self._rows = RowForms(contract)
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
        row = self._rows.of(method.partition(".")[0])
        match kind:
            case "row":
                created = method.endswith(_CREATE) and row.entity.fields[row.primary].generated
                return partial(self._row, row, created)
            case "row_or_null":
                return partial(self._row_or_null, row)
            case "page":
                return PageForm(row, self._rows, search=method.endswith(".search")).check
            case "tree":
                return TreeForm(row, self._rows).check
            case _:
                raise KeyError(kind)

    def _row(self, form: RowForm, created: bool, value: Json, path: str, report: Report) -> Json:  # noqa: FBT001 -- bound by partial
        args = report.asked.args
        select = selected(args, form.primary)
        include = self._rows.included(form.entity.name, args.get("include"))
        row = form.check(value, path, report, self._rows, select=select, include=include)
        if created and isinstance(row, dict) and form.primary in row:
            data = args.get("data")
            given = isinstance(data, dict) and form.primary in data
            if not given and not is_uuid4(row[form.primary]):
                why = "is generated, and no uuid of version 4"
                here = f"{path}/{form.primary}"
                report.differ(here, "TYP-UUID-001", why, actual=row[form.primary])
        return row

    def _row_or_null(self, form: RowForm, value: Json, path: str, report: Report) -> Json:
        return None if value is None else self._row(form, False, value, path, report)  # noqa: FBT003 -- it was not created

"""The form of a failure: a registered name, its code and `retryable`, closed details (ERR-FORM)."""

import re
from typing import Final

from dbal_conform.core.contract import Contract
from dbal_conform.core.messages import Fault, Json
from dbal_conform.core.results.report import Report
from dbal_conform.core.results.shapes import closed, list_of, of_kind, one_of

INVALID: Final = "VALIDATION_ERROR"
_ITEM = re.compile(r"(items\[[0-9]+\]|create|update)\.")
_PATHED: Final = {"create", "update", "upsert", "updateByField", "updateMany", "createMany"}


class FaultForm:
    """The form of all failures of one contract."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._envelope = {
            reason: spec["code"]
            for reason, spec in contract.envelope.items()
            if isinstance(spec, dict)
        }
        self._details = closed(
            {},
            optional={
                "fields": list_of(
                    closed(
                        {
                            "field": of_kind("string", requirement="ERR-FORM-003"),
                            "code": one_of(contract.field_codes, "ERR-FORM-003"),
                            "message": of_kind("string", requirement="ERR-FORM-003"),
                        },
                        requirement="ERR-FORM-003",
                    ),
                    "ERR-FORM-003",
                ),
                "reason": of_kind("string"),
                "retryAfter": of_kind("integer", requirement="ERR-FORM-007"),
                "capability": of_kind("string", requirement="ERR-FORM-008"),
                "outcome": one_of(("unknown",), "CALL-ATOM-003"),
                "rule": of_kind("string", requirement="AUD-REC-007"),
            },
            requirement="RPC-MSG-003",
        )

    def check(self, fault: Fault, report: Report) -> None:
        """Note all that is wrong with a failure; paths are pointers into the error object."""
        spec = self._contract.errors.get(fault.name)
        if spec is None:
            why = "is no error name of the contract"
            report.differ("/name", "ERR-FORM-001", why, list(self._contract.errors), fault.name)
        else:
            self._code(fault, spec.code, report)
            if fault.retryable is not spec.retryable:
                wanted = spec.retryable
                report.differ("/retryable", "ERR-FORM-001", "differs", wanted, fault.retryable)
        if not fault.message:
            report.differ("/message", "CPT-TOL-003", "is empty", actual=fault.message)
        self._details(fault.details, "/details", report)
        self._own(fault, report)

    def _code(self, fault: Fault, code: int, report: Report) -> None:
        reason = fault.details.get("reason")
        due = code
        if fault.name == INVALID and isinstance(reason, str):
            due = self._envelope.get(reason, code)  # type: ignore[assignment]  # a number in errors.yaml
        if fault.code != due:
            report.differ("/code", "ERR-FORM-001", "differs", due, fault.code)

    def _own(self, fault: Fault, report: Report) -> None:
        """Note what the details of this very error lack."""
        details = fault.details
        match fault.name:
            case "VALIDATION_ERROR":
                self._findings(details, report)
            case "CONFLICT":
                self._conflict(details, report)
            case "RATE_LIMIT_EXCEEDED":
                after = details.get("retryAfter")
                if not isinstance(after, int) or after < 1:
                    why = "is no number of whole seconds, at least 1"
                    report.differ("/details/retryAfter", "ERR-FORM-007", why, actual=after)
            case "CAPABILITY_NOT_SUPPORTED":
                if not isinstance(details.get("capability"), str):
                    report.differ("/details/capability", "ERR-FORM-008", "is missing")
            case "SANDBOX_VIOLATION" | "MALICIOUS_CODE_DETECTED":
                if not isinstance(details.get("rule"), str):
                    report.differ("/details/rule", "SBX-SCAN-006", "is missing")
            case _:
                pass

    def _findings(self, details: dict[str, Json], report: Report) -> None:
        findings = details.get("fields")
        if details.get("reason") in self._envelope and not findings:
            return
        if not isinstance(findings, list) or not findings:
            why = "has no finding"
            report.differ("/details/fields", "ERR-FORM-003", why, actual=findings)
            return
        fields: list[Json] = [str(item.get("field")) for item in findings if isinstance(item, dict)]
        if len(set(map(str, fields))) != len(fields):
            why = "has two entries for one field"
            report.differ("/details/fields", "ERR-FORM-004", why, actual=fields)
        self._order(fields, report)

    def _order(self, fields: list[Json], report: Report) -> None:
        """Findings of `data` come in the order of the schema, unknown fields last."""
        entity_name, _, operation = report.asked.method.partition(".")
        entity = self._contract.entities.get(entity_name)
        spec = self._contract.operations.get(report.asked.method)
        if entity is None or spec is None or operation not in _PATHED:
            return
        if (
            entity_name in report.asked.loose
            or not report.asked.args.keys() <= spec.arguments.keys()
        ):
            return
        places = {name: place for place, name in enumerate(entity.fields)}
        last: dict[str, int] = {}
        for field in map(str, fields):
            found = _ITEM.match(field)
            prefix = found[0] if found else ""
            name = field.removeprefix(prefix)
            if name.partition(".")[0] in spec.arguments and not prefix:
                continue
            place = places.get(name, len(places))
            if place < last.get(prefix, 0):
                why = "are not in the order of the schema, unknown fields last"
                report.differ("/details/fields", "ERR-FORM-004", why, actual=fields)
                return
            last[prefix] = place

    def _conflict(self, details: dict[str, Json], report: Report) -> None:
        reason = details.get("reason")
        known = self._contract.conflict_reasons
        if reason not in known:
            why = "is no reason of a conflict"
            report.differ("/details/reason", "ERR-FORM-006", why, list(known), reason)
        if reason != "unique":
            return
        findings = details.get("fields")
        unique = isinstance(findings, list) and bool(findings)
        for item in findings if isinstance(findings, list) else ():
            unique = unique and isinstance(item, dict) and item.get("code") == "unique"
        if not unique:
            why = "must name each violated field with code unique"
            report.differ("/details/fields", "ERR-FORM-005", why, actual=findings)

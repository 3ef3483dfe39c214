"""Compare a failure with what was expected of it. Text of messages is never compared."""

import re
from collections.abc import Mapping

from dbal_conform.core.contract import ErrorSpec
from dbal_conform.core.messages import Fault
from dbal_conform.core.patterns.context import UNSET, Context
from dbal_conform.core.patterns.engine import Pattern
from dbal_conform.core.suite import ErrorPattern

_KEY = re.compile(r"(^|\.)\$\$")  # a key within a path, written as keys are: `filter.$$where`


class ErrorCheck:
    """An `error:` of an expectation, compiled. Paths are pointers into the error object."""

    __slots__ = ("_code", "_details", "_errors", "_fields", "asks_clock", "name")

    def __init__(self, pattern: ErrorPattern, errors: Mapping[str, ErrorSpec]) -> None:
        """Compile `pattern`.

        Raises:
            InputError: an operator in it is malformed.
        """
        self._errors = errors
        self.name = pattern.name
        self._code = pattern.code
        self._fields: dict[str, Pattern] | None = None
        if pattern.fields is not UNSET:
            self._fields = {
                _KEY.sub(r"\1$", field): Pattern(code) for field, code in pattern.fields.items()
            }
        parts = {
            "/details": pattern.details,
            "/details/reason": pattern.reason,
            "/details/retryAfter": pattern.retryAfter,
        }
        self._details = {at: Pattern(part) for at, part in parts.items() if part is not UNSET}
        self.asks_clock = any(part.asks_clock for part in self._details.values())

    def apply(self, fault: Fault, context: Context) -> None:
        """Note every mismatch between the failure and what was expected of it."""
        if self.name is not None and fault.name != self.name:
            context.differ("/name", "is another error", self.name, fault.name)
        if self._code is not None and not self._has_code(fault):
            context.differ("/code", "differs", self._code, fault.code)
        for path, pattern in self._details.items():
            member = path.removeprefix("/details").removeprefix("/")
            actual = fault.details.get(member, UNSET) if member else fault.details
            pattern.apply(actual, context, path)
        if self._fields is not None:
            _compare_fields(self._fields, fault, context)

    def _has_code(self, fault: Fault) -> bool:
        spec = self._errors.get(fault.name)
        codes = {fault.code, *([spec.code] if spec is not None else [])}
        return self._code in codes


def _compare_fields(wanted: dict[str, Pattern], fault: Fault, context: Context) -> None:
    """Note each finding that is missing, extra, or has another code."""
    findings = fault.details.get("fields", UNSET)
    seen: set[str] = set()
    for index, finding in enumerate(findings if isinstance(findings, list) else []):
        path = f"/details/fields/{index}"
        field = finding.get("field") if isinstance(finding, dict) else None
        if isinstance(finding, dict) and isinstance(field, str) and field in wanted:
            seen.add(field)
            wanted[field].apply(finding.get("code", UNSET), context, f"{path}/code")
        else:
            context.differ(path, "is a finding that was not expected", UNSET, finding)
    for field in wanted:
        if field not in seen:
            context.differ("/details/fields", f"has no finding on {field!r}", field, findings)

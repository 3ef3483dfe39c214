"""Check 1: `params` and `meta`, before anything else is looked at (sections 1 and 5)."""

from typing import Any, Final

import re2

from dbal_reference.errors import EnvelopeError
from dbal_reference.model import Schema
from dbal_reference.operations.call import NO_META, Meta
from dbal_reference.validation import Finding
from dbal_reference.values.strings import charset_holds

_UUID: Final = re2.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MEMBERS: Final = {
    "token": "token",
    "tenant": "tenant",
    "deadlineMs": "deadline_ms",
    "tx": "tx",
    "requestId": "request_id",
    "consistency": "consistency",
    "contract": "contract",
}


class MetaReader:
    """Judges `meta` by `contract.yaml`, which says what each member may be."""

    def __init__(self, schema: Schema) -> None:
        self._specs = schema.meta
        self._patterns = {
            name: re2.compile(spec["pattern"])
            for name, spec in schema.meta.items()
            if "pattern" in spec
        }

    def read(self, method: str, raw: dict[str, Any]) -> tuple[Meta, list[Finding]]:
        """What `meta` says; with findings, as much of it as could be made out."""
        if not raw:
            return NO_META, []
        values: dict[str, Any] = {}
        findings: list[Finding] = []
        for name, value in raw.items():
            spec = self._specs.get(name)
            # `dbal.*` and `conformance.*` never run inside a transaction (section 20).
            if spec is None or (name == "tx" and method.startswith(("dbal.", "conformance."))):
                findings.append(Finding(f"meta.{name}", "unknown_field", "is no member of meta"))
            elif value is not None:
                values[_MEMBERS[name]], code = self._judge(name, spec, value)
                if code is not None:
                    del values[_MEMBERS[name]]
                    findings.append(Finding(f"meta.{name}", code, "is not valid"))
        return Meta(**values), findings

    def _judge(self, name: str, spec: dict[str, Any], value: Any) -> tuple[Any, str | None]:  # noqa: ANN401 -- any JSON
        if spec["type"] == "integer":
            return _judge_integer(spec, value)
        if type(value) is not str:
            return None, "type"
        if spec["type"] == "uuid":
            value = value.lower()
        return value, self._judge_text(name, spec, value)

    def _judge_text(self, name: str, spec: dict[str, Any], text: str) -> str | None:
        """The first thing that is wrong with it."""
        if not charset_holds(text):
            return "charset"  # before patterns, which lone surrogates are too much for
        pattern = self._patterns.get(name)
        checks = (
            ("format", spec["type"] != "uuid" or _UUID.fullmatch(text) is not None),
            ("enum", text in spec.get("values", (text,))),
            ("min_length", len(text) >= spec.get("min_length", 0)),
            ("max_length", len(text) <= spec.get("max_length", len(text))),
            ("pattern", pattern is None or pattern.fullmatch(text) is not None),
        )
        return next((code for code, holds in checks if not holds), None)


def _judge_integer(spec: dict[str, Any], value: Any) -> tuple[Any, str | None]:  # noqa: ANN401 -- any JSON
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is not int:
        return None, "type"
    if value < spec["min"]:
        return None, "min"
    return value, "max" if value > spec["max"] else None


def members(params: Any) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ANN401 -- any JSON
    """`params` and the `meta` in them, each an object.

    Raises:
        EnvelopeError: `invalid_params`.
    """
    if type(params) is not dict:
        raise EnvelopeError("params is no object", reason="invalid_params")
    meta = params.get("meta", {})
    if type(meta) is not dict:
        raise EnvelopeError("meta is no object", reason="invalid_params")
    return params, meta

"""Findings gathered on the way become one answer (check 5)."""

from collections.abc import Iterable
from typing import Any

from dbal_reference.errors import ValidationFailedError
from dbal_reference.validation import Finding


def as_details(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """What `details.fields` holds; one entry a field, the first that was found."""
    entries: dict[str, dict[str, Any]] = {}
    for found in findings:
        entry = {"field": found.field, "code": found.code, "message": found.message}
        entries.setdefault(found.field, entry)
    return list(entries.values())


def refuse(findings: Iterable[Finding]) -> None:
    """Stop the call if anything was found.

    Raises:
        ValidationFailedError: with every finding (ERR-FORM-004).
    """
    fields = as_details(findings)
    if fields:
        names = ", ".join(entry["field"] for entry in fields[:5])
        more = ", ..." if len(fields) > 5 else ""  # noqa: PLR2004 -- enough to see what is meant
        raise ValidationFailedError(f"not valid: {names}{more}", fields=fields)

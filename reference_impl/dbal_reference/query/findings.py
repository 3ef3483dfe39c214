"""Findings that are worded alike wherever they occur."""

from dbal_reference.validation.finding import Finding


def unknown_field(path: str) -> Finding:
    """No such field, as far as the actor may know: hidden ones sound alike (QRY-FLT-001)."""
    return Finding(path, "unknown_field", "there is no such field")

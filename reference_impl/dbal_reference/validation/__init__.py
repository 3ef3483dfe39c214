"""Judging data against the schema (section 3 and check 5 of section 5)."""

from dbal_reference.validation.author import Author
from dbal_reference.validation.create import validate_create
from dbal_reference.validation.finding import Finding
from dbal_reference.validation.graph import check_graph, needs_stored_graph
from dbal_reference.validation.password import validate_password
from dbal_reference.validation.report import validation_report
from dbal_reference.validation.update import automatic_changes, validate_update

__all__ = [
    "Author",
    "Finding",
    "automatic_changes",
    "check_graph",
    "needs_stored_graph",
    "validate_create",
    "validate_password",
    "validate_update",
    "validation_report",
]

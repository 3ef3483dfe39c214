"""Code that is stored, never run: limits and patterns of section 13 (check 6)."""

from dbal_reference.sandbox.inspection import inspect, inspect_each
from dbal_reference.sandbox.limits import over_limits
from dbal_reference.sandbox.violation import Violation

__all__ = ["Violation", "inspect", "inspect_each", "over_limits"]

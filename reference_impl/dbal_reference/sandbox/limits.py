"""Limits that are judged before a field is parsed (SB-01, SB-02)."""

from typing import Any

from dbal_reference.model import Field, Schema
from dbal_reference.per_object import per_object
from dbal_reference.sandbox.table import Rule, read_table
from dbal_reference.values.json_text import nested_deeper


def over_limits(schema: Schema, field: Field, value: Any) -> tuple[int, Rule] | None:  # noqa: ANN401 -- any JSON value
    """The first limit that a text of `scan: code` exceeds, with its rank; None for other values.

    Such a field is not parsed, and this comes before all else that is wrong with it (SBX-LIM-002).
    """
    if field.scan != "code" or not isinstance(value, str):
        return None
    for rank, rule in _limits(schema):
        if _exceeds(rule, value):
            return rank, rule
    return None


@per_object
def _limits(schema: Schema) -> tuple[tuple[int, Rule], ...]:
    rules = read_table(schema.sandbox).rules
    return tuple((rank, rule) for rank, rule in enumerate(rules) if rule.limit is not None)


def _exceeds(rule: Rule, text: str) -> bool:
    limit = rule.limit
    if limit is None:
        return False
    if limit.bytes is not None and _longer(text, limit.bytes):
        return True
    return limit.depth is not None and nested_deeper(text, limit.depth)


def _longer(text: str, limit: int) -> bool:
    """Whether it takes more bytes in UTF-8; a code point takes one to four."""
    if len(text) > limit or len(text) * 4 <= limit:
        return len(text) > limit
    return len(text.encode("utf-8", "surrogatepass")) > limit

"""Operands that no row can have, put as ones that a database can hold and compare exactly.

A row's text has neither U+0000 nor a lone surrogate (TYP-STR-005), and its integers have 64 bits.
What is asked may have either, or compare an integer with a fraction; it is answered all the same.
"""

import math
import re
from collections.abc import Sequence
from typing import Any, TypeAlias

from dbal_reference.model import Field

Settled: TypeAlias = tuple[str, Any] | bool
"""Operator and operand; or whether it holds for every value that is not null."""

_IMPOSSIBLE = re.compile("[\0\ud800-\udfff]")
_BEHIND_SURROGATES = "\ue000"
_LEAST, _MOST = -(2**63), 2**63 - 1
_INTEGERS = frozenset({"integer", "bigint"})
_LOWER = frozenset({"lt", "lte"})
_HIGHER = frozenset({"gt", "gte"})


def settle(field: Field, op: str, operand: Any) -> Settled:  # noqa: ANN401 -- any field value
    """Say the same of every row with an operand that a row could have."""
    if isinstance(operand, str):
        found = _IMPOSSIBLE.search(operand)
        return (op, operand) if found is None else _text(op, operand, found.start())
    if field.type in _INTEGERS:
        return _integer(op, operand)
    return op, operand


def members(field: Field, operands: Sequence[Any]) -> list[Any]:
    """Only those that a row could have."""
    settled = [settle(field, "eq", operand) for operand in operands]
    return [each[1] for each in settled if not isinstance(each, bool)]


def _text(op: str, operand: str, place: int) -> Settled:
    """Nothing equals or holds it; in order it lies just behind, or before, something possible."""
    before = operand[:place]
    if op in _LOWER:
        return ("lte", before) if operand[place] == "\0" else ("lt", before + _BEHIND_SURROGATES)
    if op in _HIGHER:
        return ("gt", before) if operand[place] == "\0" else ("gte", before + _BEHIND_SURROGATES)
    return False


def _integer(op: str, operand: float) -> Settled:
    """Between two integers lies no third, so a fraction is as good as its neighbour."""
    if isinstance(operand, float):
        if not operand.is_integer():
            if op == "eq" or math.isinf(operand):
                return op in _LOWER if operand > 0 else op in _HIGHER
            return (op, math.ceil(operand)) if op in {"lt", "gte"} else (op, math.floor(operand))
        operand = int(operand)
    if _LEAST <= operand <= _MOST:
        return op, operand
    return op in (_LOWER if operand > 0 else _HIGHER)

"""Values that a query compares with: judged for type, without conversion (QRY-FLT-006/007)."""

from typing import Any, Final, TypeAlias

from dbal_reference.model import Field
from dbal_reference.values.check import check_operand
from dbal_reference.values.strings import canonical_uuid

Json: TypeAlias = Any

IMPOSSIBLE: Final = object()  # of the right type, but no row can hold it: equals nothing

_SAYS = {
    "charset": "U+0000 and lone surrogates occur in no text",
    "format": "no instant of RFC 3339 with a zone",
    "enum": "none of the values of this field",
    "min": "below what the type holds",
    "max": "beyond what the type holds",
}


def judge(field: Field, value: Json) -> tuple[Any, str | None]:
    """The operand as rows hold it, or the code of what is wrong with it; null is not for here.

    Bounds, lengths and patterns of the field do not matter: a value that no row holds is equal to
    none. A uuid of impossible form is `IMPOSSIBLE`, so that no database has to read it.
    """
    operand, code = check_operand(field, value)
    if code is None and field.type == "uuid" and canonical_uuid(operand) is None:
        return IMPOSSIBLE, None
    return operand, code


def complaint(field: Field, code: str) -> str:
    """What a finding with this code says; never the operand."""
    return _SAYS.get(code, f"not of type {field.type}")

"""What findings say to a person; values are never echoed (ERR-SAFE-002)."""

import re
from collections.abc import Callable

from dbal_reference.model import Field
from dbal_reference.validation.finding import Finding
from dbal_reference.values.strings import EMAIL_LENGTH

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

_WORDS = {
    "charset": "must not hold U+0000 or half of a surrogate pair",
    "cycle": "the edges must not form a cycle",
    "empty": "must not be empty",
    "immutable": "is set once, on create, and cannot be changed",
    "json": "must be one JSON text of the shape that the field asks for",
    "limit": "is nested too deeply",
    "null": "must not be null",
    "read_only": "is kept by the server and cannot be given",
    "reference": "names something that does not exist",
    "required": "is required",
    "unknown_field": "is no field of this entity",
}


def finding(path: str, code: str, field: Field | None = None) -> Finding:
    """One finding with its sentence; `field` lends its bounds."""
    # A path may hold a name made up by the caller, which must survive the encoding of the reply.
    return Finding(_LONE_SURROGATE.sub("\ufffd", path), code, _sentence(code, field))


def _sentence(code: str, field: Field | None) -> str:
    if field is not None and code in _WITH_FIELD:
        return _WITH_FIELD[code](field)
    return _WORDS.get(code, "is not valid")


def _bound(code: str, field: Field) -> str:
    bound = field.min if code == "min" else field.max
    if bound is None:
        return f"is out of the range of {field.type}"
    return f"must be at {'least' if code == 'min' else 'most'} {bound}"


_WITH_FIELD: dict[str, Callable[[Field], str]] = {
    "type": lambda field: f"must be of type {field.type}",
    "format": lambda field: f"must be of the form of {field.format or field.type}",
    "pattern": lambda field: f"must match {field.pattern} as a whole",
    "min_length": lambda field: f"must have at least {field.min_length} characters",
    "max_length": lambda field: f"must have at most {field.max_length or EMAIL_LENGTH} characters",
    "enum": lambda field: f"must be one of {', '.join(field.values)}",
    "min": lambda field: _bound("min", field),
    "max": lambda field: _bound("max", field),
}

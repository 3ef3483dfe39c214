"""Which passwords may be set (CRD-SET-003)."""

from typing import Any

from dbal_reference.model import Schema
from dbal_reference.validation.finding import Finding
from dbal_reference.values.strings import charset_holds


def validate_password(schema: Schema, password: Any, *, path: str = "password") -> list[Finding]:  # noqa: ANN401 -- any JSON value
    """At most one finding: `type`, `charset`, `min_length`, `max_length` or `pattern` (all blank).

    Lengths count code points. The password is used as given, and never echoed.
    """
    least, most = schema.passwords["min_length"], schema.passwords["max_length"]
    if not isinstance(password, str):
        return [Finding(path, "type", "must be a string")]
    if not charset_holds(password):
        return [Finding(path, "charset", "must not hold U+0000 or half of a surrogate pair")]
    if len(password) < least:
        return [Finding(path, "min_length", f"must have at least {least} characters")]
    if len(password) > most:
        return [Finding(path, "max_length", f"must have at most {most} characters")]
    if password.isspace():
        return [Finding(path, "pattern", "must not be all white space")]
    return []

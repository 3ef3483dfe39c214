"""What the sandbox says about a field."""

import msgspec


class Violation(msgspec.Struct, frozen=True):
    """The first rule that a field breaks; its text is never part of this (SBX-SCAN-006).

    `error` is SANDBOX_VIOLATION or MALICIOUS_CODE_DETECTED; `rule` goes to `details.rule`, and
    `field`, `code` (`sandbox` or `malicious`) and `message` to `details.fields[0]`. `rank` is the
    rule's place in the table, from 0.
    """

    error: str
    rule: str
    field: str
    code: str
    message: str
    rank: int

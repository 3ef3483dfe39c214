"""What a call can fail with: the twelve names of the contract, and what is raised before them.

Codes and `retryable` are not repeated here: they are read from `schema/errors.yaml`.
"""

from typing import Any, ClassVar


class DbalError(Exception):
    """Base of every failure a caller can see; `details` is what the wire carries.

    `code` and `retryable` are what errors.yaml says of the name; the client fills them in.
    """

    name: ClassVar[str] = "INTERNAL_ERROR"
    code: int | None = None
    retryable: bool = False

    def __init__(self, message: str = "", **details: Any) -> None:  # noqa: ANN401 -- JSON values
        super().__init__(message or self.name)
        self.message = message or self.name
        self.details: dict[str, Any] = details


class UnauthorizedError(DbalError):
    """No valid identity (AUT-TOK-007: never says why)."""

    name = "UNAUTHORIZED"


class ForbiddenError(DbalError):
    """The actor may not do this."""

    name = "FORBIDDEN"


class SandboxViolationError(DbalError):
    """Stored code exceeds a limit; `rule` and `fields` say which and where."""

    name = "SANDBOX_VIOLATION"


class MaliciousCodeError(DbalError):
    """Stored code matches a rule of the scanner; `rule` and `fields` say which and where."""

    name = "MALICIOUS_CODE_DETECTED"


class NotFoundError(DbalError):
    """There is no such row, as far as the actor may know."""

    name = "NOT_FOUND"


class ConflictError(DbalError):
    """`reason` is unique, precondition, referenced, write_conflict or open_child."""

    name = "CONFLICT"


class ValidationFailedError(DbalError):
    """The request is malformed; `fields` holds `{field, code, message}`, in schema order."""

    name = "VALIDATION_ERROR"


class RateLimitError(DbalError):
    """Too many failures; `retryAfter` is in whole seconds, rounded up."""

    name = "RATE_LIMIT_EXCEEDED"


class InternalError(DbalError):
    """A defect of the implementation; nothing of the cause is told."""

    name = "INTERNAL_ERROR"


class CapabilityError(DbalError):
    """`capability` names what the backend does not claim."""

    name = "CAPABILITY_NOT_SUPPORTED"


class DatabaseError(DbalError):
    """The database cannot be reached or was lost; `outcome: unknown` after a lost commit."""

    name = "DATABASE_ERROR"


class TimeoutExceededError(DbalError):
    """The deadline passed before the call ended."""

    name = "TIMEOUT"


class EnvelopeError(ValidationFailedError):
    """The message itself is malformed; `reason` is a key of `envelope` in errors.yaml."""


class SchemaError(Exception):
    """The schema folder is wrong: the server does not start. Begins `file:line:column:`."""


CLASSES: dict[str, type[DbalError]] = {
    cls.name: cls
    for cls in (
        UnauthorizedError,
        ForbiddenError,
        SandboxViolationError,
        MaliciousCodeError,
        NotFoundError,
        ConflictError,
        ValidationFailedError,
        RateLimitError,
        InternalError,
        CapabilityError,
        DatabaseError,
        TimeoutExceededError,
    )
}

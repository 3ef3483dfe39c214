"""The reference implementation of the DBAL contract.

As a library: `DBALClient`. As a server's core: `dbal_reference.service`, and `dbal_reference.wire`.
"""

from dbal_reference.client import (
    Auth,
    DBALClient,
    EntityClient,
    Group,
    Groups,
    Migration,
    Page,
    Transaction,
)
from dbal_reference.errors import (
    CapabilityError,
    ConflictError,
    DatabaseError,
    DbalError,
    ForbiddenError,
    InternalError,
    MaliciousCodeError,
    NotFoundError,
    RateLimitError,
    SandboxViolationError,
    SchemaError,
    TimeoutExceededError,
    UnauthorizedError,
    ValidationFailedError,
)

__all__ = [
    "Auth",
    "CapabilityError",
    "ConflictError",
    "DBALClient",
    "DatabaseError",
    "DbalError",
    "EntityClient",
    "ForbiddenError",
    "Group",
    "Groups",
    "InternalError",
    "MaliciousCodeError",
    "Migration",
    "NotFoundError",
    "Page",
    "RateLimitError",
    "SandboxViolationError",
    "SchemaError",
    "TimeoutExceededError",
    "Transaction",
    "UnauthorizedError",
    "ValidationFailedError",
]

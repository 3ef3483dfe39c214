"""What an error of the driver means, by its class, its code and its labels (ERR-MAP-002)."""

from typing import Final

from pymongo.errors import (
    AutoReconnect,
    ConnectionFailure,
    DuplicateKeyError,
    InvalidOperation,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from dbal_reference.adapters import (
    OverdueError,
    UnavailableError,
    UniqueViolation,
    WriteConflictError,
)

DUPLICATE: Final = frozenset({11000, 11001, 12582})
CONFLICT: Final = frozenset(
    {
        *(24, 112),  # LockTimeout, WriteConflict
        *(239, 246, 263),  # SnapshotTooOld, SnapshotUnavailable, OperationNotSupportedInTransaction
    }
)
_OVERDUE: Final = frozenset({50, 202, 262})  # MaxTimeMSExpired, NetworkInterfaceExceeded..., ...
_REFUSED: Final = frozenset({13, 18, 8000})  # Unauthorized, AuthenticationFailed, Atlas says so
_UNAVAILABLE: Final = frozenset(
    {
        *(6, 7, 89, 9001),  # HostUnreachable, HostNotFound, NetworkTimeout, SocketException
        *(91, 189, 10107, 11600, 11602, 13435, 13436),  # shutting down, or not primary any more
        *(225, 244, 251),  # the transaction is not known any more: it was lost
        *(64, 100, 133, 134),  # too few members answer
        *(14031, 292, 146),  # OutOfDiskSpace, out of memory
    }
)
_TRANSIENT: Final = "TransientTransactionError"


class HopelessError(UnavailableError):
    """The server refuses for good: a wrong password, or a user without rights."""


def is_overdue(error: BaseException) -> bool:
    """Whether a time limit was what ended it."""
    if isinstance(error, ServerSelectionTimeoutError):
        return False  # nobody was there to be waited for
    if isinstance(error, OperationFailure):
        return error.code in _OVERDUE
    return isinstance(error, NetworkTimeout) or (isinstance(error, PyMongoError) and error.timeout)


def meaning(error: Exception, *, in_transaction: bool) -> Exception:  # noqa: PLR0911 -- one return a meaning
    """An error of `adapters`; the driver's own, if a defect of ours is behind it."""
    if isinstance(error, DuplicateKeyError) or _code(error) in DUPLICATE:
        # Looked for before, and free: somebody who does not wait for us was quicker. In a
        # transaction the server has already ended it.
        return WriteConflictError() if in_transaction else UniqueViolation()
    if is_overdue(error):
        return OverdueError()
    if _code(error) in _REFUSED:
        return HopelessError()
    if isinstance(error, (AutoReconnect, ConnectionFailure)) or _code(error) in _UNAVAILABLE:
        return UnavailableError()
    if isinstance(error, PyMongoError) and (
        error.has_error_label(_TRANSIENT) or _code(error) in CONFLICT
    ):
        return WriteConflictError()
    if isinstance(error, InvalidOperation):
        return UnavailableError()  # the client was closed meanwhile
    return error


def is_conflict(error: Exception) -> bool:
    """Whether another transaction has the document that was to be written."""
    return isinstance(error, OperationFailure) and _code(error) in CONFLICT


def _code(error: Exception) -> int | None:
    if not isinstance(error, OperationFailure):
        return None
    if error.code == 65 and isinstance(error.details, dict):  # noqa: PLR2004 -- of bulk writes
        found = error.details.get("writeErrors") or [{}]
        code = found[0].get("code")
        return code if isinstance(code, int) else None
    return error.code

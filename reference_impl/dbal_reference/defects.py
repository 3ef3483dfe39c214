"""Defects go to the log on stderr; callers learn nothing of them (ERR-SAFE-001, ERR-SAFE-003)."""

import sys
import traceback

import structlog

_LOG = structlog.wrap_logger(
    structlog.WriteLogger(sys.stderr),
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.JSONRenderer(),
    ],
)


def report(method: str, error: BaseException) -> None:
    """Log where it happened; not what the exception says, for AUD-REC-006."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.name}:{frame.lineno}" for frame in frames[-8:]]
    _LOG.error("defect", method=method, kind=type(error).__name__, places=places)

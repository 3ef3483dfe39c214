"""Defects go to the log on stderr; callers learn nothing of them (ERR-SAFE-001, ERR-SAFE-003)."""

import sys
import traceback
from typing import Any


def report(method: str, error: BaseException, request_id: str | None = None) -> None:
    """Log where it happened; not what the exception says, for AUD-REC-006."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.name}:{frame.lineno}" for frame in frames[-8:]]
    _log().error(
        "defect",
        method=method,
        request_id=request_id,
        kind=type(error).__name__,
        places=places,
    )


def _log() -> Any:  # noqa: ANN401 -- structlog's bound loggers have no common type
    # Here, not above: it takes 150 ms to import, half of a start, and most runs have no defect.
    import structlog  # noqa: PLC0415

    return structlog.wrap_logger(
        structlog.WriteLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
    )

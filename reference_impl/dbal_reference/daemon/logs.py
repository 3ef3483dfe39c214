"""What the server tells its keeper, in JSON lines on stderr; never a secret, never a value."""

import sys
from typing import Any, Final

import structlog

from dbal_reference.daemon.settings import Log

_LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40}


class Logs:
    """A log; its lines hold `level`, `timestamp`, `event`, and what the event is about."""

    def __init__(self, settings: Log) -> None:
        self.requests = settings.requests
        self._log: Any = structlog.wrap_logger(
            structlog.WriteLogger(sys.stderr),
            wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[settings.level]),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.JSONRenderer(),
            ],
        )

    def info(self, event: str, **about: object) -> None:
        """In the course of things."""
        self._log.info(event, **about)

    def warning(self, event: str, **about: object) -> None:
        """Somebody may want to look."""
        self._log.warning(event, **about)

    def error(self, event: str, **about: object) -> None:
        """Somebody must look."""
        self._log.error(event, **about)

"""What the server tells its keeper, in JSON lines on stderr; never a secret, never a value."""

import logging
import sys
import traceback
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

    def adopt(self) -> None:
        """Write what libraries log, from warnings on, as lines of this log."""
        root = logging.getLogger()
        root.handlers = [_Libraries(self)]
        root.setLevel(logging.WARNING)


class _Libraries(logging.Handler):
    """Of a record: who wrote it, the first line of its text unfilled, and where an error was.

    What is filled in, and what exceptions say, may be anything, and is not written.
    """

    def __init__(self, log: Logs) -> None:
        super().__init__()
        self._to = log

    def emit(self, record: logging.LogRecord) -> None:
        """Of logging."""
        about: dict[str, object] = {"logger": record.name}
        if record.exc_info is not None and record.exc_info[1] is not None:
            error = record.exc_info[1]
            frames = traceback.extract_tb(error.__traceback__)[-8:]
            about["kind"] = type(error).__name__
            about["places"] = [f"{frame.name}:{frame.lineno}" for frame in frames]
        told = str(record.msg).partition("\n")[0]
        if told == "socket.send() raised exception.":  # asyncio, of a peer that is gone
            return
        tell = self._to.error if record.levelno >= logging.ERROR else self._to.warning
        tell(told, **about)

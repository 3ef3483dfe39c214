"""Audit records in a file, one JSON object a line, added and never changed (AUD-REC-010)."""

import os
import secrets
from pathlib import Path
from threading import Lock

import msgspec

from dbal_reference.audit import Record


class AuditFile:
    """A sink of `AuditLog`. Each line also says by which start of the server it was written.

    Args:
        path: made if it is not there, for its owner alone.

    Raises:
        OSError: it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._run = secrets.token_hex(8)
        self._encoder = msgspec.json.Encoder()
        self._lock = Lock()
        self._file = self._open()

    def __call__(self, record: Record) -> None:
        """Add a record.

        Raises:
            OSError: it was not written, or not whole.
        """
        line = self._encoder.encode({"run": self._run, **msgspec.structs.asdict(record)}) + b"\n"
        with self._lock:
            written = os.write(self._file, line)
        if written != len(line):
            raise OSError("the disk is full")

    def reopen(self) -> None:
        """Write to the path anew, after what was there has been moved away.

        Raises:
            OSError: it cannot be written; the old one still is.
        """
        with self._lock:
            old, self._file = self._file, self._open()
            os.close(old)

    def close(self) -> None:
        """Write no more."""
        with self._lock:
            os.close(self._file)

    def _open(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

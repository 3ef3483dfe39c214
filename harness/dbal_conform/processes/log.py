"""What a started program says beside its answers: drained all the time, and only its end kept."""

import os
import threading

TAIL_LINES = 200  # that go with a crash (docs/targets.md)
TAIL_BYTES = 64 * 1024
LINE_LENGTH = 500  # characters of a line that are told
_CHUNK = 64 * 1024
DRAIN_S = 1.0  # for the last words of a program that has ended


class Log:
    """Reads a pipe to its end, so that a program which says much is never held up by it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._tail = b""
        self._thread = threading.Thread(target=self._drain, name="dbal-target-log", daemon=True)
        self._thread.start()

    def tail(self) -> str:
        """Return the last lines, each begun on a line of its own; empty when there are none."""
        self._thread.join(DRAIN_S)
        lines = self._tail.decode("utf-8", "replace").splitlines()[-TAIL_LINES:]
        return "".join(f"\n| {_shown(line)}" for line in lines)

    def _drain(self) -> None:
        try:
            while chunk := os.read(self._descriptor, _CHUNK):
                self._tail = (self._tail + chunk)[-TAIL_BYTES:]
        except OSError:
            return
        finally:
            os.close(self._descriptor)


def _shown(line: str) -> str:
    return line if len(line) <= LINE_LENGTH else f"{line[:LINE_LENGTH]}..."

"""The server as a process of its own, started as its keeper would."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Self

from tests.reference.talk import BOOTSTRAP

_ROOT = Path(__file__).parents[3]
_LONGEST_S = 60.0


class Started:
    """`dbal-reference serve FLAGS`; its log is read as it comes.

    Raises:
        AssertionError: it ended before it was ready.
    """

    def __init__(self, *flags: str, stdin: int = subprocess.DEVNULL, **variables: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dbal_reference", "serve", *flags],
            env=environment(**variables),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.log: list[dict[str, Any]] = []
        self.words: list[str] = []  # of stderr, that are no log
        self.urls: dict[str, str] = {}
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        assert self._ready.wait(_LONGEST_S)
        assert self.urls or self.process.poll() is None, self.words

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait; the exit status."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """Wait until it ends by itself; the exit status."""
        status = self.process.wait(_LONGEST_S)
        self._reader.join(_LONGEST_S)
        return status

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            try:
                record = json.loads(line)
            except ValueError:
                self.words.append(line.decode())
                continue
            self.log.append(record)
            if record["event"] == "listening":
                self.urls[record["door"]] = record["url"]
            if record["event"] == "ready":
                self._ready.set()
        self._ready.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()


def environment(**variables: str) -> dict[str, str]:
    """Of a server: what is here but for its own variables, and these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DBAL_")}
    return {
        **kept,
        "PYTHONPATH": str(_ROOT / "reference_impl"),
        "DBAL_BOOTSTRAP_TOKEN": BOOTSTRAP,
        **variables,
    }


def run(*flags: str, **variables: str) -> tuple[int, str, str]:
    """Exit status, stdout and stderr of a server that ends by itself."""
    ended = subprocess.run(
        [sys.executable, "-m", "dbal_reference", "serve", *flags],
        env=environment(**variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_LONGEST_S,
        check=False,
    )
    return ended.returncode, ended.stdout, ended.stderr

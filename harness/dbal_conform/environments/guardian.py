"""A process that runs another and ends it for certain: also when whoever started it was killed.

`python guardian.py FOLDER COMMAND...`: standard input is held open by the owner and never written
to; when it ends, so does the command, and the folder with its data is removed. Over the socket
`guard` in the folder the command is paused, resumed, killed and started again: a word, and `ok`
when it has been done. Run by its path and written with the standard library alone, so that it
starts at once.
"""

import os
import select
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

SOCKET = "guard"
_LOG = "log"
_LOG_BYTES = 4000
_LOOK_S = 0.1
_STOP_S = 10
_WORD = 16  # bytes of the longest


class Guardian:
    """Of one command, which works in a folder."""

    def __init__(self, folder: Path, command: list[str]) -> None:
        self._folder = folder
        self._command = command
        self._killed = False
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(folder / SOCKET))
        self._door.listen()
        self._child = self._started()

    def watch(self) -> int:
        """Do what is asked until the owner or the command has ended; the command's status."""
        while self._killed or self._child.poll() is None:
            ready, _, _ = select.select([sys.stdin, self._door], [], [], _LOOK_S)
            if sys.stdin in ready and not os.read(sys.stdin.fileno(), 1):
                break
            if self._door in ready:
                came, _ = self._door.accept()
                with came:
                    came.settimeout(_STOP_S)
                    self._obey(came.recv(_WORD).decode("ascii", "replace"))
                    came.sendall(b"ok")
        return abs(self._child.poll() or 0)

    def end(self) -> None:
        """End the command, say what it said last, and remove everything."""
        self._kill()
        with (self._folder / _LOG).open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - _LOG_BYTES))
            sys.stderr.buffer.write(log.read())
        self._door.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _obey(self, word: str) -> None:
        if word == "pause":
            self._child.send_signal(signal.SIGSTOP)
            # The signal is on its way; whoever asked relies on nothing being done any more.
            os.waitid(os.P_PID, self._child.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        elif word == "kill":
            self._kill()
        else:
            self._child.send_signal(signal.SIGCONT)
            if word == "restart":
                self._stop()
            if self._child.poll() is not None:
                self._child, self._killed = self._started(), False

    def _stop(self) -> None:
        self._child.terminate()
        try:
            self._child.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._kill()

    def _kill(self) -> None:
        self._killed = True
        self._child.kill()
        self._child.wait()

    def _started(self) -> "subprocess.Popen[bytes]":
        with (self._folder / _LOG).open("ab") as log:
            return subprocess.Popen(  # noqa: S603 -- the owner says what to run
                self._command,
                cwd=self._folder,
                preexec_fn=_heed,  # noqa: PLW1509 -- there is no other thread here
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def _heed() -> None:
    """Undo what a command would inherit: being told to stop, it is to stop."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def main() -> int:
    """Guard; the status is the command's."""
    # These are for the owner, who may still need the database to tidy up; his end is ours.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    guardian = Guardian(Path(sys.argv[1]), sys.argv[2:])
    try:
        return guardian.watch()
    finally:
        guardian.end()


if __name__ == "__main__":
    sys.exit(main())

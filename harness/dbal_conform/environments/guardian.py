"""A process that runs another and ends it for certain: also when whoever started it was killed.

`python guardian.py FOLDER COMMAND...`: standard input is held open by the owner and never written
to; when it ends, so does the command, and the folder with its data is removed. Run by its path and
written with the standard library alone, so that it starts at once.
"""

import shutil
import signal
import subprocess
import sys
import threading

_LOG_BYTES = 4000


def main() -> int:
    """Guard; the status is the command's."""
    folder, *command = sys.argv[1:]
    # Ctrl-C is for the owner, who may still need the database to tidy up.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = subprocess.Popen(  # noqa: S603 -- the owner says what to run
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    threading.Thread(target=_end_with_owner, args=(child,), daemon=True).start()
    last = b""
    if child.stdout is not None:
        for line in child.stdout:
            last = (last + line)[-_LOG_BYTES:]
    status = child.wait()
    shutil.rmtree(folder, ignore_errors=True)
    sys.stderr.buffer.write(last)
    return abs(status)


def _end_with_owner(child: "subprocess.Popen[bytes]") -> None:
    sys.stdin.buffer.read()
    child.kill()


if __name__ == "__main__":
    sys.exit(main())

"""A program that speaks on its pipes; run as `python stdio.py BEHAVIOUR`."""

import os
import signal
import sys
import time
from pathlib import Path


def main(behaviour: str) -> None:
    """Answer lines until there are no more."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from tests.peers.behaviour import Close, Reply, answers  # noqa: PLC0415 -- the path is set above

    begin(behaviour)
    for count, line in enumerate(sys.stdin.buffer):
        if behaviour in ODD and count:  # the first is the hello by which one is ready
            ODD[behaviour]()
            continue
        kept = behaviour if count and behaviour not in STUBBORN else "well"
        for sent in answers(kept, line):
            match sent:
                case Reply(body, whole=True, slow=False):
                    write(body + b"\n")
                case Reply(body, slow=True):
                    for place in range(len(body)):
                        write(body[place : place + 1])
                        time.sleep(0.05)
                case Reply(body):
                    write(body[: len(body) // 2])
                    sys.exit(0)
                case Close():
                    sys.exit(0)
    while behaviour == "stays":
        time.sleep(1)


def begin(behaviour: str) -> None:
    """Do what is done before anything is asked."""
    if behaviour == "stays":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if behaviour == "stillborn":
        sys.stderr.write("no database here\n")
        sys.exit(3)
    if behaviour == "mute":
        time.sleep(600)
    if behaviour == "floods":
        for place in range(200_000):
            sys.stderr.write(f"line {place} of a log that nobody asked for\n")
    if behaviour == "tells":
        sys.stderr.write(f"token {os.environ['DBAL_BOOTSTRAP_TOKEN']}\n")
        sys.stderr.write(f"environment {sorted(os.environ)}\n")
        sys.stderr.write(f"folder {Path.cwd().name}\n")
        sys.stderr.flush()
    if behaviour == "has-children":
        child = os.fork()
        if not child:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(600)
        Path(os.environ["PID_FILE"]).write_text(str(child), encoding="utf-8")


def write(data: bytes) -> None:
    """Write at once."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def crash() -> None:
    """End as programs with bugs do."""
    sys.stderr.write("about to divide by zero\n")
    sys.stderr.flush()
    os.kill(os.getpid(), signal.SIGSEGV)


def leave() -> None:
    """End with a status."""
    sys.stderr.write("giving up\n")
    sys.exit(7)


def log_on_stdout() -> None:
    """Write what is no message where messages go."""
    write(b"INFO starting\n")


STUBBORN = frozenset({"stays", "floods", "has-children", "stillborn"})
ODD = {"crash": crash, "leaves": leave, "logs": log_on_stdout, "tells": leave}

if __name__ == "__main__":
    main(sys.argv[1])

"""The command line as a user has it: a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[3]


def environment(**more: str) -> dict[str, str]:
    """Return an environment in which the checkout is found, and nothing colours the output."""
    path = os.pathsep.join(str(ROOT / part) for part in ("harness", "reference_impl"))
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "PYTHONPATH": path, "COLUMNS": "100", **more}


def command(*arguments: str) -> list[str]:
    """Return the words that run `dbal-conform` with this very Python."""
    return [sys.executable, "-c", "from dbal_conform.cli import main; main()", *arguments]


def shell(
    *arguments: str,
    cwd: Path,
    env: dict[str, str] | None = None,
    preexec_fn: Callable[[], None] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        command(*arguments),
        cwd=cwd,
        env=env or environment(),
        timeout=60,
        check=False,
        capture_output=True,
        text=True,
        preexec_fn=preexec_fn,
    )


def no_traceback(done: subprocess.CompletedProcess[str]) -> bool:
    """Tell whether nothing that looks like a traceback was printed."""
    return "Traceback" not in done.stdout + done.stderr

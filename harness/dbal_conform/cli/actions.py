"""What GitHub Actions shows of a gate: annotations and the summary of the job.

The runner obeys lines of a step's output, and ours hold words of targets: it is told not to listen
until the annotations come.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import typer

if TYPE_CHECKING:
    from dbal_conform.core.decision import Decision

SUMMARY = "GITHUB_STEP_SUMMARY"


class Actions:
    """The platform; where it is off, nothing is done. `out` is where the runner listens."""

    def __init__(self, *, on: bool | None, out: TextIO) -> None:
        self.on = os.environ.get("GITHUB_ACTIONS") == "true" if on is None else on
        self._out = out

    @contextmanager
    def silenced(self) -> Iterator[None]:
        """Keep the runner from obeying what is written meanwhile."""
        if not self.on:
            yield
            return
        from dbal_conform.reporters import github  # noqa: PLC0415 -- see cli/app.py

        with github.silenced(self._out):
            self._out.flush()
            try:
                yield
            finally:
                sys.stdout.flush()

    def tell(self, decision: "Decision") -> None:
        """Write annotations, and the summary of the job where the platform takes one."""
        if not self.on:
            return
        from dbal_conform.reporters import github  # noqa: PLC0415 -- see cli/app.py

        entries = decision.red if decision.entries else None
        github.write(decision.ledger, self._out, entries=entries, prefix=_prefix())
        self._out.flush()
        if file := os.environ.get(SUMMARY):
            _summarize(decision, Path(file))


def _prefix() -> str:
    """Return the working directory from the root of the repository; empty where it is elsewhere."""
    root = Path(os.environ.get("GITHUB_WORKSPACE") or ".").resolve()
    here = Path.cwd().resolve()
    return here.relative_to(root).as_posix() if here.is_relative_to(root) else ""


def _summarize(decision: "Decision", file: Path) -> None:
    """Append to the summary of the step, within what is left of its size."""
    from dbal_conform.reporters import job_summary  # noqa: PLC0415 -- see cli/app.py

    try:
        taken = file.stat().st_size if file.exists() else 0
        with file.open("a", encoding="utf-8", newline="\n") as out:
            out.write(job_summary.text(decision, limit=job_summary.LIMIT - taken))
    except OSError as error:
        # The gate's answer does not depend on it.
        typer.echo(f"{SUMMARY} {file}: cannot be written: {error.strerror}", err=True)

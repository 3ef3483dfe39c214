"""What a person sees while a run goes on, on standard error: a bar on a terminal, else lines."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Protocol

import typer

from dbal_conform.cli.outputs import Style
from dbal_conform.core.ledger import Header
from dbal_conform.core.verdict import TrialResult, Verdict

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

EVERY_S = 5.0  # between two lines of progress
TOLD = 50  # failures told as they come; of a target that does nothing right, more are no news
MORE = "more will fail without being told here: the run file has them all"
FRAME_S = 0.1  # between two pictures of the bar

_QUIET = frozenset(
    {
        Verdict.PASS,
        Verdict.OBSERVED,
        Verdict.DECLINED,
        Verdict.NOT_APPLICABLE,
        Verdict.UNDERCLAIM,
        Verdict.WEAK,
    }
)


class Watching(Protocol):
    """A `run.Watch` that is also told of an interruption."""

    def told(self, text: str) -> None:
        """Something takes a while before the first trial."""

    def began(self, header: Header, done: int) -> None:
        """The header is written; `done` trials were run earlier."""

    def ended(self, result: TrialResult) -> None:
        """One trial has ended."""

    def interrupted(self) -> None:
        """The user stopped the run."""


@contextmanager
def watch_for(style: Style, file: Path) -> Iterator[Watching]:
    """Return the watch that suits the style and where standard error leads."""
    if style.quiet:
        yield Lines(file, lambda _: None)
    elif sys.stderr.isatty():
        bar = Bar(file, style)
        try:
            yield bar
        finally:
            bar.close()
    else:
        yield Lines(file, _print, verbose=style.verbose)


def one_line(result: TrialResult) -> str:
    """Return a result in a line: the verdict, which trial, and why."""
    why = result.reason or (result.mismatches[0].why if result.mismatches else "")
    site = f"{result.target} on {result.database}"
    # A target's words stay on their line and cannot steer the terminal.
    reason = "".join(letter if letter.isprintable() else " " for letter in why[:120])
    return f"{result.verdict.value:<20}{result.trial} ({site}){': ' if reason else ''}{reason}"


class _First:
    """Knows what kept a whole target from running: told once, not for each of its trials."""

    def __init__(self) -> None:
        self._known: set[tuple[str, str, str]] = set()

    def is_new(self, result: TrialResult) -> bool:
        """Tell whether a result is news."""
        if result.verdict is not Verdict.COULD_NOT_RUN:
            return True
        key = (result.target, result.database, result.reason)
        news = key not in self._known
        self._known.add(key)
        return news


class Lines:
    """Plain lines: the start, what fails, and how far it is now and then."""

    def __init__(self, file: Path, out: Callable[[str], None], *, verbose: bool = False) -> None:
        self._file = file
        self._out = out
        self._verbose = verbose
        self._planned = self._done = self._bad = self._shown = 0
        self._next = 0.0
        self._first = _First()

    def told(self, text: str) -> None:
        """Say it."""
        self._out(text)

    def began(self, header: Header, done: int) -> None:
        """Say what is run."""
        self._planned, self._done = header.planned, done
        self._next = monotonic() + EVERY_S
        before = f", {done} of them run before" if done else ""
        self._out(f"running {header.planned} trials, seed {header.seed}{before}")

    def ended(self, result: TrialResult) -> None:
        """Tell of a failure at once, and of the rest now and then."""
        self._done += 1
        bad = result.verdict not in _QUIET
        self._bad += bad
        news = bad and self._first.is_new(result)
        self._shown += news
        if self._verbose or (news and self._shown <= TOLD):
            self._out(one_line(result))
        if news and self._shown == TOLD and not self._verbose:
            self._out(MORE)
        if monotonic() >= self._next:
            self._next = monotonic() + EVERY_S
            self._out(f"{self._done} of {self._planned}, {self._bad} not as they should be")

    def interrupted(self) -> None:
        """Say how to go on."""
        _print(_how_to_go_on(self._file, self._done, self._planned))


class Bar:
    """A bar with rate and remaining time; failures stay above it.

    It is drawn when there is news and not by a thread of its own: workers may still be forked.
    """

    def __init__(self, file: Path, style: Style) -> None:
        self._file = file
        self._style = style
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._planned = self._done = self._bad = self._shown = 0
        self._drawn = 0.0
        self._first = _First()

    def told(self, text: str) -> None:
        """Say it; there is no bar yet, or none any more."""
        self.close()
        _print(text)

    def began(self, header: Header, done: int) -> None:
        """Draw it."""
        from rich.console import Console  # noqa: PLC0415 -- while the workers start
        from rich.progress import (  # noqa: PLC0415
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self._planned, self._done = header.planned, done
        console = Console(stderr=True, no_color=self._style.color is False, highlight=False)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=console,
            auto_refresh=False,
            transient=True,
        )
        name = f"seed {header.seed}"
        self._task = self._progress.add_task(name, total=header.planned, completed=done, rate="")
        self._progress.start()

    def ended(self, result: TrialResult) -> None:
        """Move it, and write what is worth it above."""
        progress, task = self._progress, self._task
        if progress is None or task is None:
            return
        self._done += 1
        progress.advance(task)
        bad = result.verdict not in _QUIET
        self._bad += bad
        news = bad and self._first.is_new(result)
        self._shown += news
        if self._style.verbose or (news and self._shown <= TOLD):
            progress.console.print(one_line(result), markup=False, soft_wrap=True)
        if news and self._shown == TOLD and not self._style.verbose:
            progress.console.print(MORE, markup=False)
        if monotonic() - self._drawn > FRAME_S:
            self._drawn = monotonic()
            speed = progress.tasks[0].speed
            progress.update(task, rate=f"{speed:.0f}/s" if speed else "")
            progress.refresh()

    def interrupted(self) -> None:
        """Say how to go on."""
        self.close()
        _print(_how_to_go_on(self._file, self._done, self._planned))

    def close(self) -> None:
        """Take the bar away."""
        if self._progress is not None:
            self._progress.stop()


def _how_to_go_on(file: Path, done: int, planned: int) -> str:
    if not file.exists():
        return "stopped before anything was run"
    return f"{done} of {planned} trials are in {file}; go on with: dbal-conform run --resume {file}"


def _print(text: str) -> None:
    typer.echo(text, err=True)

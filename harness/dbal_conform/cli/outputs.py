"""Where a run is told: reports in files, and what a person or a script reads on standard output."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import typer

from dbal_conform.core.errors import HarnessError, InputError
from dbal_conform.core.ledger import Ledger
from dbal_conform.reporters import REPORTERS, Reporter

STDOUT = "-"


class Style(NamedTuple):
    """How to tell it; `color` None leaves colours to the terminal."""

    json: bool = False
    quiet: bool = False
    verbose: bool = False
    color: bool | None = None


class Output(NamedTuple):
    """A report that is wanted: a row of `REPORTERS`, and a path or `-`."""

    format: str
    path: str


def outputs(wanted: Sequence[str] | None, run_file: Path) -> tuple[Output, ...]:
    """Read `FORMAT=PATH`s; without any, the HTML matrix beside the run file.

    Raises:
        InputError: there is no such format, or the path cannot be written: before anything is run.
    """
    if not wanted:
        return (Output("html", str(run_file.with_suffix(".html"))),)
    found = tuple(_output(text) for text in wanted)
    for output in found:
        named(output, "--report")
    return found


def named(output: Output, option: str) -> None:
    """Check that a report can be written there; `option` is what it was asked by.

    Raises:
        InputError: there is no such format, or the path cannot be written.
    """
    if output.format not in REPORTERS:
        names = ", ".join(REPORTERS)
        raise InputError(f"{option} {output.format!r}: choose one of {names}")
    _refuse_unwritable(output, option)


def write(ledger: Ledger, output: Output, *, reporter: Reporter | None = None) -> None:
    """Write one report; `reporter` takes the place of the one that the format has.

    Raises:
        HarnessError: the disk is full or broken; the run file has it all.
    """
    reporter = reporter or REPORTERS[output.format]
    if output.path == STDOUT:
        reporter(ledger, sys.stdout)
        return
    try:
        with Path(output.path).open("w", encoding="utf-8", newline="\n") as file:
            reporter(ledger, file)
    except OSError as error:
        raise HarnessError(
            f"{output.path}: cannot be written: {error.strerror}; the run is kept:"
            f" `dbal-conform report RUN --format {output.format} --output PATH` writes it elsewhere"
        ) from error


def show(ledger: Ledger, run_file: Path, written: Sequence[Output], style: Style) -> None:
    """Tell the result on standard output."""
    if style.json:
        REPORTERS["json"](ledger, sys.stdout)
        return
    if any(output.path == STDOUT for output in written):
        return  # a report is there already, and must stay readable for whoever asked for it
    if style.quiet:
        counts = ", ".join(f"{count} {verdict}" for verdict, count in ledger.counts.items())
        typer.echo(f"{ledger.result}: {counts}")
        return
    from dbal_conform.reporters import console  # noqa: PLC0415 -- rich, on use

    files = {"run file": str(run_file)} | {output.format: output.path for output in written}
    console.write(ledger, sys.stdout, color=style.color, files=files)


def _output(text: str) -> Output:
    name, separator, path = text.partition("=")
    if not separator or not path or name not in REPORTERS:
        names = ", ".join(REPORTERS)
        raise InputError(f"--report {text!r}: write FORMAT=PATH, with a format of {names}")
    return Output(name, path)


def _refuse_unwritable(output: Output, option: str) -> None:
    if output.path == STDOUT:
        return
    path = Path(output.path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{option} {path}: cannot be written: {error.strerror}") from error
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise InputError(f"{option} {path}: cannot be written there; name another path")

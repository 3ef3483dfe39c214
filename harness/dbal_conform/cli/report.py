"""`report`: a run file told again, in any format, whenever it was made."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from dbal_conform.cli import options
from dbal_conform.core.errors import InputError

if TYPE_CHECKING:
    from dbal_conform.core.ledger import Ledger

EPILOG = """\b
Examples:
  dbal-conform report reports/run-20260101T120000Z.jsonl
  dbal-conform report run.jsonl --format junit --output junit.xml
  dbal-conform report mine.jsonl theirs.jsonl --format markdown
"""
Runs: TypeAlias = Annotated[
    list[Path], typer.Argument(metavar="RUN...", help="Run files; their columns side by side.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(report)


def report(  # noqa: PLR0913 -- each is a switch of its own
    runs: Runs,
    *,
    format_: Annotated[
        str,
        typer.Option("--format", "-f", help="badge, console, github, html, json, junit, markdown."),
    ] = "console",
    output: Annotated[
        str, typer.Option("--output", "-o", help="Where to; - is standard output.")
    ] = "-",
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001 -- all is told
    no_color: options.NoColor = False,
) -> None:
    """Tell a run again from its file; nothing is run, and nothing but the file is needed.

    Exit status: 0 told, whatever the run showed; 2 a file is not there or not a run file.
    """
    from dbal_conform.cli.outputs import Output, Style, named, show, write  # noqa: PLC0415

    wanted = Output("json" if json else format_, output)
    named(wanted, "--format")
    ledger = opened(runs)
    if wanted.path != "-" or wanted.format != "console":
        write(ledger, wanted)
        if wanted.path != "-" and not quiet:
            typer.echo(f"{wanted.format} written to {wanted.path}", err=True)
        return
    color = options.color_of(no_color=no_color)
    show(ledger, runs[0], (), Style(quiet=quiet, color=color))
    sys.stdout.flush()


def opened(runs: Sequence[Path]) -> "Ledger":
    """Return the runs of these files as one.

    Raises:
        InputError: one is not there, not a run file, or does not fit beside the others.
    """
    from dbal_conform.core.union import side_by_side  # noqa: PLC0415 -- see cli/app.py
    from dbal_conform.runfile import read  # noqa: PLC0415

    twice = {str(run) for place, run in enumerate(runs) if run in runs[:place]}
    if twice:
        raise InputError(f"{', '.join(sorted(twice))} is given twice")
    return side_by_side([(str(run), read(run).ledger()) for run in runs])

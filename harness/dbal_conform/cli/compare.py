"""`compare`: what changed from one run to a later one."""

import json as json_text
import sys
from pathlib import Path
from typing import Annotated

import typer

from dbal_conform.cli import options

EPILOG = """\b
Examples:
  dbal-conform compare reports/run-20260101T120000Z.jsonl reports/run-20260102T120000Z.jsonl
  dbal-conform compare main.jsonl branch.jsonl --json
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(compare)


def compare(  # noqa: PLR0913 -- each is a switch of its own
    before: Annotated[Path, typer.Argument(metavar="BEFORE", help="The earlier run file.")],
    after: Annotated[Path, typer.Argument(metavar="AFTER", help="The later one.")],
    *,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001 -- all is told
    no_color: options.NoColor = False,
) -> None:
    """Tell what is worse, what is better, what is new and what is gone; the baseline plays no part.

    Exit status: 0 nothing is worse, 1 something that held fails now or is not shown, 2 wrong usage.
    """
    from dbal_conform.core.comparison import compare as compared  # noqa: PLC0415 -- see cli/app.py
    from dbal_conform.reporters import comparison  # noqa: PLC0415
    from dbal_conform.runfile import read  # noqa: PLC0415

    found = compared(read(before).ledger(), read(after).ledger())
    if json:
        typer.echo(json_text.dumps(comparison.document(found), indent=1))
    elif quiet:
        typer.echo(comparison.words(found))
    else:
        comparison.write(found, sys.stdout, color=options.color_of(no_color=no_color))
    raise typer.Exit(1 if found.worse else 0)

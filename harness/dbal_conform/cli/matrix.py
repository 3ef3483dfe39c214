"""`matrix`: who can do what, and what was proven: several runs in one HTML file."""

import json as json_text
from pathlib import Path
from typing import Annotated

import typer

from dbal_conform.cli import options
from dbal_conform.cli.report import Runs, opened

EPILOG = """\b
Examples:
  dbal-conform matrix reports/run-20260101T120000Z.jsonl --output matrix.html
  dbal-conform matrix mine.jsonl theirs.jsonl --output matrix.html
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(matrix)


def matrix(  # noqa: PLR0913 -- each is a switch of its own
    runs: Runs,
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to. [matrix.html beside RUN]")
    ] = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001 -- all is told
    no_color: options.NoColor = False,  # noqa: ARG001 -- nothing here is coloured
) -> None:
    """Write the capability matrix of one or several runs as one HTML file.

    Rows are capabilities and groups of requirements, columns are targets on databases.
    Exit status: 0 written, whatever the runs showed; 2 a file is not there or not a run file.
    """
    from dbal_conform.cli.outputs import Output, named, write  # noqa: PLC0415 -- see cli/app.py

    file = output or runs[0].with_name("matrix.html")
    wanted = Output("html", str(file))
    if not json:
        named(wanted, "--output")
    ledger = opened(runs)
    if json:
        from dbal_conform.reporters.json import document  # noqa: PLC0415 -- on use

        told = document(ledger)
        only = {name: told[name] for name in ("format", "columns", "matrix")}
        typer.echo(json_text.dumps(only, indent=1))
        return
    write(ledger, wanted)
    if not quiet:
        typer.echo(f"html written to {file}", err=True)

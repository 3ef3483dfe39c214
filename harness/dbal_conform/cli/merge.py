"""`merge`: the shards of a run, or runs of other targets, into one run file."""

import json as json_text
from pathlib import Path
from typing import Annotated

import typer

from dbal_conform.cli import options

EPILOG = """\b
Examples:
  dbal-conform merge shard-1.jsonl shard-2.jsonl shard-3.jsonl --output all.jsonl
  dbal-conform merge sqlite.jsonl postgres.jsonl -o all.jsonl --json
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(merge)


def merge(  # noqa: PLR0913 -- each is a switch of its own
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN...", help="Complete run files of one suite.")
    ],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="The run file to write.")],
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001 -- all is told
    no_color: options.NoColor = False,  # noqa: ARG001 -- nothing here is coloured
) -> None:
    """Join run files; nothing may be missing or stand there twice.

    Refused are overlaps, missing shards, runs that did not end, and those of another suite, tool,
    contract, filter, baseline or build of the target.
    Exit status: 0 merged, whatever the runs showed; 2 they do not belong together.
    """
    from dbal_conform.merging import merge as merge_files  # noqa: PLC0415 -- see cli/app.py

    ledger = merge_files(runs, output)
    if json:
        document = {
            "file": str(output),
            "runs": [str(run) for run in runs],
            "trials": len(ledger.results),
            "result": ledger.result.value,
            "counts": ledger.counts,
        }
        typer.echo(json_text.dumps(document, ensure_ascii=False, indent=1))
    elif not quiet:
        told = f"{len(ledger.results):,} trials of {len(runs)} runs"
        typer.echo(f"{output}: {told}: {ledger.result}", err=True)

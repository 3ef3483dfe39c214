"""`init`: begin something of your own."""

import json as json_text
from pathlib import Path
from typing import Annotated

import typer

from dbal_conform.cli import options

EPILOG = """\b
Examples:
  dbal-conform init target
  dbal-conform init target rust-dbal --language cpp --name rust-dbal
  dbal-conform run --target my-dbal/target.yaml -k wire
"""

init = typer.Typer(help="Begin something of your own: a target.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.add_typer(init, name="init")


@init.callback()
def _init() -> None:
    """Begin something of your own: a target."""


@init.command(epilog=EPILOG)
def target(  # noqa: PLR0913 -- the options that every command has
    folder: Annotated[Path, typer.Argument(help="Where; a new or empty folder.")] = Path("my-dbal"),
    *,
    language: Annotated[
        str, typer.Option("--language", "-l", help="python, typescript or cpp.")
    ] = "python",
    name: Annotated[
        str | None, typer.Option(help="Of the target; else that of the folder.")
    ] = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001 -- there is no more to tell
    no_color: options.NoColor = False,  # noqa: ARG001 -- nothing here is coloured
) -> None:
    """Write a folder with a manifest and a minimal implementation on stdio, which runs at once.

    It knows dbal.hello, dbal.health and an empty world; what it does not know it refuses honestly.
    """
    from dbal_conform.corpus.starter import write_starter  # noqa: PLC0415 -- see cli/app.py

    written = write_starter(folder, language, name or folder.absolute().name)
    if json:
        typer.echo(json_text.dumps({"files": [str(file) for file in written]}))
        return
    for file in written:
        typer.echo(str(file))
    if not quiet:
        typer.echo(f"Run it: dbal-conform run --target {written[0]} -k wire", err=True)

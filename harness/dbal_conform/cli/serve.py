"""`serve`: a folder of runs, to look at in a browser on this machine."""

import json as json_text
import logging
import sys
from pathlib import Path
from typing import Annotated

import typer

from dbal_conform.cli import options

EPILOG = """\b
Examples:
  dbal-conform serve
  dbal-conform serve reports/published --port 0
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(serve)


def serve(  # noqa: PLR0913 -- each is a switch of its own
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Where run files lie.")] = Path(
        "reports"
    ),
    *,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="On the loopback; 0 takes a free one.")
    ] = 8765,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,  # noqa: ARG001 -- nothing here is coloured
) -> None:
    """Show the runs of a folder: their reports, and what changed from one to the next.

    It listens on 127.0.0.1 alone, only reads, and ends with Ctrl-C.
    Exit status: 0 ended, 2 there is no such folder, or the port is taken.
    """
    from dbal_conform.serving.folder import Folder  # noqa: PLC0415 -- see cli/app.py
    from dbal_conform.serving.server import Server, Viewer  # noqa: PLC0415

    if verbose:
        logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    viewer = Viewer(Folder(folder), str(folder))
    with Server(viewer, port) as server:
        if json:
            typer.echo(json_text.dumps({"url": server.url}))
        else:
            typer.echo(server.url if quiet else f"{server.url}  shows {folder}; Ctrl-C ends it")
        sys.stdout.flush()
        try:
            server.serve_forever(poll_interval=0.2)
        except KeyboardInterrupt:
            if not quiet:
                typer.echo("ended", err=True)

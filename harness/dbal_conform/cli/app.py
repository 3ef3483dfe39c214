"""The commands and their order in `--help`. Each is a module that imports what it uses on use."""

from typing import Annotated

import typer

from dbal_conform.cli import (
    baseline,
    compare,
    doctor,
    explain,
    gate,
    init,
    lint,
    list_,
    matrix,
    merge,
    report,
    run,
    schema,
    selftest,
    serve,
    show,
    targets,
)
from dbal_conform.version import TOOL

app = typer.Typer(
    name="dbal-conform",
    rich_markup_mode=None,  # plain help needs no rich, which takes 80 ms to import
    pretty_exceptions_enable=False,
    help="Certify implementations of the DBAL contract.",
    epilog="Start with: dbal-conform run. It tests the reference on embedded SQLite.",
)


def _version(wanted: bool) -> None:  # noqa: FBT001 -- typer's callback
    if wanted:
        typer.echo(TOOL)
        raise typer.Exit


@app.callback()
def dbal_conform(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which it is.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show tracebacks of the tool's own failures.")
    ] = False,
) -> None:
    """Certify implementations of the DBAL contract."""


for _command in (
    run,
    list_,
    show,
    explain,
    report,
    matrix,
    merge,
    compare,
    serve,
    baseline,
    gate,
    schema,
    lint,
    selftest,
    targets,
    init,
    doctor,
):
    _command.register(app)

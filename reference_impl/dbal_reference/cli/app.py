"""The commands and their order in `--help`. Each imports what it uses on use."""

import sys

import typer

from dbal_reference.cli import ddl, serve
from dbal_reference.errors import SchemaError

app = typer.Typer(
    name="dbal-reference",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="The reference implementation of the DBAL contract.",
)


@app.callback()
def dbal_reference() -> None:
    """The reference implementation of the DBAL contract."""


ddl.register(app)
serve.register(app)


def main() -> None:
    """Run a command; exits with 2 where the schema folder is wrong."""
    try:
        app()
    except SchemaError as error:
        typer.echo(f"dbal-reference: {error}", err=True)
        sys.exit(2)

"""`dbal-reference ddl`: the tables made from the entity files, as SQL."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Dialect(StrEnum):
    """The kinds of SQL that the reference writes."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"
    MARIADB = "mariadb"
    MYSQL = "mysql"


def ddl(
    *,
    dialect: Annotated[Dialect, typer.Option(help="Whose SQL to write.")],
    schema: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False, help="Another schema folder than the packaged one."
        ),
    ] = None,
) -> None:
    """Print the schema that the adapter creates: tables, keys, indexes, checks."""
    from dbal_reference.adapters.schema_text import schema_text  # noqa: PLC0415 -- slow to import
    from dbal_reference.schema.load import load_schema  # noqa: PLC0415 -- slow to import

    typer.echo(schema_text(load_schema(schema), dialect.value), nl=False)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(ddl)

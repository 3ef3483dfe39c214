"""`dbal-reference serve`: the daemon."""

import os
from pathlib import Path
from typing import Annotated

import typer


def serve(  # noqa: PLR0913 -- the flags of a server
    *,
    config: Annotated[Path | None, typer.Option(help="A TOML file of settings.")] = None,
    database: Annotated[
        str | None, typer.Option(metavar="URL", help="The database; better in DBAL_DATABASE.")
    ] = None,
    stdio: Annotated[bool, typer.Option("--stdio", help="Talk on stdin and stdout.")] = False,
    websocket: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Listen for WebSockets, at /rpc.")
    ] = None,
    http: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Listen for POST /rpc.")
    ] = None,
    grpc: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Listen for gRPC, dbal.v1.")
    ] = None,
    monitor: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="Listen for /health, /ready and /metrics."),
    ] = None,
    conformance: Annotated[
        bool, typer.Option("--conformance", help="Offer conformance.*, on an empty database.")
    ] = False,
    schema: Annotated[
        Path | None, typer.Option(help="Another schema folder than the packaged one.")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Any other setting, as in the file."),
    ] = None,
) -> None:
    """Serve the DBAL over WebSocket, HTTP, gRPC and stdio, several at once.

    Settings come from the file, then DBAL_* variables, then flags. The bootstrap token is taken
    from DBAL_BOOTSTRAP_TOKEN or the file. Port 0 is any that is free: the log on stderr says which.
    Exits with 2 where a setting is wrong, with 1 where the database cannot be opened.
    """
    from dbal_reference.adapters import UnavailableError  # noqa: PLC0415 -- on use
    from dbal_reference.daemon.run import serve as run  # noqa: PLC0415 -- on use
    from dbal_reference.daemon.sources import read_settings  # noqa: PLC0415 -- on use

    try:
        flags = {
            **dict(_setting(text) for text in set_ or ()),
            "database": database,
            "stdio": stdio or None,
            "websocket": websocket,
            "http": http,
            "grpc": grpc,
            "monitor": monitor,
            "conformance": conformance or None,
            "schema": schema,
        }
        status = run(read_settings(config, os.environ, flags))
    except ValueError as error:
        typer.echo(f"dbal-reference serve: {error}", err=True)
        raise typer.Exit(2) from None
    except UnavailableError:
        typer.echo("dbal-reference serve: the database cannot be opened", err=True)
        raise typer.Exit(1) from None
    raise typer.Exit(status)


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"--set {text}: write NAME=VALUE")
    return name, value


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(serve)

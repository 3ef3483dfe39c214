"""`lint`: what is wrong with cases beyond their notation."""

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

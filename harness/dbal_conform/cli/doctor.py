"""`doctor`: is this machine ready, and if not, what to do."""

import json as json_text
from typing import TYPE_CHECKING, Annotated

import typer

from dbal_conform.cli import options

if TYPE_CHECKING:
    from dbal_conform.diagnosis import Finding

EPILOG = """\b
Examples:
  dbal-conform doctor
  dbal-conform doctor my/target.yaml --json
"""
INCOMPLETE = 3


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(doctor)


def doctor(
    named: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TARGET]...", help="Names, globs or manifests; else all packaged."),
    ] = None,
    *,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001 -- all is told
    no_color: options.NoColor = False,  # noqa: ARG001 -- nothing here is coloured
) -> None:
    """Check the installation, and that each target can be opened and says hello.

    Exit status: 0 all is well, 3 something is missing.
    """
    from dbal_conform.diagnosis import diagnose  # noqa: PLC0415 -- see cli/app.py

    findings = list(diagnose(named or ()))
    if json:
        typer.echo(json_text.dumps([finding._asdict() for finding in findings], indent=2))
    else:
        for finding in findings:
            if not (quiet and finding.well):
                typer.echo(_line(finding))
    raise typer.Exit(0 if all(finding.well for finding in findings) else INCOMPLETE)


def _line(finding: "Finding") -> str:
    advice = f"\n      {finding.advice}" if finding.advice else ""
    mark = "BAD" if not finding.well else "--" if finding.advice else "ok"
    return f"{mark:<4}  {finding.what}: {finding.found}{advice}"

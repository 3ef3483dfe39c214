"""`targets`: who can be tested, and what each manifest says of itself."""

import json as json_text
from typing import TYPE_CHECKING, Annotated

import typer

from dbal_conform.cli import options

if TYPE_CHECKING:
    from dbal_conform.corpus.target import Target

EPILOG = """\b
Examples:
  dbal-conform targets
  dbal-conform targets my/target.yaml --json
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(targets)


def targets(
    named: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TARGET]...", help="Names, globs or manifests; else all packaged."),
    ] = None,
    *,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,  # noqa: ARG001 -- nothing here is coloured
) -> None:
    """List targets: name, transport, control and databases. Nothing is started."""
    from dbal_conform.corpus.target import find_targets, packaged_targets  # noqa: PLC0415

    found = find_targets(named) if named else packaged_targets()
    if json:
        typer.echo(json_text.dumps([_as_json(target) for target in found], indent=2))
        return
    for target in found:
        typer.echo(target.name if quiet else _line(target, verbose=verbose))


def _line(target: "Target", *, verbose: bool) -> str:
    manifest = target.manifest
    text = (
        f"{target.name:<24}{manifest.transport:<12}{manifest.control:<13}"
        f"{', '.join(manifest.specs) or '-'}"
    )
    return f"{text}\n  {target.folder}" if verbose else text


def _as_json(target: "Target") -> dict[str, object]:
    manifest = target.manifest
    made = manifest.implementation
    return {
        "target": target.name,
        "transport": manifest.transport,
        "control": manifest.control,
        "databases": list(manifest.specs),
        "implementation": made.name if made else None,
        "claims": manifest.claims if manifest.claims == "hello" else list(manifest.claims),
        "baseline": manifest.baseline,
    }

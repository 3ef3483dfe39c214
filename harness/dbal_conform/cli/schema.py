"""`schema`: the contract: entities, operations, errors, capabilities, requirements, rules."""

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dbal_conform.cli import options
from dbal_conform.core.errors import InputError

if TYPE_CHECKING:
    from dbal_conform.explanations.entries import Schema

EPILOG = """\b
Examples:
  dbal-conform schema list capabilities
  dbal-conform schema show USR-CREATE-003
  dbal-conform schema check my-schema
"""
LIST = "\b\nExamples:\n  dbal-conform schema list\n  dbal-conform schema list errors --json\n"
SHOW = "\b\nExamples:\n  dbal-conform schema show User\n  dbal-conform schema show joins --json\n"
CHECK = "\b\nExamples:\n  dbal-conform schema check my-schema\n"


def register(app: typer.Typer) -> None:
    """Add the command."""
    group = typer.Typer(name="schema", epilog=EPILOG, no_args_is_help=True, rich_markup_mode=None)
    group.command(name="list", epilog=LIST)(list_entries)
    group.command(epilog=SHOW)(show)
    group.command(epilog=CHECK)(check)
    app.add_typer(group, help="Look up the contract, or check one of your own.")


def list_entries(  # noqa: PLR0913 -- each is a switch of its own
    kind: Annotated[
        str | None, typer.Argument(help="entities, operations, errors, ...; else all, counted.")
    ] = None,
    *,
    schema: options.Schema = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001 -- all is told
    no_color: options.NoColor = False,  # noqa: ARG001 -- nothing here is coloured
) -> None:
    """List the entries of a kind, or count those of all kinds.

    Kinds: entities, operations, errors, capabilities, requirements, rules.
    """
    from dbal_conform.explanations.entries import KINDS, entries  # noqa: PLC0415 -- see cli/app.py

    if kind is not None and kind not in KINDS:
        raise InputError(f"no kind {kind!r} in the contract: choose one of {', '.join(KINDS)}")
    opened = _open(schema)
    if json:
        chosen = [kind] if kind else KINDS
        told = {
            name: {one.name: one.document() for one in entries(opened, name)} for name in chosen
        }
        typer.echo(json_text.dumps(told, ensure_ascii=False, indent=2, default=list))
        return
    if kind is None:
        for name in KINDS:
            typer.echo(f"{name:<14}{sum(1 for _ in entries(opened, name)):>5}")
        return
    found = list(entries(opened, kind))
    left = max(len(one.name) for one in found)
    for one in found:
        typer.echo(one.name if quiet else f"{one.name:<{left}}  {one.line}")


def show(  # noqa: PLR0913 -- each is a switch of its own
    name: Annotated[str, typer.Argument(help="User, User.create, CONFLICT, joins, USR-CREATE-003")],
    *,
    schema: options.Schema = None,
    json: options.Json = False,
    quiet: options.Quiet = False,  # noqa: ARG001 -- all is told
    verbose: options.Verbose = False,  # noqa: ARG001 -- all is told
    no_color: options.NoColor = False,  # noqa: ARG001 -- nothing here is coloured
) -> None:
    """Show one entry of the contract; the beginning of a name or a glob lists several.

    Exit status: 0 shown or listed, 2 there is no such entry.
    """
    from dbal_conform.core.search import matching, similar  # noqa: PLC0415 -- see cli/app.py
    from dbal_conform.explanations.entries import entries  # noqa: PLC0415
    from dbal_conform.explanations.layout import beside  # noqa: PLC0415

    known = {one.name: one for one in entries(_open(schema))}
    found = [known[each] for each in matching(name, known)]
    if not found:
        near = ", ".join(similar(name, known)) or "`dbal-conform schema list KIND` lists names"
        raise InputError(f"the contract has no entry {name!r}; did you mean {near}")
    if json:
        told = {one.name: {"kind": one.kind, **one.document()} for one in found}
        typer.echo(json_text.dumps(told, ensure_ascii=False, indent=2, default=list))
    elif len(found) == 1:
        typer.echo(f"{found[0].name}  ({found[0].kind})\n" + "\n".join(beside(found[0].facts())))
    else:
        for one in found:
            typer.echo(f"{one.name}  {one.line}")


def check(
    folder: Annotated[Path, typer.Argument(help="A contract folder, as `schema/` is one.")],
    *,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001 -- all is told
    no_color: options.NoColor = False,  # noqa: ARG001 -- nothing here is coloured
) -> None:
    """Check a contract folder of your own; each mistake is told with file:line:column.

    Exit status: 0 it is whole and consistent, 2 it is not.
    """
    opened = _open(str(folder))
    from dbal_conform.explanations.entries import KINDS, entries  # noqa: PLC0415 -- see cli/app.py

    counts = {kind: sum(1 for _ in entries(opened, kind)) for kind in KINDS}
    if json:
        typer.echo(json_text.dumps({"contract": opened.contract.version, "counts": counts}))
    elif not quiet:
        told = ", ".join(f"{count} {kind}" for kind, count in counts.items())
        typer.echo(f"{folder}: contract {opened.contract.version}, {told}")


def _open(folder: str | None) -> "Schema":
    from dbal_conform.corpus.contract import load_contract  # noqa: PLC0415 -- see cli/app.py
    from dbal_conform.explanations.entries import Schema  # noqa: PLC0415

    path = Path(folder) if folder else None
    return Schema(load_contract(path), path)

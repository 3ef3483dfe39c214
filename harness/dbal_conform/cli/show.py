"""`show`: a case with the texts of what it proves, its world, its steps and expectations."""

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dbal_conform.cli import options
from dbal_conform.core.errors import InputError

if TYPE_CHECKING:
    from dbal_conform.core.suite import Case

EPILOG = """\b
Examples:
  dbal-conform show users.create/duplicate-username
  dbal-conform show 'users.*/bad-*'
  dbal-conform show tickets/checked my-cases --schema my-schema --json
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(show)


def show(  # noqa: PLR0913 -- each is a switch of its own
    case: Annotated[str, typer.Argument(help="Its id; the beginning or a glob lists several.")],
    cases: options.Paths = None,
    *,
    schema: options.Schema = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001 -- all is told
    no_color: options.NoColor = False,  # noqa: ARG001 -- nothing here is coloured
) -> None:
    """Show a case: what it proves, the world it starts in, its steps, and what must come of them.

    Exit status: 0 shown or listed, 2 there is no such case.
    """
    from dbal_conform.corpus.contract import load_contract  # noqa: PLC0415 -- see cli/app.py
    from dbal_conform.corpus.flags import packaged_flags  # noqa: PLC0415
    from dbal_conform.explanations.case import case_json, case_lines  # noqa: PLC0415

    found = _found(case, cases)
    if len(found) > 1:
        _list(found, json=json, quiet=quiet)
        return
    contract = load_contract(Path(schema) if schema else None)
    ((name, one),) = found
    if json:
        told = case_json(one, contract, packaged_flags(), name)
        typer.echo(json_text.dumps(told, ensure_ascii=False, indent=2))
    else:
        typer.echo("\n".join(case_lines(one, contract, packaged_flags(), name)))


def _found(wanted: str, paths: list[str] | None) -> "list[tuple[str, Case]]":
    """Return each case that `wanted` stands for, with the name of its file."""
    from dbal_conform.core.search import matching, similar  # noqa: PLC0415 -- see cli/app.py
    from dbal_conform.corpus.load import cases_by_file  # noqa: PLC0415

    known = {one.id: (file, one) for file, one in cases_by_file(map(Path, paths or ()))}
    found = matching(wanted, known)
    if not found:
        near = similar(wanted, known) or similar(wanted, {name.split("[")[0] for name in known})
        advice = f"did you mean {', '.join(near)}" if near else "`dbal-conform list` has them all"
        raise InputError(f"no case is called {wanted!r}; {advice}")
    return [known[name] for name in found]


def _list(found: "list[tuple[str, Case]]", *, json: bool, quiet: bool) -> None:
    if json:
        rows = [
            {"id": one.id, "title": one.title, "file": file, "line": one.line}
            for file, one in found
        ]
        typer.echo(json_text.dumps({"matches": rows}, ensure_ascii=False, indent=2))
        return
    for _, one in found:
        typer.echo(one.id if quiet else f"{one.id}  {one.title}")
    typer.echo(f"{len(found)} cases; name one to see it", err=True)

"""`explain`: one trial of a run in full, or what a word of a report means."""

import json as json_text
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dbal_conform.cli import options
from dbal_conform.core.errors import InputError

if TYPE_CHECKING:
    from dbal_conform.core.verdict import TrialResult

EPILOG = """\b
Examples:
  dbal-conform explain reports/run-20260101T120000Z.jsonl users.create/duplicate-username
  dbal-conform explain reports/run-20260101T120000Z.jsonl
  dbal-conform explain underclaim
  dbal-conform explain 3
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(explain)


def explain(  # noqa: PLR0913 -- each is a switch of its own
    what: Annotated[
        str, typer.Argument(metavar="RUN|WORD", help="A run file, a verdict or an exit status.")
    ],
    case: Annotated[
        str | None, typer.Argument(help="A trial of the run; without, lists those worth it.")
    ] = None,
    *,
    target: Annotated[
        str | None, typer.Option("--target", "-t", help="Only on this target; else on all.")
    ] = None,
    database: Annotated[
        str | None, typer.Option("--database", "-d", help="Only on this database; else on all.")
    ] = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,
) -> None:
    """Tell what was sent, what came, what was wanted, which requirement broke, and how to replay.

    Exit status: 0 explained, 2 there is no such file, trial or word.
    """
    if case is None and not Path(what).is_file():
        _word(what, json=json)
        return
    from dbal_conform.explanations import trial  # noqa: PLC0415 -- see cli/app.py
    from dbal_conform.reporters.findings import findings  # noqa: PLC0415
    from dbal_conform.runfile import read  # noqa: PLC0415

    file = Path(what)
    ledger = read(file).ledger()
    if case is None:
        found = findings(ledger)
    else:
        results = _results(file, case, list(dict.fromkeys(key.trial for key in ledger.results)))
        found = [trial.told(ledger, one) for one in results]
    chosen = [
        one
        for one in found
        if target in (None, one.result.target) and database in (None, one.result.database)
    ]
    if case is not None and not chosen:
        where = ", ".join(f"{one.result.target} on {one.result.database}" for one in found)
        raise InputError(f"{case} was not run there, but on {where}")
    if json:
        told = [trial.document(one) for one in chosen]
        typer.echo(json_text.dumps({"trials": told}, ensure_ascii=True, indent=2))
    elif case is None or quiet:
        for one in chosen:
            typer.echo(
                f"{one.label:<20}{one.result.trial}  [{one.result.target} on {one.result.database}]"
            )
        typer.echo(f"{len(chosen)} trials did not simply hold", err=True)
    else:
        trial.write(chosen, sys.stdout, color=options.color_of(no_color=no_color), verbose=verbose)


def _results(file: Path, wanted: str, trials: list[str]) -> "list[TrialResult]":
    """Return the results of the one trial that `wanted` stands for."""
    from dbal_conform.core.search import matching, similar  # noqa: PLC0415 -- see cli/app.py
    from dbal_conform.runfile import whole_results  # noqa: PLC0415

    found = matching(wanted, trials)
    if len(found) == 1:
        return whole_results(file, found[0])
    if found:
        raise InputError(f"{wanted!r} is {len(found)} trials: name one: {', '.join(found[:10])}")
    near = similar(wanted, trials)
    advice = f"did you mean {', '.join(near)}" if near else f"`explain {file}` lists what to see"
    raise InputError(f"{file} has no trial {wanted!r}; {advice}")


def _word(word: str, *, json: bool) -> None:
    from dbal_conform.core.search import similar  # noqa: PLC0415 -- see cli/app.py
    from dbal_conform.explanations.words import every, explained  # noqa: PLC0415

    found = explained(word)
    if not found:
        near = ", ".join(similar(word, (one.word for one in every()))) or "a verdict or exit status"
        raise InputError(f"{word!r} is neither a run file nor a word of reports; try {near}")
    if json:
        typer.echo(json_text.dumps([one._asdict() for one in found], ensure_ascii=False, indent=2))
        return
    for one in found:
        typer.echo(f"{one.word} ({one.kind}): {one.means}")

"""`selftest`: does the suite notice mistakes that are known?"""

import sys
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from dbal_conform.cli import options
from dbal_conform.core.errors import InputError

if TYPE_CHECKING:
    from dbal_conform.core.kills import KillMatrix, Mutant
    from dbal_conform.core.verdict import TrialResult

EPILOG = """\b
Examples:
  dbal-conform selftest
  dbal-conform selftest 'cursor*' --whole --verbose
  dbal-conform selftest --report html=kills.html --report json=kills.json
"""
EVERY_S = 5.0  # between two lines of progress


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(selftest)


def selftest(  # noqa: PLR0913 -- each is a switch of its own
    mutants: Annotated[
        list[str] | None,
        typer.Argument(metavar="[MUTANT]...", help="Names or globs; else all."),
    ] = None,
    *,
    whole: Annotated[
        bool,
        typer.Option("--whole", help="Ask every case of each mutant: the whole kill matrix, slow."),
    ] = False,
    list_: Annotated[
        bool, typer.Option("--list", help="List the mutants and what they break; run nothing.")
    ] = False,
    workers: Annotated[
        str, typer.Option("-n", help="Worker processes: a number, or auto.")
    ] = "auto",
    report: Annotated[
        list[str] | None,
        typer.Option(metavar="FORMAT=PATH", help="Write the kill matrix: html or json."),
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="A selftest file of your own; else the reference's.")
    ] = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,  # noqa: ARG001 -- nothing here is coloured
) -> None:
    """Run the cases against known-bad implementations: each must be noticed.

    A mutant is killed by a case that fails on it and names a requirement that it breaks. Unless
    mutants are named, the targets that are right are run too: nothing may be held against them.

    Exit status: 0 all were killed; 1 some survived, or a right target was accused; 2 wrong usage;
    3 some could not be judged.
    """
    from dbal_conform.run import workers_for  # noqa: PLC0415 -- see cli/app.py
    from dbal_conform.selftest import Watch, Wish, listed  # noqa: PLC0415
    from dbal_conform.selftest import selftest as carry_out  # noqa: PLC0415

    wanted = [_output(text) for text in report or ()]
    wish = Wish(tuple(mutants or ()), whole, file, workers=max(1, workers_for(workers, 1000)))
    if list_:
        _tell_list(listed(wish), json=json)
        return
    progress = _Progress(quiet=quiet)
    kills = carry_out(wish, Watch(progress.began, progress.ended))
    for form, path in wanted:
        _write(kills, form, path)
    _tell(kills, json=json, quiet=quiet, verbose=verbose)
    raise typer.Exit(kills.exit_status)


def _output(text: str) -> tuple[str, Path]:
    form, separator, path = text.partition("=")
    if form not in ("html", "json") or not separator or not path:
        raise InputError(f"--report {text!r}: write html=PATH or json=PATH")
    file = Path(path)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    except OSError as error:
        raise InputError(f"--report {path}: cannot be written: {error.strerror}") from error
    return form, file


def _write(kills: "KillMatrix", form: str, file: Path) -> None:
    from dbal_conform.reporters.kills import write_html, write_json  # noqa: PLC0415 -- on use

    with file.open("w", encoding="utf-8", newline="\n") as out:
        (write_html if form == "html" else write_json)(kills, out)
    typer.echo(f"{form} written to {file}", err=True)


def _tell(kills: "KillMatrix", *, json: bool, quiet: bool, verbose: bool) -> None:
    from dbal_conform.reporters.kills import headline, write_json, write_text  # noqa: PLC0415

    if json:
        write_json(kills, sys.stdout)
    elif quiet:
        typer.echo(headline(kills))
    else:
        write_text(kills, sys.stdout, verbose=verbose)


def _tell_list(mutants: "tuple[Mutant, ...]", *, json: bool) -> None:
    if json:
        import msgspec  # noqa: PLC0415 -- on use

        typer.echo(msgspec.json.format(msgspec.json.encode(mutants), indent=1).decode())
        return
    for mutant in mutants:
        typer.echo(f"{mutant.mutant}: {mutant.says} ({', '.join(mutant.breaks)})")
    typer.echo(f"{len(mutants)} mutants", err=True)


class _Progress:
    """Tells on standard error how far it is: a line now and then."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._done = self._planned = 0
        self._due = monotonic() + EVERY_S

    def began(self, mutants: int, targets: int) -> None:
        """Say what is run."""
        self._planned = targets
        self._say(f"{mutants} mutants, {targets - mutants} targets that are right")

    def ended(self, _: "TrialResult", done: bool) -> None:  # noqa: FBT001 -- as `Watch` has it
        """Count it."""
        self._done += done
        if monotonic() >= self._due:
            self._due = monotonic() + EVERY_S
            self._say(f"{self._done} of {self._planned}")

    def _say(self, text: str) -> None:
        if not self._quiet:
            typer.echo(text, err=True)

"""`gate`: the one command of a CI job: runs, or takes run files, and judges by the baseline."""

import json as json_text
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dbal_conform.cli import options
from dbal_conform.cli.actions import Actions
from dbal_conform.cli.course import Wish, carry_out, new_file
from dbal_conform.cli.deviations import today
from dbal_conform.core.errors import InputError
from dbal_conform.core.request import RunRequest

if TYPE_CHECKING:
    from dbal_conform.cli.outputs import Output, Style
    from dbal_conform.core.decision import Decision
    from dbal_conform.core.ledger import Ledger
    from dbal_conform.reporters import Reporter

EPILOG = """\b
Examples:
  dbal-conform gate --target my/target.yaml --report junit=junit.xml
  dbal-conform gate shard-1.jsonl shard-2.jsonl --baseline deviations.yaml
  dbal-conform gate run.jsonl --json
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(gate)


def gate(  # noqa: PLR0913 -- the options of `run` that a job needs
    runs: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[RUN]...", help="Run files, shards too; without any, it runs."),
    ] = None,
    *,
    target: options.Targets = None,
    database: options.Databases = None,
    cases: Annotated[
        list[str] | None, typer.Option(help="Files or folders of cases; else all that ship.")
    ] = None,
    profile: options.ProfileName = None,
    expression: options.Expression = "",
    slow: options.Slow = False,
    seed: options.Seed = None,
    workers: options.Workers = "auto",
    timeout: options.Timeout = None,
    retries: options.Retries = 2,
    run_file: options.RunFile = None,
    baseline: Annotated[
        Path | None, typer.Option(help="Known deviations; else the manifest's.")
    ] = None,
    report: Annotated[
        list[str] | None, typer.Option(metavar="FORMAT=PATH", help="Also write this report.")
    ] = None,
    github: Annotated[
        bool | None,
        typer.Option(help="Annotations and job summary. [if GITHUB_ACTIONS is true]"),
    ] = None,
    schema: options.Schema = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,
) -> None:
    """Tell whether a change may pass: new failures, then entries of the baseline that are no more.

    Exit status: 0 it may, 1 it may not, 2 wrong usage, 3 incomplete, 4 something broke.
    """
    from dbal_conform.cli.outputs import Style, outputs, write  # noqa: PLC0415 -- see cli/app.py

    request = RunRequest(
        targets=tuple(target or ()),
        databases=tuple(database or ()),
        paths=tuple(cases or ()),
        profile=options.profile_of(profile),
        selection=options.selection_of(expression, None, None, None),
        slow=slow,
        seed=seed,
        schema=schema,
        baseline=str(baseline) if baseline else None,
        timeout_s=timeout,
        retries=retries,
    )
    if runs:
        _refuse_both(request, run_file)
    file = run_file or (runs[0] if runs else new_file())
    wanted = outputs(report, file) if report else ()
    color = options.color_of(no_color=no_color)
    style = Style(json=json, quiet=quiet, verbose=verbose, color=color)
    actions = Actions(on=github, out=sys.stderr if json else sys.stdout)
    with actions.silenced():
        ledger = _ledger(runs, Wish(request, file, workers, unmatched=True), style)
        decision = _decision(ledger, list(request.targets), baseline)
        for output in wanted:
            write(decision.ledger, output, reporter=_reporter(decision, output))
        _show(decision, style, wanted, None if runs else file)
    actions.tell(decision)
    raise typer.Exit(decision.exit_status)


def _refuse_both(request: RunRequest, run_file: Path | None) -> None:
    may_be = RunRequest(request.targets, baseline=request.baseline, retries=request.retries)
    if request != may_be or run_file is not None:
        raise InputError(
            "run files are judged as they are: leave out --database, --cases, --run-file and all"
            " else that is about running, or leave out the run files"
        )


def _ledger(runs: list[Path] | None, wish: Wish, style: "Style") -> "Ledger":
    if not runs:
        return carry_out(wish, style)
    from dbal_conform.merging import joined  # noqa: PLC0415 -- see cli/app.py

    return joined(runs)


def _decision(ledger: "Ledger", targets: list[str], baseline: Path | None) -> "Decision":
    from dbal_conform.upkeep import baselines, judged  # noqa: PLC0415 -- see cli/app.py

    found = baselines(ledger, targets, baseline, required=False)
    if ledger.header.deviations and not found:
        typer.echo("the baseline is not at hand: judged by the one on record", err=True)
    return judged(ledger, found, today())


def _reporter(decision: "Decision", output: "Output") -> "Reporter | None":
    """Return the reporter of a format that tells of entries of the baseline too."""
    from functools import partial  # noqa: PLC0415 -- see cli/app.py

    from dbal_conform.reporters import github, junit  # noqa: PLC0415

    if output.format == "junit":
        return partial(junit.write, entries=decision.red)
    if output.format == "github":
        return partial(github.write, entries=decision.red if decision.entries else None)
    return None


def _show(
    decision: "Decision", style: "Style", wanted: "tuple[Output, ...]", run_file: Path | None
) -> None:
    from dbal_conform.reporters import decision as told  # noqa: PLC0415 -- see cli/app.py

    if style.json:
        document = json_text.dumps(told.document(decision), indent=1)
        # The runner of GitHub obeys this anywhere in a line, in a string of JSON too.
        typer.echo(document.replace("##[", "##\\u005b"))
    elif style.quiet:
        typer.echo(told.words(decision))
    elif not any(output.path == "-" for output in wanted):
        told.write(decision, sys.stdout, color=style.color)
        files = {"run file": str(run_file)} if run_file else {}
        for name, path in (files | {one.format: one.path for one in wanted}).items():
            typer.echo(f"  {name:<10}{path}")

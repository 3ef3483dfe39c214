"""`run`: replay the cases against a target and say what they showed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dbal_conform.cli import options
from dbal_conform.cli.course import Wish, carry_out, new_file
from dbal_conform.core.errors import InputError
from dbal_conform.core.request import RunRequest

if TYPE_CHECKING:
    from dbal_conform.cli.outputs import Output, Style
    from dbal_conform.core.ledger import Ledger

EPILOG = """\b
Examples:
  dbal-conform run
  dbal-conform run --target my/target.yaml -k 'users and not slow' --report junit=junit.xml
  dbal-conform run --url wss://dbal.example/rpc --token-env MY_TOKEN
  dbal-conform run --resume reports/run-20260101T120000Z.jsonl
  dbal-conform run --rerun-failed reports/run-20260101T120000Z.jsonl
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(run)


def run(  # noqa: PLR0913 -- the options that scripts rely on (README.md)
    cases: options.Paths = None,
    *,
    target: options.Targets = None,
    url: options.Url = None,
    token_env: options.TokenEnv = None,
    control: options.ControlName = None,
    database: options.Databases = None,
    profile: options.ProfileName = None,
    expression: options.Expression = "",
    tag: options.Tags = None,
    requirement: options.Requirements = None,
    capability: options.Capabilities = None,
    slow: options.Slow = False,
    shard: options.ShardText = None,
    seed: options.Seed = None,
    workers: options.Workers = "auto",
    timeout: options.Timeout = None,
    retries: options.Retries = 2,
    run_file: options.RunFile = None,
    resume: Annotated[
        Path | None, typer.Option(help="Run what this run file lacks, and complete it.")
    ] = None,
    rerun_failed: Annotated[
        Path | None, typer.Option(help="Run what failed in this run file, into a new one.")
    ] = None,
    report: Annotated[
        list[str] | None,
        typer.Option(metavar="FORMAT=PATH", help="Also write this report; - is standard output."),
    ] = None,
    baseline: Annotated[
        str | None, typer.Option(help="Known deviations; else the manifest's.")
    ] = None,
    fail_fast: Annotated[bool, typer.Option(help="Stop at the first failure.")] = False,
    schema: options.Schema = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,
) -> None:
    """Replay the cases against targets; with no arguments, the reference on embedded SQLite.

    Exit status: 0 conformant, 1 nonconformant, 2 wrong usage, 3 incomplete, 4 something broke.
    """
    request = RunRequest(
        targets=tuple(target or ()),
        url=url,
        token_env=token_env,
        control=options.control_of(control),
        databases=tuple(database or ()),
        paths=tuple(cases or ()),
        profile=options.profile_of(profile),
        selection=options.selection_of(expression, tag, requirement, capability),
        slow=slow,
        shard=shard,
        seed=seed,
        schema=schema,
        baseline=baseline,
        timeout_s=timeout,
        retries=retries,
    )
    from dbal_conform.cli.outputs import Style, outputs  # noqa: PLC0415 -- see cli/app.py

    color = options.color_of(no_color=no_color)
    style = Style(json=json, quiet=quiet, verbose=verbose, color=color)
    if resume and rerun_failed:
        raise InputError("--resume completes a run, --rerun-failed begins one: give one of them")
    file = resume or run_file or new_file()
    wish = Wish(request, file, workers, fail_fast, resume, rerun_failed)
    wanted = outputs(report, wish.file)
    ledger = carry_out(wish, style)
    _show(ledger, wish.file, wanted, style)
    raise typer.Exit(ledger.exit_status)


def _show(ledger: "Ledger", file: Path, wanted: "tuple[Output, ...]", style: "Style") -> None:
    from dbal_conform.cli.outputs import show, write  # noqa: PLC0415 -- see cli/app.py

    for output in wanted:
        write(ledger, output)
    show(ledger, file, wanted, style)

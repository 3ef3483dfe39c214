"""`run`: replay the cases against a target and say what they showed."""

import gc
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from dbal_conform.cli import options
from dbal_conform.cli.earlier import as_before, failed_of, tell_gone
from dbal_conform.core.errors import InputError
from dbal_conform.core.request import RunRequest

if TYPE_CHECKING:
    from dbal_conform.cli.outputs import Output, Style
    from dbal_conform.core.ledger import Ledger

REPORTS = Path("reports")
EPILOG = """\b
Examples:
  dbal-conform run
  dbal-conform run --target my/target.yaml -k 'users and not slow' --report junit=junit.xml
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
    database: options.Databases = None,
    profile: options.ProfileName = None,
    expression: options.Expression = "",
    tag: options.Tags = None,
    requirement: options.Requirements = None,
    capability: options.Capabilities = None,
    slow: options.Slow = False,
    shard: options.ShardText = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of the order; else a new one.")] = None,
    workers: Annotated[
        str, typer.Option("-n", help="Worker processes: a number, 0 for none, or auto.")
    ] = "auto",
    timeout: Annotated[
        float | None, typer.Option(min=0.001, help="Seconds for each trial; else the case's own.")
    ] = None,
    retries: Annotated[
        int, typer.Option(min=0, help="Looks again at what failed, to mark what is flaky.")
    ] = 2,
    run_file: Annotated[
        Path | None, typer.Option(help="Where the run is written. [reports/run-TIME.jsonl]")
    ] = None,
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
    file = resume or run_file or _new_file()
    wish = _Wish(request, resume, rerun_failed, file, workers, fail_fast)
    wanted = outputs(report, wish.file)
    ledger = _carry_out(wish, style)
    _show(ledger, wish.file, wanted, style)
    raise typer.Exit(ledger.exit_status)


class _Wish(NamedTuple):
    """What to run, whether to go on with a file or look again at what failed in one, and how."""

    request: RunRequest
    resume: Path | None
    rerun_failed: Path | None
    file: Path
    workers: str
    fail_fast: bool


def _carry_out(wish: _Wish, style: "Style") -> "Ledger":
    from dbal_conform import run as running  # noqa: PLC0415 -- see cli/app.py
    from dbal_conform.cli.progress import watch_for  # noqa: PLC0415
    from dbal_conform.preparation import prepare  # noqa: PLC0415
    from dbal_conform.runfile import read  # noqa: PLC0415

    # What is loaded now stays to the end: looking through it for garbage costs 40 ms at the start,
    # and in each forked worker a copy of it.
    gc.disable()
    contents = read(wish.resume) if wish.resume else None
    request = wish.request
    if contents is not None:
        request = as_before(contents.header.request, request, "--resume")
    elif wish.rerun_failed is not None:
        request = failed_of(wish.rerun_failed, read(wish.rerun_failed), request)
    preparation = prepare(request)
    tell_gone(preparation)
    gc.freeze()
    gc.enable()
    workers = running.workers_for(wish.workers, len(preparation.plan.trials))
    means = running.Means(workers, secrets.token_urlsafe(32), wish.fail_fast)
    with watch_for(style, wish.file) as watch:
        try:
            if contents is None:
                return running.run(preparation, means, wish.file, watch)
            return running.resume(preparation, means, wish.file, contents, watch)
        except KeyboardInterrupt:
            watch.interrupted()
            raise


def _show(ledger: "Ledger", file: Path, wanted: "tuple[Output, ...]", style: "Style") -> None:
    from dbal_conform.cli.outputs import show, write  # noqa: PLC0415 -- see cli/app.py

    for output in wanted:
        write(ledger, output)
    show(ledger, file, wanted, style)


def _new_file() -> Path:
    """Return a name under reports/ that is not taken."""
    stem = f"run-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    names = (stem, *(f"{stem}-{number}" for number in range(2, 1000)))
    files = (REPORTS / f"{name}.jsonl" for name in names)
    return next(file for file in files if not file.exists())

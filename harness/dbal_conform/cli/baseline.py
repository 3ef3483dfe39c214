"""`baseline`: known deviations, held against runs: check them, write them, clean them."""

import json as json_text
from collections import Counter
from typing import TYPE_CHECKING

import typer

from dbal_conform.cli import options
from dbal_conform.cli.amend import prune, update
from dbal_conform.cli.deviations import Baseline, SomeRuns, Targets, opened, today

if TYPE_CHECKING:
    from dbal_conform.core.messages import Json
    from dbal_conform.core.standing import Placed

EPILOG = """\b
Examples:
  dbal-conform baseline check reports/run-20260101T120000Z.jsonl
  dbal-conform baseline update run.jsonl --reason 'sorts by locale' --issue https://example.com/12
  dbal-conform baseline prune run.jsonl --dry-run
"""
CHECK = """\b
Examples:
  dbal-conform baseline check --target my/target.yaml
  dbal-conform baseline check run.jsonl --baseline deviations.yaml --json
"""
UPDATE = """\b
Examples:
  dbal-conform baseline update run.jsonl
  dbal-conform baseline update run.jsonl --case 'queries.sort/*' --reason 'sorts by locale' \\
    --issue https://example.com/12 --expires 2027-06-30 --dry-run
"""
PRUNE = """\b
Examples:
  dbal-conform baseline prune run.jsonl --dry-run
  dbal-conform baseline prune run.jsonl --target my/target.yaml
"""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(name="baseline", epilog=EPILOG, no_args_is_help=True, rich_markup_mode=None)
    group.command(epilog=CHECK)(check)
    group.command(epilog=UPDATE)(update)
    group.command(epilog=PRUNE)(prune)
    app.add_typer(group, help="Check, write or clean the known deviations of a target.")


def check(  # noqa: PLR0913 -- each is a switch of its own
    runs: SomeRuns = None,
    *,
    target: Targets = None,
    baseline: Baseline = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,  # noqa: ARG001 -- nothing here is coloured
) -> None:
    """Tell which entries are stale, expired, wrong or about nothing, with file:line:column.

    Exit status: 0 every entry holds or was not put to the test, 1 one does not, 2 a file is wrong.
    """
    from dbal_conform.core.standing import GATING  # noqa: PLC0415 -- see cli/app.py
    from dbal_conform.reporters.plain import one_line  # noqa: PLC0415

    files = opened(runs or [], target, baseline)
    placed = [one for each in files for one in each.placed(today())]
    if json:
        typer.echo(json_text.dumps(_document(placed), ensure_ascii=False, indent=1))
    else:
        for one in placed:
            if one.review.standing in GATING or verbose:
                place = f"{one.file}:{one.line}:{one.column}"
                typer.echo(one_line(f"{place}: {one.review.standing}: {one.text}"))
        if not quiet:
            for each in files:
                typer.echo(_sum(each.file.name, placed), err=True)
    raise typer.Exit(1 if any(one.review.standing in GATING for one in placed) else 0)


def _sum(name: str, placed: "list[Placed]") -> str:
    counts = Counter(one.review.standing.value for one in placed if one.file == name)
    told = ", ".join(f"{count} {standing}" for standing, count in sorted(counts.items())) or "none"
    entries = "1 entry" if counts.total() == 1 else f"{counts.total()} entries"
    return f"{name}: {entries}: {told}"


def _document(placed: "list[Placed]") -> "Json":
    from dbal_conform.reporters.decision import entry_document  # noqa: PLC0415 -- see cli/app.py

    return {
        "format": "dbal-conform/baseline-check/1",
        "counts": dict(Counter(one.review.standing.value for one in placed)),
        "entries": [entry_document(one) for one in placed],
    }

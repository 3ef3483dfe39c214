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
    from dbal_conform.core.standing import Review
    from dbal_conform.upkeep import Upkeep

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

    told = [(each, each.reviews(today())) for each in opened(runs or [], target, baseline)]
    if json:
        typer.echo(json_text.dumps(_document(told), ensure_ascii=False, indent=1))
    else:
        for upkeep, reviews in told:
            for one in reviews:
                if one.standing in GATING or verbose:
                    typer.echo(_line(upkeep, one))
            if not quiet:
                typer.echo(_sum(upkeep, reviews), err=True)
    bad = any(one.standing in GATING for _, reviews in told for one in reviews)
    raise typer.Exit(1 if bad else 0)


def _line(upkeep: "Upkeep", one: "Review") -> str:
    from dbal_conform.reporters.plain import one_line  # noqa: PLC0415 -- see cli/app.py

    line, column = upkeep.file.place(one.place)
    about = f"{one.entry.case} ({one.entry.requirement})"
    return f"{upkeep.file.name}:{line}:{column}: {one.standing}: {one_line(f'{about}: {one.why}')}"


def _sum(upkeep: "Upkeep", reviews: "tuple[Review, ...]") -> str:
    counts = Counter(one.standing.value for one in reviews)
    told = ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "none"
    entries = "1 entry" if len(reviews) == 1 else f"{len(reviews)} entries"
    return f"{upkeep.file.name}: {entries}: {told}"


def _document(told: "list[tuple[Upkeep, tuple[Review, ...]]]") -> "Json":
    import msgspec  # noqa: PLC0415 -- see cli/app.py

    entries: list[Json] = []
    for upkeep, reviews in told:
        for one in reviews:
            line, column = upkeep.file.place(one.place)
            told_of: dict[str, Json] = {"file": upkeep.file.name, "line": line, "column": column}
            told_of |= msgspec.to_builtins(one.entry)
            entries.append(told_of | {"standing": one.standing.value, "why": one.why})
    return {
        "format": "dbal-conform/baseline-check/1",
        "counts": dict(Counter(one.standing.value for _, reviews in told for one in reviews)),
        "entries": entries,
    }

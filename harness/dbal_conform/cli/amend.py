"""`baseline update` and `baseline prune`: the baseline made to agree with runs."""

import difflib
import json as json_text
import sys
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated

import typer

from dbal_conform.cli import options
from dbal_conform.cli.deviations import Baseline, DryRun, Runs, Targets, opened, today
from dbal_conform.cli.word import Asker

if TYPE_CHECKING:
    from dbal_conform.core.messages import Json
    from dbal_conform.core.restatement import Refusal, Restatement
    from dbal_conform.corpus.baseline_text import Amendment
    from dbal_conform.upkeep import Upkeep


def update(  # noqa: PLR0913 -- each is a switch of its own
    runs: Runs,
    *,
    target: Targets = None,
    baseline: Baseline = None,
    case: Annotated[
        list[str] | None, typer.Option(help="Only cases with this id; globs are allowed.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why it deviates; else you are asked.")] = None,
    issue: Annotated[
        str | None, typer.Option(help="Where it is being mended: a link; else you are asked.")
    ] = None,
    expires: Annotated[
        str, typer.Option(help="Last day of the excuse: YYYY-MM-DD, or days from today: 90d.")
    ] = "90d",
    dry_run: DryRun = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001 -- all is told
    no_color: options.NoColor = False,  # noqa: ARG001 -- nothing here is coloured
) -> None:
    """State the deviations of runs in the baseline; comments and order of the file are kept.

    New deviations get an entry; entries that are wrong or expired are set right. What the harness
    broke, what could not run, what is flaky and what was drawn at random is refused.
    Exit status: 0 all is stated, 1 something was refused, 2 wrong usage.
    """
    asker = Asker(reason, issue, expires, today=today(), may_ask=sys.stdin.isatty() and not json)
    refused: list[Refusal] = []
    told: list[Json] = []
    for upkeep in opened(runs, target, baseline, may_lack=True):
        chosen = [each for each in upkeep.results if _is_meant(each.trial, case)]
        wanted = upkeep.restatement(chosen, today())
        amendment = _amendment(upkeep, wanted, asker)
        refused += wanted.refused
        told.append(_carry_out(upkeep, amendment, dry_run=dry_run, quiet=quiet or json))
    for one in refused:
        typer.echo(f"refused: {_column(one)}: {one.why}", err=True)
    if json:
        document = {"files": told, "refused": [_refusal(one) for one in refused]}
        typer.echo(json_text.dumps(document, ensure_ascii=False, indent=1))
    raise typer.Exit(1 if refused else 0)


def prune(  # noqa: PLR0913 -- each is a switch of its own
    runs: Runs,
    *,
    target: Targets = None,
    baseline: Baseline = None,
    dry_run: DryRun = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001 -- all is told
    no_color: options.NoColor = False,  # noqa: ARG001 -- nothing here is coloured
) -> None:
    """Delete the entries that excuse nothing any more: stale ones, and those about nothing.

    What is expired or wrong stays, since it still deviates; so does what these runs did not test.
    Exit status: 0 done, or nothing to do; 2 wrong usage.
    """
    from dbal_conform.core.restatement import prunable  # noqa: PLC0415 -- see cli/app.py
    from dbal_conform.corpus.baseline_text import Amendment  # noqa: PLC0415

    told = [
        _carry_out(
            upkeep,
            Amendment(removed=prunable(upkeep.reviews(today()))),
            dry_run=dry_run,
            quiet=quiet or json,
        )
        for upkeep in opened(runs, target, baseline)
    ]
    if json:
        typer.echo(json_text.dumps({"files": told}, ensure_ascii=False, indent=1))


def _is_meant(trial: str, globs: list[str] | None) -> bool:
    return not globs or any(trial == glob or fnmatchcase(trial, glob) for glob in globs)


def _amendment(upkeep: "Upkeep", wanted: "Restatement", asker: Asker) -> "Amendment":
    from dbal_conform.core.restatement import restated, stated  # noqa: PLC0415 -- see cli/app.py
    from dbal_conform.corpus.baseline_text import Amendment  # noqa: PLC0415

    added = []
    for gap in wanted.gaps:
        where = " with ".join(part for part in (gap.target, gap.database) if part)
        about = f"{gap.case}{f' on {where}' if where else ''}: {gap.verdict} for {gap.requirement}"
        if word := asker.word(gap.case, about, gap.title):
            added.append(stated(gap, word))
    changed = {}
    for place, verdict in wanted.anew.items():
        entry = upkeep.file.entries[place]
        about = f"{entry.case}: {verdict} for {entry.requirement}, stated until {entry.expires}"
        if word := asker.word(entry.case, about, entry.reason):
            changed[place] = restated(entry, verdict, word)
    return Amendment(tuple(added), changed, wanted.removed)


def _carry_out(
    upkeep: "Upkeep", amendment: "Amendment", *, dry_run: bool, quiet: bool
) -> "dict[str, Json]":
    """Write the file anew, or show how it would differ; return what was done, for machines."""
    import msgspec  # noqa: PLC0415 -- see cli/app.py

    file = upkeep.file
    changes = bool(amendment.added or amendment.changed or amendment.removed)
    text = file.amended(amendment) if changes else file.text
    if changes and not dry_run:
        file.write(text)
    if dry_run and not quiet:
        typer.echo("".join(_diff(file.text, text, file.name)), nl=False)
    counts = (
        f"{len(amendment.added)} added, {len(amendment.changed)} changed,"
        f" {len(amendment.removed)} removed"
    )
    if not quiet:
        typer.echo(f"{file.name}: {counts}{', not written' if dry_run else ''}", err=True)
    return {
        "file": file.name,
        "written": changes and not dry_run,
        "added": msgspec.to_builtins(list(amendment.added)),
        "changed": msgspec.to_builtins(list(amendment.changed.values())),
        "removed": msgspec.to_builtins([file.entries[one] for one in sorted(amendment.removed)]),
    }


def _diff(before: str, after: str, name: str) -> Iterable[str]:
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return difflib.unified_diff(old, new, name, name)


def _column(one: "Refusal") -> str:
    return f"{one.result.trial} on {one.result.target} with {one.result.database}"


def _refusal(one: "Refusal") -> "dict[str, Json]":
    result = one.result
    return {
        "trial": result.trial,
        "target": result.target,
        "database": result.database,
        "verdict": result.verdict.value,
        "why": one.why,
    }

"""`list`: what a run with the same filters would run, without running it."""

import json as json_text
from typing import TYPE_CHECKING

import typer

from dbal_conform.cli import options
from dbal_conform.core.request import RunRequest

if TYPE_CHECKING:
    from dbal_conform.core.messages import Json
    from dbal_conform.core.plan import Plan, Trial

EPILOG = """\b
Examples:
  dbal-conform list -k 'users and not slow'
  dbal-conform list --requirement 'USR-*' --json
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="list", epilog=EPILOG)(list_cases)


def list_cases(  # noqa: PLR0913 -- the filters of `run`
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
    schema: options.Schema = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,  # noqa: ARG001 -- nothing here is coloured
) -> None:
    """List the trials that a run with the same filters would have, in the order of their files."""
    from dbal_conform.preparation import prepare  # noqa: PLC0415 -- see cli/app.py

    request = RunRequest(
        targets=tuple(target or ()),
        databases=tuple(database or ()),
        paths=tuple(cases or ()),
        profile=options.profile_of(profile),
        selection=options.selection_of(expression, tag, requirement, capability),
        slow=slow,
        shard=shard,
        schema=schema,
    )
    preparation = prepare(request)
    plan = preparation.plan
    if json:
        document: dict[str, Json] = {
            "suiteHash": preparation.suite_hash,
            "planHash": plan.hash,
            "trials": [_as_json(plan, trial) for trial in plan.trials],
        }
        typer.echo(json_text.dumps(document, ensure_ascii=False, indent=2))
        return
    for trial in plan.trials:
        typer.echo(_line(plan, trial, quiet=quiet, verbose=verbose))
    typer.echo(f"{len(plan.trials)} trials", err=True)


def _line(plan: "Plan", trial: "Trial", *, quiet: bool, verbose: bool) -> str:
    case, site = plan.cases[trial.case], plan.sites[trial.site]
    name = case.id if len(plan.sites) == 1 else f"{case.id}  [{site.target} on {site.database}]"
    if quiet:
        return name
    more = f"  {', '.join(case.covers)}" if verbose else ""
    return f"{name}  {case.title}{more}"


def _as_json(plan: "Plan", trial: "Trial") -> "Json":
    case, site = plan.cases[trial.case], plan.sites[trial.site]
    return {
        "trial": case.id,
        "target": site.target,
        "database": site.database,
        "title": case.title,
        "covers": list(case.covers),
        "requires": list(case.requires),
        "needs": list(case.needs),
        "tags": list(case.tags),
        "source": case.source,
        "line": case.line,
    }

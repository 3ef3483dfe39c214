"""`lint`: what is wrong with cases that are well formed."""

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dbal_conform.cli import options

if TYPE_CHECKING:
    from dbal_conform.core.lint import Coverage, Problem

EPILOG = """\b
Examples:
  dbal-conform lint
  dbal-conform lint my/cases --json
  dbal-conform lint --coverage
"""
WRONG = 2
IDS = "ids.lock"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(lint)


def lint(  # noqa: PLR0913 -- each is a switch of its own
    cases: options.Paths = None,
    *,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Also find requirements that no case covers.")
    ] = False,
    write_ids: Annotated[
        bool, typer.Option("--write-ids", help="Enter new ids of the packaged cases in ids.lock.")
    ] = False,
    schema: options.Schema = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001 -- all is told
    no_color: options.NoColor = False,  # noqa: ARG001 -- nothing here is coloured
) -> None:
    """Find what is wrong with cases beyond their notation.

    Names that are not there, refusals without a twin, cases that cannot fail, ids that changed.
    Exit status: 0 nothing was found, 2 something was.
    """
    from dbal_conform.core import lint as rules  # noqa: PLC0415 -- see cli/app.py
    from dbal_conform.corpus.contract import load_contract  # noqa: PLC0415
    from dbal_conform.corpus.flags import packaged_flags  # noqa: PLC0415
    from dbal_conform.corpus.ids_lock import read_lock, write_lock  # noqa: PLC0415
    from dbal_conform.corpus.load import load_corpus  # noqa: PLC0415
    from dbal_conform.corpus.locate import cases_root  # noqa: PLC0415

    contract = load_contract(Path(schema) if schema else None)
    suites = load_corpus([Path(path) for path in cases or ()])
    # Ids and flags belong to the packaged cases: others have neither.
    home = None if cases else cases_root()
    lock = read_lock(home / IDS) if home else None
    if home and lock is not None and write_ids:
        lock = rules.renew(lock, suites)
        write_lock(home / IDS, lock)
    problems = rules.lint(
        suites, contract, lock, flags=(packaged_flags() or None) if home else None
    )
    covered = rules.coverage(suites, contract) if coverage else None
    if json:
        typer.echo(json_text.dumps(_as_json(problems, covered), ensure_ascii=False, indent=2))
    elif not quiet:
        _tell(problems, covered)
    count = sum(len(suite.cases) for suite in suites)
    typer.echo(f"{count} cases in {len(suites)} suites, {len(problems)} problems", err=True)
    raise typer.Exit(WRONG if problems or (covered and covered.uncovered) else 0)


def _tell(problems: "tuple[Problem, ...]", covered: "Coverage | None") -> None:
    for problem in problems:
        typer.echo(str(problem))
    if covered is None:
        return
    for requirement in covered.uncovered:
        typer.echo(f"{requirement.id}: no case covers it: {requirement.text}")
    typer.echo(
        f"{len(covered.covered)} requirements covered, {len(covered.uncovered)} not,"
        f" {len(covered.beyond)} beyond what a case can show",
        err=True,
    )


def _as_json(problems: "tuple[Problem, ...]", covered: "Coverage | None") -> dict[str, object]:
    found: dict[str, object] = {"problems": [problem._asdict() for problem in problems]}
    if covered is not None:
        found["covered"] = {name: list(ids) for name, ids in covered.covered.items()}
        found["uncovered"] = [requirement.id for requirement in covered.uncovered]
        found["beyond"] = [requirement.id for requirement in covered.beyond]
    return found

"""Which baseline is meant, and which runs it is held against: what the commands on it share."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

if TYPE_CHECKING:
    from dbal_conform.upkeep import Upkeep

SomeRuns: TypeAlias = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[RUN]...", help="Run files; without any, only names and days."),
]
Runs: TypeAlias = Annotated[
    list[Path], typer.Argument(metavar="RUN...", help="Run files to agree with.")
]
Targets: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--target", "-t", help="Whose baseline; else that of the runs' targets."),
]
Baseline: TypeAlias = Annotated[
    Path | None, typer.Option(help="The file; else the one that the manifest names.")
]
DryRun: TypeAlias = Annotated[
    bool, typer.Option("--dry-run", help="Show what would change, as a diff, and write nothing.")
]


def opened(
    runs: list[Path],
    targets: list[str] | None,
    baseline: Path | None,
    *,
    may_lack: bool = False,
) -> "tuple[Upkeep, ...]":
    """Return the baselines that are meant, with the runs to hold them against.

    Raises:
        InputError: something that was named is not there or not what it should be.
    """
    from dbal_conform.cli.report import opened as ledger_of  # noqa: PLC0415 -- see cli/app.py
    from dbal_conform.upkeep import baselines  # noqa: PLC0415

    ledger = ledger_of(runs) if runs else None
    return baselines(ledger, targets or (), baseline, may_lack=may_lack)


def today() -> str:
    """Return the day in UTC, as entries write it."""
    from datetime import UTC, datetime  # noqa: PLC0415 -- see cli/app.py

    return datetime.now(UTC).date().isoformat()

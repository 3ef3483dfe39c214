"""A run as a command carries it out: what to run, into which file, and who looks on."""

import gc
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dbal_conform.cli.earlier import as_before, failed_of, tell_gone
from dbal_conform.core.request import RunRequest

if TYPE_CHECKING:
    from dbal_conform.cli.outputs import Style
    from dbal_conform.core.ledger import Ledger

REPORTS = Path("reports")


class Wish(NamedTuple):
    """What to run into which file, and how.

    `resume` goes on with a file, `rerun_failed` looks again at what failed in one. With
    `unmatched`, a baseline may name cases that there are not: whoever judges tells of them.
    """

    request: RunRequest
    file: Path
    workers: str
    fail_fast: bool = False
    resume: Path | None = None
    rerun_failed: Path | None = None
    unmatched: bool = False


def carry_out(wish: Wish, style: "Style") -> "Ledger":
    """Run it to its end, telling how it goes on standard error.

    Raises:
        ConformError: as its class says; what was run until then stands in the file.
    """
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
    preparation = prepare(request, unmatched=wish.unmatched)
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


def new_file() -> Path:
    """Return a name under reports/ that is not taken."""
    stem = f"run-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    names = (stem, *(f"{stem}-{number}" for number in range(2, 1000)))
    files = (REPORTS / f"{name}.jsonl" for name in names)
    return next(file for file in files if not file.exists())

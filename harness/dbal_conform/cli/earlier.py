"""What to run, taken from the run file of an earlier run: to complete it, or to look again."""

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import typer

from dbal_conform.core.database import database_of
from dbal_conform.core.errors import InputError
from dbal_conform.core.messages import Json
from dbal_conform.core.request import RunRequest, from_header

if TYPE_CHECKING:
    from dbal_conform.preparation import Preparation
    from dbal_conform.runfile import Contents


def as_before(written: dict[str, Json], request: RunRequest, option: str) -> RunRequest:
    """Return the request of a run file, with what may differ taken from `request`.

    A run file holds no password, so who gave a server's URL gives it again.

    Raises:
        InputError: more was asked than may differ; `option` is what names the file.
    """
    may_differ = RunRequest(
        databases=request.databases, timeout_s=request.timeout_s, retries=request.retries
    )
    if request != may_differ:
        raise InputError(
            f"{option} takes what to run from the run file: leave out targets, cases, filters,"
            " --seed and --baseline"
        )
    before = from_header(written)
    urls = {database_of(each).shown: each for each in request.databases}
    if unknown := urls.keys() - set(before.databases):
        raise InputError(f"--database {' '.join(sorted(unknown))}: not of the run of {option}")
    return msgspec.structs.replace(
        before,
        databases=tuple(urls.get(each, each) for each in before.databases),
        timeout_s=request.timeout_s or before.timeout_s,
        retries=request.retries,
    )


def failed_of(file: Path, contents: "Contents", request: RunRequest) -> RunRequest:
    """Return the request for what kept the run of `file` from being conformant, and no more.

    Raises:
        InputError: nothing did; or as `as_before`.
    """
    before = as_before(contents.header.request, request, "--rerun-failed")
    failed = contents.ledger().unsettled
    if not failed:
        raise InputError(
            f"{file}: nothing in it failed, so there is nothing to run again; without"
            " --rerun-failed all is run"
        )
    return msgspec.structs.replace(before, only=tuple(map(tuple, failed)))


def tell_gone(preparation: "Preparation") -> None:
    """Say how many trials that failed earlier are no longer there to be run."""
    only = preparation.request.only
    if only is not None and (gone := len(only) - len(preparation.plan.trials)):
        typer.echo(f"{gone} of {len(only)} that failed are no longer in the suite", err=True)

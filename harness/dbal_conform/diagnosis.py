"""What `doctor` looks at: the installation, the data that ships with it, and the targets."""

import os
import platform
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from dbal_conform.core.database import Database, database_of
from dbal_conform.core.errors import ConformError
from dbal_conform.core.pack import Pack
from dbal_conform.core.plan import Plan
from dbal_conform.core.selection import Site
from dbal_conform.corpus.contract import load_contract
from dbal_conform.corpus.load import load_corpus
from dbal_conform.corpus.locate import schema_root
from dbal_conform.corpus.target import Target, find_targets, packaged_targets
from dbal_conform.environments.servers import Servers
from dbal_conform.environments.survey import PACKAGES, Survey, survey
from dbal_conform.executors.job import Job, Ware
from dbal_conform.executors.pool import Pool
from dbal_conform.version import TOOL

# Distributions without which a command would break, whichever way the tool was installed.
NEEDED = ("google-re2", "jinja2", "jsonschema", "msgspec", "pyyaml", "rich", "tabulate", "typer")
REPORTS = Path("reports")


class Finding(NamedTuple):
    """One thing looked at; `advice` says what to do about it.

    What is well with advice is not needed here, but would give more.
    """

    what: str
    well: bool
    found: str
    advice: str = ""


def diagnose(named: Iterable[str]) -> Iterator[Finding]:
    """Look at everything in turn; `named` are targets, all packaged ones when empty.

    Raises:
        InputError: a target that was named is not there.
    """
    yield Finding("tool", well=True, found=f"{TOOL}, Python {platform.python_version()}")
    yield _packages()
    yield _looked_at("contract", _contract)
    yield _looked_at("cases", _cases)
    yield _reports()
    named = tuple(named)
    targets = find_targets(named) if named else packaged_targets()
    sites = [
        (target, database_of(spec))
        for target in targets
        for spec in target.manifest.databases or ("external",)
    ]
    images = [database.image for _, database in sites if database.image]
    found = survey(images) if images else None
    if found is not None:
        yield _docker(found, needed=bool(named))
    for target, database in sites:
        # To start every server that there is would take long; who names a target wants to know.
        if found is None or named or not database.image:
            yield _target(target, database)
        else:
            yield _image(target, database, found)


def _packages() -> Finding:
    missing = []
    for name in NEEDED:
        try:
            version(name)
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        names = " ".join(missing)
        return Finding("packages", False, f"missing: {names}", f"pip install {names}")  # noqa: FBT003
    return Finding("packages", well=True, found=f"all {len(NEEDED)} are installed")


def _contract() -> str:
    contract = load_contract()
    return (
        f"{contract.version}, {len(contract.entities)} entities,"
        f" {len(contract.requirements)} requirements"
    )


def _cases() -> str:
    suites = load_corpus()
    return f"{sum(len(suite.cases) for suite in suites)} in {len(suites)} suites"


def _looked_at(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, well=True, found=look())
    except ConformError as error:
        advice = "correct the file, or reinstall dbal-conform if you did not change it"
        return Finding(what, well=False, found=str(error), advice=advice)


def _reports() -> Finding:
    place = REPORTS if REPORTS.exists() else REPORTS.absolute().parent
    if os.access(place, os.W_OK):
        return Finding("reports", well=True, found=f"{REPORTS}/ can be written")
    advice = "run from a folder that you may write, or name one with --run-file and --report"
    return Finding("reports", well=False, found=f"{REPORTS}/ cannot be written", advice=advice)


def _docker(found: Survey, *, needed: bool) -> Finding:
    """Tell what there is for starting servers."""
    client = f"the command {found.client}" if found.client else "no docker command"
    packages = ", ".join(found.packages) or f"none of {', '.join(PACKAGES)}"
    if found.lacking:
        what = f"{client}; {packages}; {found.lacking}"
        advice = "targets on memory and sqlite run without it"
        return Finding("docker", well=not needed, found=what, advice=advice)
    images = ", ".join(sorted(found.present)) or "none that is needed"
    return Finding(
        "docker", well=True, found=f"daemon {found.daemon}, {client}; {packages}; images: {images}"
    )


def _image(target: Target, database: Database, found: Survey) -> Finding:
    """Tell whether a server could be started."""
    what = f"{target.name} on {database.shown}"
    if found.lacking:
        return Finding(what, well=True, found="could not run", advice="see docker above")
    here = "is here" if database.image in found.present else "would be pulled"
    return Finding(
        what,
        well=True,
        found=f"the image {here}; `dbal-conform doctor {target.name}` starts it",
    )


def _target(target: Target, database: Database) -> Finding:
    """Open the target in a process of its own, as a run does, and hear its hello."""
    manifest, what = target.manifest, f"{target.name} on {database.shown}"
    site = Site(
        target=target.name,
        database=database.shown,
        kind=database.kind,
        transport=manifest.transport,
        control=manifest.control,
        profile="full",
    )
    with (
        tempfile.TemporaryDirectory(prefix="dbal-conform-", ignore_cleanup_errors=True) as scratch,
        closing(Servers(lambda _: None)) as servers,
    ):
        base = servers.stand([database])[0][database]
        job = Job(
            contract=load_contract(),
            plan=Plan(Pack.of(()), (site,), (), ""),
            wares=(Ware(manifest, target.folder, base),),
            bootstrap_token=secrets.token_urlsafe(32),
            schema_folder=schema_root(),
            scratch=Path(scratch),
        )
        try:
            with closing(Pool(job, 1)) as pool:
                (said,) = pool.introduce()
        except ConformError as error:
            return Finding(what, well=False, found=str(error), advice="correct the manifest")
    if said.failed is not None:
        advice = "" if base.lacking else "start it by hand and look at what it says"
        return Finding(what, well=False, found=f"{said.failed}: {said.reason}", advice=advice)
    claims = ", ".join(said.claims or ()) or "nothing"
    server = f" ({base.server})" if base.server else ""
    found = f"{said.implementation}, {said.backend}{server}; claims {claims}"
    return Finding(what, well=True, found=found)

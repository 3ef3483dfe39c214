"""From what a user asks to a plan: everything that can be wrong is found before anything starts."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from dbal_conform.core.baseline import Deviation
from dbal_conform.core.contract import Contract
from dbal_conform.core.database import Database, database_of
from dbal_conform.core.errors import InputError
from dbal_conform.core.heading import (
    capability_notes,
    case_notes,
    planned_cases,
    profile_of,
    requirement_notes,
)
from dbal_conform.core.invariants.tally import INVARIANTS
from dbal_conform.core.ledger import Column, Header, Key
from dbal_conform.core.pack import Pack
from dbal_conform.core.plan import Plan, make_plan, parse_shard
from dbal_conform.core.request import RunRequest, filter_of, to_header
from dbal_conform.core.selection import Selector, Site
from dbal_conform.core.suite import Case, Suite
from dbal_conform.corpus.baseline_file import BaselineFile
from dbal_conform.corpus.compiled import kept_cases
from dbal_conform.corpus.contract import load_contract
from dbal_conform.corpus.fingerprint import suite_hash
from dbal_conform.corpus.load import suites_of
from dbal_conform.corpus.locate import schema_root
from dbal_conform.corpus.target import DEFAULT_TARGET, Target, find_targets, target_of_url
from dbal_conform.environments import offers_of
from dbal_conform.runfile import FORMAT

TOKEN = "DBAL_BOOTSTRAP_TOKEN"  # noqa: S105 -- the name of a variable


class Preparation(msgspec.Struct, frozen=True):
    """A run that can begin; `targets` and `databases` have one for each site of the plan."""

    request: RunRequest
    seed: int
    contract: Contract
    schema_folder: Path
    suite_hash: str
    plan: Plan
    targets: tuple[Target, ...]
    databases: tuple[Database, ...]
    deviations: tuple[Deviation, ...]
    slow_left_out: int = 0

    @property
    def whole(self) -> bool:
        """Whether this is a run of all that ships, or a shard of one."""
        return not filter_of(self.request)

    def header(
        self, *, tool: str, platform: str, started_at: str, columns: Iterable[Column]
    ) -> Header:
        """Return the first line of the run file."""
        cases = planned_cases(self.plan)
        return Header(
            format=FORMAT,
            tool=tool,
            contract=self.contract.version,
            suite_hash=self.suite_hash,
            profile=profile_of(self.plan.sites),
            seed=self.seed,
            planned=len(self.plan.trials),
            started_at=started_at,
            platform=platform,
            filter=filter_of(self.request),
            slow_left_out=self.slow_left_out,
            shard=self.request.shard or "",
            columns=tuple(columns),
            cases=case_notes(cases),
            requirements=requirement_notes(cases, self.contract, whole=self.whole),
            capabilities=capability_notes(self.contract),
            plan_hash=self.plan.hash,
            request=to_header(_without_passwords(self.request, self.seed)),
            invariants=INVARIANTS,
            deviations=self.deviations,
            whole_hash=self.plan.whole_hash,
        )


def prepare(request: RunRequest, *, unmatched: bool = False) -> Preparation:
    """Load, check and plan what is asked; nothing is started or written.

    With `unmatched`, entries of a baseline may name cases that there are not.

    Raises:
        InputError: something that was named is wrong or not there.
    """
    paths = [Path(path) for path in request.paths]
    schema = Path(request.schema) if request.schema else None
    contract = load_contract(schema)
    cases = _cases(paths, contract, whole=not (paths or schema))
    quick = cases if request.slow else cases.chosen(_quick(cases))
    targets = _targets(request)
    wanted = tuple(map(database_of, request.databases))
    sites = {
        site: (target, database)
        for target in targets
        for site, database in _sites(target, wanted, request)
    }
    if not sites:
        names = ", ".join(target.name for target in targets)
        raise InputError(
            f"--database {' '.join(each.shown for each in wanted)}: not a database of {names};"
            " `dbal-conform targets` lists what each has, --target chooses"
        )
    digest = suite_hash(paths, schema)
    plan = make_plan(
        quick,
        tuple(sites),
        Selector(request.selection, contract.requirements),
        suite_hash=digest,
        shard=parse_shard(request.shard) if request.shard else None,
        only=None if request.only is None else (Key(*each) for each in request.only),
    )
    return Preparation(
        request=request,
        seed=secrets.randbelow(2**31) if request.seed is None else request.seed,
        contract=contract,
        schema_folder=(schema or schema_root()).absolute(),
        suite_hash=digest,
        plan=plan,
        targets=tuple(sites[site][0] for site in plan.sites),
        databases=tuple(sites[site][1] for site in plan.sites),
        deviations=_deviations(request, targets, () if unmatched else cases),
        slow_left_out=len(cases) - len(quick),
    )


def case_ids(schema: Path | None = None) -> frozenset[str]:
    """Return the full ids of all cases that ship, slow ones too.

    Raises:
        InputError: the contract in `schema` is not one, or lacks what a case cites.
    """
    return frozenset(case.id for case in _cases([], load_contract(schema), whole=schema is None))


def _cases(paths: list[Path], contract: Contract, *, whole: bool) -> Pack:
    """Read the cases, or take those that ship from where they are kept."""

    def read() -> Pack:
        return Pack.of(_plannable(suites_of(paths), contract))

    return kept_cases(suite_hash, read) if whole else read()


def _targets(request: RunRequest) -> tuple[Target, ...]:
    """Return what is tested: what runs at a URL, or what is named.

    Raises:
        InputError: it is not there, or both are asked for.
    """
    if request.url is None:
        if request.token_env or request.control:
            raise InputError("--token-env and --control go with --url; else the manifest says it")
        return find_targets(request.targets or (DEFAULT_TARGET,))
    if request.targets or request.databases:
        raise InputError("--url is a target that runs already: leave out --target and --database")
    return (target_of_url(request.url, request.token_env or TOKEN, request.control or "public"),)


def _sites(
    target: Target, wanted: tuple[Database, ...], request: RunRequest
) -> Iterator[tuple[Site, Database]]:
    manifest = target.manifest
    own = tuple(map(database_of, manifest.databases)) or (database_of("external"),)
    kinds = {each.kind for each in (*own, *map(database_of, manifest.also))}
    profile = request.profile or ("full" if manifest.control == "conformance" else "public")
    for database in dict.fromkeys(wanted or own):
        if database.kind in kinds:
            site = Site(
                target=target.name,
                database=database.shown,
                kind=database.kind,
                transport=manifest.transport,
                control=manifest.control,
                profile=profile,
                offers=offers_of(database),
            )
            yield site, database


def _without_passwords(request: RunRequest, seed: int) -> RunRequest:
    """Return the request as it may be written; with `seed`, it gives the same plan again."""
    shown = tuple(database_of(each).shown for each in request.databases)
    return msgspec.structs.replace(request, databases=shown, seed=seed)


def _deviations(
    request: RunRequest, targets: Iterable[Target], cases: Sequence[Case]
) -> tuple[Deviation, ...]:
    """Return the entries of `--baseline`, or else those of the manifests; without cases, any."""
    ids = frozenset(case.id for case in cases)
    files = (
        [(Path(request.baseline), "")]
        if request.baseline
        else [
            (target.folder / target.manifest.baseline, target.name)
            for target in targets
            if target.manifest.baseline
        ]
    )
    found: list[Deviation] = []
    for file, target in files:
        baseline = BaselineFile.read(file)
        # Only part of the suite was loaded: an entry about the rest excuses nothing here.
        if ids and not request.paths:
            baseline.refuse_unmatched(ids)
        found += baseline.about(target)
    return tuple(found)


def _quick(cases: Iterable[Case]) -> Iterator[int]:
    """Yield the places of the cases that do not wait in real time."""
    return (place for place, case in enumerate(cases) if "slow" not in case.needs)


def _plannable(suites: Iterable[Suite], contract: Contract) -> Iterator[Case]:
    """Yield the cases, checked for what the plan must look up; `lint` says more than this."""
    known: dict[str, str] = {}
    for case in (case for suite in suites for case in suite.cases):
        place = f"{case.source}:{case.line or 1}"
        if (first := known.get(case.id)) is not None:
            raise InputError(
                f"{place}:1: {case.id} is also the id of a case in {first}: ids are unique, and"
                " given once"
            )
        known[case.id] = place
        for name in case.covers:
            if name not in contract.requirements:
                raise InputError(
                    f"{place}:1: {case.id}: no requirement {name!r}; `dbal-conform lint` tells more"
                )
        yield case

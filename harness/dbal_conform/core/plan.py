"""From suites, targets and filters to the trials of a run, in a stable order with a stable hash."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from random import Random
from typing import NamedTuple

from dbal_conform.core.errors import InputError
from dbal_conform.core.ledger import Key
from dbal_conform.core.pack import Pack
from dbal_conform.core.selection import Selector, Site
from dbal_conform.core.suite import Case


class Trial(NamedTuple):
    """One case on one site, both as places in their plan: small, and cheap to send to a worker."""

    case: int
    site: int


class Shard(NamedTuple):
    """One of `parts` parts of a plan, `number` counting from 1."""

    number: int
    parts: int

    def __str__(self) -> str:
        return f"{self.number}/{self.parts}"


class Plan(NamedTuple):
    """What is to be run. `trials` is ordered by case, target and database until it is shuffled.

    `whole_hash` is that of the plan of which this is a shard; empty where it is none.
    """

    cases: Pack
    sites: tuple[Site, ...]
    trials: tuple[Trial, ...]
    hash: str
    whole_hash: str = ""

    def key(self, trial: Trial) -> Key:
        """Return the name of `trial` in run files."""
        site = self.sites[trial.site]
        return Key(self.cases[trial.case].id, site.target, site.database)


def make_plan(  # noqa: PLR0913 -- each narrows it in a way of its own
    cases: Iterable[Case],
    sites: Sequence[Site],
    selector: Selector,
    *,
    suite_hash: str,
    shard: Shard | None = None,
    only: Iterable[Key] | None = None,
) -> Plan:
    """Select and order the trials of a run; the same arguments give the same plan anywhere.

    `only` names the trials that it may have, such as those that failed earlier.
    """
    chosen = Pack.of(case for case in cases if selector.selects(case))
    ordered = sorted(sites, key=lambda site: (site.target, site.database))
    everything = Plan(chosen, tuple(ordered), (), "")
    meant = None if only is None else frozenset(only)
    trials = tuple(
        trial
        for trial in _product(len(chosen), len(ordered))
        if selector.belongs(chosen[trial.case], ordered[trial.site].profile)
        and (meant is None or everything.key(trial) in meant)
    )
    whole = plan_hash(suite_hash, map(everything.key, trials))
    if shard is None:
        return everything._replace(trials=trials, hash=whole)
    part = tuple(
        trial for trial in trials if _shard_of(everything.key(trial), shard.parts) == shard.number
    )
    digest = plan_hash(suite_hash, map(everything.key, part))
    return everything._replace(trials=part, hash=digest, whole_hash=whole)


def plan_hash(suite_hash: str, keys: Iterable[Key]) -> str:
    """Return the hash of a plan: which trials it has, of which suite; in hexadecimal."""
    digest = hashlib.sha256(suite_hash.encode())
    for key in sorted(keys):
        digest.update("\0".join(key).encode() + b"\n")
    return digest.hexdigest()


def shuffled(trials: Iterable[Trial], seed: int) -> tuple[Trial, ...]:
    """Return the trials in the order in which `seed` has them run."""
    order = list(trials)
    Random(seed).shuffle(order)  # noqa: S311 -- an order, not a secret
    return tuple(order)


def parse_shard(text: str) -> Shard:
    """Read `2/5`.

    Raises:
        InputError: it is not one of the parts.
    """
    found = re.fullmatch(r"([1-9][0-9]{0,5})/([1-9][0-9]{0,5})", text)
    if found is None or int(found[1]) > int(found[2]):
        raise InputError(f"--shard {text!r}: write I/N with 1 <= I <= N, such as 2/5")
    return Shard(int(found[1]), int(found[2]))


def _product(cases: int, sites: int) -> Iterable[Trial]:
    return (Trial(case, site) for case in range(cases) for site in range(sites))


def _shard_of(key: Key, parts: int) -> int:
    digest = hashlib.sha256("\0".join(key).encode()).digest()
    return int.from_bytes(digest[:8], "big") % parts + 1

"""What a worker is given, and what it first tells of each site. All of it can be pickled."""

from pathlib import Path

import msgspec

from dbal_conform.core.contract import Contract
from dbal_conform.core.manifest import Manifest
from dbal_conform.core.plan import Plan, Trial
from dbal_conform.core.redact import secrets_of_url
from dbal_conform.core.verdict import Verdict
from dbal_conform.environments.base import Base

FAULTS = frozenset({"faults.database", "faults.network"})


class Ware(msgspec.Struct, frozen=True):
    """The manifest of a site's target, the folder that its paths start from, and its server.

    `mortal` is a second server, for trials that pause and kill it.
    """

    manifest: Manifest
    folder: Path
    base: Base
    mortal: Base | None = None
    token: str = ""  # of a target that runs already, in place of the run's own


class Job(msgspec.Struct, frozen=True):
    """A run as its workers see it; `wares` has one for each site of the plan.

    `timeout_s` overrides what the cases say; `scratch` is removed by whoever made the job. A worker
    keeps at most `most_lines` targets open, where that is not 0; `apart`, the trials of a target
    are in the hands of one worker at a time, so that it is opened once.
    """

    contract: Contract
    plan: Plan
    wares: tuple[Ware, ...]
    bootstrap_token: str
    schema_folder: Path
    scratch: Path
    timeout_s: float | None = None
    retries: int = 0
    most_lines: int = 0
    apart: bool = False

    def token(self, site: int) -> str:
        """Return the bootstrap token of the target of that site."""
        return self.wares[site].token or self.bootstrap_token

    def secrets(self, site: int) -> tuple[str, ...]:
        """Return what must not leave from a trial on that site, beside its own secrets."""
        bases = (self.wares[site].base, self.wares[site].mortal)
        urls = (base.url for base in bases if base is not None)
        passwords = (each for url in urls for each in secrets_of_url(url))
        return (self.bootstrap_token, self.token(site), *passwords)

    def faults(self, trial: Trial) -> frozenset[str]:
        """Return the needs of a trial that its environment has to meet by doing harm."""
        return FAULTS.intersection(self.plan.cases[trial.case].needs)

    def lane(self, trial: Trial) -> str:
        """Return the server or target that a trial must not share with another worker, if any."""
        if self.apart:
            return self.plan.sites[trial.site].target
        mortal = self.wares[trial.site].mortal
        needed = mortal is not None and "faults.database" in self.faults(trial)
        return mortal.container if mortal is not None and needed else ""

    def limit_s(self, case: int) -> float:
        """Return how long a trial of that case may take."""
        return self.timeout_s or self.plan.cases[case].timeout_ms / 1000


class Introduction(msgspec.Struct, frozen=True):
    """What a target said in `dbal.hello`, or why it could not be asked.

    `failed` is the verdict that every trial of the site then gets, for `reason`.
    """

    claims: tuple[str, ...] | None = None
    implementation: str = ""
    backend: str = ""
    reply_limit: int = 0
    failed: Verdict | None = None
    reason: str = ""
